using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Storage;

namespace StreamSupervisor.Tests.Simulation.Judging;

/// <summary>
/// What happened in a world, and the promises that can be checked the moment something happens. The journal is the truth that all is held
/// to: it is
/// read as it becomes durable, not as a member tells it.
/// </summary>
internal sealed partial class History(World world)
{
    private const int Remembered = 4_000;

    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<string, KeyHistory> _keys = [];
    private ulong _hash = 14695981039346656037UL;

    /// <summary>The first promise that was broken.</summary>
    public string? Broken { get; private set; }

    /// <summary>A number that two runs of one seed agree on only if they took the same way to the letter.</summary>
    public ulong Trace => _hash;

    /// <summary>Counts what became durable: the order that all answers must fit.</summary>
    public long Moment { get; private set; }
    public int Deletes { get; private set; }
    public int Admissions { get; private set; }
    public int Handovers { get; private set; }

    public KeyHistory Of(string key)
    {
        if (!_keys.TryGetValue(key, out var history))
        {
            _keys[key] = history = new KeyHistory(key, world.Empty(key));
        }

        return history;
    }

    /// <summary>I1: a record became durable; it must follow the one before it, and have been decided on what the journal held.</summary>
    public void Durable(JournalWrite write)
    {
        var (name, sequence, batch, writer, _) = write.Row;
        var key = Of(name);
        if (sequence != key.Sequence + 1)
        {
            Break("I1", name, $"record {sequence} was stored by {writer}, and the journal ended with {key.Sequence}");
        }
        else if (!IsSame(write.Before, key.State))
        {
            Break("I1", name, $"record {sequence} was decided by {writer} on {Told(write.Before)}, and the journal held {Told(key.State)}");
        }

        key.Stored();
        Moment++;
        foreach (var happened in batch.Events)
        {
            Note(writer, "journal", name, happened.GetType().Name, happened);
            var before = key.State;
            if (key.Apply(happened) is { } wrong)
            {
                Break("I1", name, wrong);
            }

            key.Passed(Moment);
            Admissions += happened is Admitted ? 1 : 0;
            Handovers += happened is Admitted { Rule: AdmissionRule.HandoverDone } ? 1 : 0;
            CheckEvent(key, before, happened);
            CheckServers(key, before, happened, writer);
        }

        CheckOneOnAir(key);
    }

    /// <summary>The database has lost the newest records of a key.</summary>
    public void RolledBack(string name, Recovered left, IEnumerable<JournalRow> lost)
    {
        var key = Of(name);
        key.RollBack(left.State, left.Sequence, lost.SelectMany(row => row.Batch.Events), world.Age);
        Moment++;
        key.Passed(Moment);
    }

    /// <param name="more">Told only when a promise is broken.</param>
    public void Note(string where, string what, string key, string detail = "", object? more = null)
    {
        Mix((ulong)world.Age.Ticks);
        Mix(where);
        Mix(what);
        Mix(detail);
        if (_entries.Count == Remembered)
        {
            _entries.Dequeue();
        }

        _entries.Enqueue(new Entry(world.Age, where, what, key, detail, more));
    }

    public void Break(string promise, string key, string how) =>
        Broken ??= $"{promise} {key}: {how} ({world.Age:mm\\:ss\\.ffff})\n{Tail(key, world.Telling)}";

    /// <summary>The last so many things that happened to a key, or that concern every key.</summary>
    private string Tail(string key, int count) =>
        string.Join('\n', _entries.Where(entry => key.Length == 0 || entry.Key.Length == 0 || entry.Key == key).TakeLast(count));

    private static string Told(LiveStreamState state) =>
        $"generation {state.Generation}, {state.Session?.By.Session}, {state.Evictions.Count} evictions, {state.Phase}";

    private static bool IsSame(LiveStreamState one, LiveStreamState other) =>
        one.Generation == other.Generation && one.Phase == other.Phase && one.Session == other.Session && one.Handover == other.Handover
        && one.Evictions.SequenceEqual(other.Evictions) && one.Relays.Count == other.Relays.Count && one.Locked == other.Locked
        && one.PinnedTo == other.PinnedTo && one.ReconnectUntil == other.ReconnectUntil && one.ReservedUntil == other.ReservedUntil
        && one.CoolDownUntil == other.CoolDownUntil
        && one.Answers.Count == other.Answers.Count && one.ChangedAt == other.ChangedAt;

    private void Mix(string text)
    {
        foreach (var letter in text)
        {
            Mix(letter);
        }
    }

    private void Mix(ulong value) => _hash = (_hash ^ value) * 1099511628211UL;

    private sealed record Entry(TimeSpan At, string Where, string What, string Key, string Detail, object? More)
    {
        public override string ToString() => $"  {At:mm\\:ss\\.ffff} {Where,-8} {What,-14} {Detail} {More}";
    }
}
