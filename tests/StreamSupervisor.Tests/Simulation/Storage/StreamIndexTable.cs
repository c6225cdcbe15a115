using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Simulation.Storage;

/// <param name="Belief">What the actors of the servers read when they begin.</param>
internal sealed record StreamIndexRow(string Key, long Sequence, DateTimeOffset? WakeAt, bool HasOpenWork, StreamBelief Belief);

/// <summary>The index of streams: it may lag, the newest sequence wins.</summary>
internal sealed class StreamIndexTable
{
    private readonly SortedDictionary<string, StreamIndexRow> _rows = new(StringComparer.Ordinal);

    public IEnumerable<StreamIndexRow> Rows => _rows.Values;

    /// <summary>The newest that it knows of a key; 0 for none.</summary>
    public long SequenceOf(string key) => _rows.GetValueOrDefault(key)?.Sequence ?? 0;

    /// <summary>What it knows of a key came from records that are gone: the key is woken, so that it writes another.</summary>
    public void Forget(string key)
    {
        if (_rows.TryGetValue(key, out var row))
        {
            _rows[key] = row with { Sequence = 0, HasOpenWork = true };
        }
    }

    public void Write(StreamIndexRow row)
    {
        if (!_rows.TryGetValue(row.Key, out var old) || old.Sequence <= row.Sequence)
        {
            _rows[row.Key] = row;
        }
    }
}
