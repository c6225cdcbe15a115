using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>What a look says to one stream.</summary>
public readonly record struct StreamReport(StreamKey Key, LiveStreamCommand Command);

/// <summary>
/// What follows from a look or from the answer to a question about it: reports to tell, findings to log, and what must be asked next.
/// Without a question the look is done.
/// </summary>
public sealed record LookStep(ImmutableArray<StreamReport> Reports, LookQuestion? Question = null)
{
    /// <summary>Nothing to tell and nothing to ask.</summary>
    public static readonly LookStep Done = new([]);

    /// <summary>What people are told.</summary>
    public ImmutableArray<LookFinding> Findings { get; init; } = [];
}

/// <summary>What the server must be asked.</summary>
public abstract record LookQuestion
{
    /// <summary>Some clients one by one, or the list of all where <paramref name="Ids"/> is empty.</summary>
    /// <param name="Ids">Whom; empty for the whole list.</param>
    /// <param name="Cost">What it costs the server's thread.</param>
    public sealed record Clients(ImmutableArray<string> Ids, TimeSpan Cost) : LookQuestion
    {
        /// <summary>Whether <c>/clients</c> is asked instead of <c>/clients/{id}</c>.</summary>
        public bool IsWholeList => Ids.IsEmpty;
    }

    /// <summary>How long ago SRS sampled its byte counters.</summary>
    public sealed record SampleAge : LookQuestion;
}

/// <summary>The server's answer to a <see cref="LookQuestion"/>.</summary>
/// <param name="At">When it was there, on the monotonic clock.</param>
public abstract record LookAnswer(TimeSpan At)
{
    /// <summary>The clients.</summary>
    /// <param name="AskedAt">When the first of them was asked for.</param>
    /// <param name="Found">Those that SRS knows. Whom it does not list, or answers with 2049, is gone.</param>
    /// <param name="ServiceIds">Every process that an answer named; empty names (SRS 4, short answers) may be left out.</param>
    public sealed record Clients(Moment AskedAt, IReadOnlyCollection<ClientRow> Found, IReadOnlyCollection<string> ServiceIds, TimeSpan At)
        : LookAnswer(At)
    {
        private Dictionary<string, ClientRow>? _byId;

        /// <summary>The client; null when SRS does not know it (any more).</summary>
        public ClientRow? Find(string clientId)
        {
            if (_byId is null)
            {
                _byId = new Dictionary<string, ClientRow>(Found.Count);
                foreach (var client in Found)
                {
                    _byId[client.Id] = client; // a row can come twice: pages are cut from a moving map
                }
            }

            return _byId.GetValueOrDefault(clientId);
        }

        /// <summary>Whether all answers came from the process that the look saw. If not, they say nothing about it.</summary>
        public bool AreOf(OriginProcess process) => ServiceIds.All(id => id.Length == 0 || id == process.ServiceId);
    }

    /// <summary>The age of the sample; null where the server does not say.</summary>
    public sealed record SampleAge(TimeSpan? Age, TimeSpan At) : LookAnswer(At);
}

/// <summary>What a look found that a person should know.</summary>
public abstract record LookFinding
{
    /// <summary>
    /// A stream that SRS publishes for nobody: it has players, receives, and sends nothing. SRS 6.0.129 to 7.0.150 orphan about 1 of 150
    /// first publishes. Only a new publish helps.
    /// </summary>
    /// <param name="By">Its publisher as is believed where the server asked for it, else as the row names it; of an orphan the row can name
    /// another client.</param>
    /// <param name="For">How long it is known to be so.</param>
    public sealed record Orphaned(StreamKey Key, SessionId By, TimeSpan For) : LookFinding
    {
        /// <summary>How long it must have been so: nothing is said of a younger publish.</summary>
        public static readonly TimeSpan LastsFor = TimeSpan.FromSeconds(12);
    }

    /// <summary>
    /// The list of streams names a client that does not publish the stream; the list of clients says who does. So it can be with an orphan,
    /// and where SRS let a second publisher in beside one.
    /// </summary>
    /// <param name="By">Who publishes it, as is believed and as the list of clients says.</param>
    /// <param name="Named">The client that the row names.</param>
    public sealed record Misnamed(StreamKey Key, SessionId By, string Named) : LookFinding;

    /// <summary>A session's bytes stood still after media had flowed.</summary>
    public sealed record Silent(StreamKey Key, SessionId Session, TimeSpan For, long Bytes) : LookFinding;

    /// <summary>
    /// The API answers, but SRS has not sampled its bytes for a while (is the receiver of its heartbeat slow?): silence can't be seen
    /// there now.
    /// </summary>
    public sealed record SamplerStuck(TimeSpan Age) : LookFinding;
}
