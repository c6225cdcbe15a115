using System.Text.Json;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <summary>One stream in the index. It may be older than the journal by the time of a batch, and is never newer.</summary>
/// <param name="Key">The stream key as text, <c>vhost/app/stream</c>.</param>
/// <param name="Sequence">The number of the journal's row that it stands for.</param>
/// <param name="State">The phase in words: idle, handover, live or interrupted.</param>
/// <param name="Origin">The server of the session; empty without one.</param>
/// <param name="Since">Since when the session owns the key; null without one.</param>
/// <param name="Generation">The key's fencing token.</param>
/// <param name="Idle">Nothing is under way and nothing was set by an operator.</param>
/// <param name="HasOpenWork">Something is ordered and not proven done: its actor must run somewhere.</param>
/// <param name="WakeAt">When its actor has something to do unasked; null: never.</param>
/// <param name="ChangedAt">When its member wrote it into the index, by that member's clock.</param>
/// <param name="Summary">The rest; null for one that this version can't read.</param>
public sealed record StreamIndexRow(string Key, long Sequence, string State, string Origin, DateTimeOffset? Since, long Generation,
    bool Idle, bool HasOpenWork, DateTimeOffset? WakeAt, DateTimeOffset ChangedAt, StreamSummary? Summary)
{
    /// <summary>The names of all servers that the stream touches, with a line feed before and behind each; empty without any.</summary>
    internal string Origins => Summary?.Origins().ToList() is { Count: > 0 } origins ? $"\n{string.Join('\n', origins)}\n" : "";

    /// <summary>The row of a state.</summary>
    public static StreamIndexRow Of(string key, long sequence, LiveStreamState state, DateTimeOffset changedAt)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new StreamIndexRow(
            key,
            sequence,
            Word(state.Phase),
            state.Session?.By.Origin ?? "",
            state.Session?.Since,
            state.Generation,

            // A wedge is remembered until its server's next process, and a new owner must find it.
            LiveStream.IsIdle(state) && state.Wedges.IsEmpty,
            LiveStream.OpenWork(state).Count > 0,
            LiveStream.WakeAt(state),
            changedAt,
            StreamSummary.Of(state));
    }

    /// <summary>A phase as it is stored.</summary>
    public static string Word(LiveStreamPhase phase) => JsonNamingPolicy.KebabCaseLower.ConvertName(phase.ToString());
}
