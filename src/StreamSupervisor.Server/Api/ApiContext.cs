using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Api;

/// <summary>What the API stands on; one per program.</summary>
internal sealed record ApiContext
{
    public required LiveStreamRegion Region { get; init; }
    public required Timeline Timeline { get; init; }

    /// <summary>What happened to all keys.</summary>
    public required EventFeed Feed { get; init; }

    /// <summary>The same as it happens.</summary>
    public required FeedTail Tail { get; init; }
    public required StreamIndex Index { get; init; }

    /// <summary>Everything in numbers.</summary>
    public required OverviewReader Overview { get; init; }

    /// <summary>What is known of every SRS node, as of now.</summary>
    public required Func<IReadOnlyList<OriginView>> Origins { get; init; }

    /// <summary>Which of them take no new streams.</summary>
    public Func<Task<IReadOnlySet<string>>> Drained { get; init; } = () => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());

    /// <summary>Has an SRS node looked at as soon as it can bear it.</summary>
    public Action<string> LookSoon { get; init; } = _ => { };
    public required ApiOptions Options { get; init; }

    /// <summary>Who may call; one for the whole program.</summary>
    public ApiCallers Callers { get => field ??= new ApiCallers(Options); init; }
    public required TimeProvider Time { get; init; }

    /// <summary>Where orders are told: one line each, with who gave it.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>How long a call waits for an entity.</summary>
    public TimeSpan AskTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
