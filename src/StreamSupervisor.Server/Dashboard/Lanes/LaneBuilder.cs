using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Dashboard.Lanes;

/// <summary>The lane of one attempt while its events are read, oldest first.</summary>
/// <param name="session">Whose.</param>
/// <param name="firstShown">When the oldest event that is shown happened: what began before it, is drawn from there.</param>
internal sealed class LaneBuilder(SessionId session, DateTimeOffset firstShown)
{
    private readonly List<LaneBar> _bars = [];
    private readonly List<LaneMark> _marks = [];
    private readonly Dictionary<BarKind, LaneBar> _open = [];
    private string? _origin;
    private string? _address;

    /// <summary>When it appears first; the beginning of time where that was before the oldest event.</summary>
    public DateTimeOffset Begin { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether something is drawn.</summary>
    public bool IsEmpty => _bars.Count == 0 && _marks.Count == 0 && _open.Count == 0;

    public bool Has(BarKind kind) => _open.ContainsKey(kind);

    /// <summary>Whether any event so far has told of its beginning.</summary>
    public bool IsKnown => _bars.Count > 0 || _open.Count > 0;

    public LaneBuilder Named(Publisher by)
    {
        (_origin, _address) = (by.Origin, by.Address);
        return this;
    }

    public LaneBuilder Named(string origin)
    {
        _origin ??= origin;
        return this;
    }

    public LaneBuilder Starts(BarKind kind, DateTimeOffset at)
    {
        if (_open.TryAdd(kind, new LaneBar(kind, at, at)))
        {
            Begin = at < Begin ? at : Begin;
        }

        return this;
    }

    /// <summary>It has been so since before the oldest event.</summary>
    public LaneBuilder WentOn(BarKind kind)
    {
        if (_open.TryAdd(kind, new LaneBar(kind, firstShown, firstShown, BeganEarlier: true)))
        {
            Begin = DateTimeOffset.MinValue;
        }

        return this;
    }

    /// <summary>A bar ends; one whose beginning is not among the events began at <paramref name="since"/>, if that is given.</summary>
    public LaneBuilder Ends(BarKind kind, DateTimeOffset at, DateTimeOffset? since = null)
    {
        if (since < firstShown)
        {
            WentOn(kind);
        }
        else if (since < at)
        {
            Starts(kind, since.Value);
        }

        if (_open.Remove(kind, out var bar))
        {
            // Another member may have written the end, by a clock that is behind.
            _bars.Add(bar with { To = at > bar.From ? at : bar.From });
        }

        return this;
    }

    public void Marked(MarkKind kind, JournaledEvent of)
    {
        var at = of.Event!.At;
        if (kind == MarkKind.Ended && _marks is [.., { Kind: MarkKind.Ended } last] && last.At == at)
        {
            // The proof of a removal and the loss that follows from it are one end.
            return;
        }

        _marks.Add(new LaneMark(kind, at, of));
        Begin = at < Begin ? at : Begin;
    }

    /// <summary>The lane; what has not ended goes on until <paramref name="now"/>.</summary>
    public AttemptLane Build(DateTimeOffset now) => new(session, _origin ?? session.ServerId, _address ?? "")
    {
        Bars =
        [
            .. _bars.Concat(_open.Values.Select(bar => bar with { To = now > bar.From ? now : bar.From, GoesOn = true }))
                .OrderBy(bar => bar.From),
        ],
        Marks = [.. _marks],
    };
}
