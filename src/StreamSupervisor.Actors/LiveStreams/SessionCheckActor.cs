using Akka.Actor;
using Akka.Event;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>Asks an SRS server for one client itself, or for everybody who publishes the key there, until it answers.</summary>
internal sealed class SessionCheckActor : WorkActor
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    private readonly LiveStreamWork _work;
    private readonly string _origin;
    private readonly StreamKey _streamKey;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _revision;
    private Backoff _retry = new(FirstRetry, 2, LongestRetry);

    /// <param name="revision">Of the state that asks for the work; its parent tells of later ones.</param>
    public SessionCheckActor(string key, LiveStreamWork work, long revision, LiveStreamServices services) : base(key, services)
    {
        (_work, _revision) = (work, revision);
        _origin = work is CheckSession check ? check.Origin : ((SearchForPublishers)work).Origin;
        _streamKey = StreamKey.Parse(key);
    }

    protected override void Begin()
    {
        // Asked for each time: the settings may name another address or login meanwhile.
        if (Services.Servers.Find(_origin)?.For(SrsPriority.Check) is not { } api)
        {
            if (Services.LogThrottle.MayLog(_origin, StoreFault.OriginUnknown, Now))
            {
                _log.Warning("{0}: what it has on {1} can't be looked at, since that server is not configured (any more). "
                    + "So it is for all its keys.", Key, _origin);
            }

            Report(new ReportOriginUnknown(_origin), last: true);
            return;
        }

        var asked = _work is CheckSession check ? CheckAsync(api, check) : SearchAsync(api);
        _ = asked.PipeTo(Self, success: static reports => new Found(reports), failure: static why => new Status.Failure(why));
    }

    protected override void Step(object message)
    {
        switch (message)
        {
            case Found found:
                for (var i = 0; i < found.Reports.Count; i++)
                {
                    Report(found.Reports[i], last: i == found.Reports.Count - 1);
                }

                break;
            case Status.Failure when _work is SearchForPublishers:
                // A search has a report for this: nothing is known, and the stream orders another one if it wants to.
                Report(Nothing(Now), last: true);
                break;
            case Status.Failure:
                After(_retry.Next(), Again.Instance);
                break;
            case Again:
                Begin();
                break;
            case RevisionChanged changed:
                _revision = changed.Revision;
                break;
        }
    }

    private async Task<IReadOnlyList<LiveStreamCommand>> CheckAsync(ISrsApi api, CheckSession check)
    {
        var lookedAt = Now;
        switch (await AskProcessAsync(api, check.Session))
        {
            case SessionAnswer.Gone:
                return [new ReportPublisherMissing(check.Session, lookedAt, Verified: true, Asked: true)];
            case SessionAnswer.Undecided:
                throw new SrsUnreachableException($"{_origin} does not answer as server {check.Session.ServerId}");
        }

        var answer = await api.GetClientAsync(check.Session.ClientId, Stopped);
        var publishes = answer.Value is { } client && Services.Rules.Publishes(client, _streamKey);
        switch (SessionAnswers.OfClient(check.Session, answer.ServerId, answer.ServiceId, publishes))
        {
            case SessionAnswer.There:
                return [Seen(answer.Value!, check.Session, lookedAt) with { Asked = true }];
            case SessionAnswer.Gone:
                await MustBeServerOfAsync(api, check.Session, answer.ServerId);
                return [new ReportPublisherMissing(check.Session, lookedAt, Verified: true, Asked: true)];
            default:
                throw new SrsUnreachableException($"{_origin} does not answer as process {check.Session.ServiceId}");
        }
    }

    /// <summary>
    /// SRS names itself in every answer but "no such client", and another server at this address does not know it either.
    /// </summary>
    private async Task MustBeServerOfAsync(ISrsApi api, SessionId session, string serverId)
    {
        if (serverId.Length == 0)
        {
            var process = await api.GetProcessAsync(Stopped);
            if (SessionAnswers.OfProcess(session, process.ServerId, process.ServiceId) == SessionAnswer.Undecided)
            {
                throw new SrsUnreachableException($"{_origin} does not answer as server {session.ServerId}");
            }
        }
    }

    private async Task<IReadOnlyList<LiveStreamCommand>> SearchAsync(ISrsApi api)
    {
        // Which process it is comes first: if it changes in between, the answer's own name says so.
        var (lookedAt, known) = (Now, new KnownAtLook(_revision));
        var process = await api.GetProcessAsync(Stopped);
        var clients = await api.GetClientsAsync(Stopped);
        var serverId = clients.ServerId.Length > 0 ? clients.ServerId : process.ServerId;
        var serviceId = clients.ServiceId.Length > 0 ? clients.ServiceId : process.ServiceId;
        if (Services.StandingOf(_origin, new SessionId(serverId, serviceId, "")) == ProcessStanding.Superseded)
        {
            throw new SrsUnreachableException($"{_origin} answered as process {serviceId}, which is over");
        }

        if (Services.IsAnotherServer(_origin, serverId))
        {
            throw new SrsUnreachableException($"{_origin} answered as server {serverId}, which is another one");
        }

        var reports = new List<LiveStreamCommand>();
        foreach (var client in clients.Value.Where(client => Services.Rules.Publishes(client, _streamKey)))
        {
            reports.Add(Seen(client, new SessionId(serverId, serviceId, client.Id), lookedAt) with { Known = known });
        }

        reports.Add(new ReportSearched(_origin, serverId, serviceId, reports.Count, lookedAt));
        return reports;
    }

    /// <summary>Another server's copy of the stream is told as one: taken for a second publisher, it would be evicted.</summary>
    private ReportPublisherSeen Seen(ClientRow client, SessionId session, DateTimeOffset lookedAt)
    {
        var relay = Services.Rules.Relays?.Value.RelayOf(client.Address, _origin);
        return new ReportPublisherSeen(Services.Rules.PublisherOf(_streamKey, _origin, session, client), client.ReceivedBytes, lookedAt,
            Verified: true, relay?.Origin, relay?.Configured ?? false);
    }

    private async Task<SessionAnswer> AskProcessAsync(ISrsApi api, SessionId session)
    {
        switch (Services.StandingOf(_origin, session))
        {
            case ProcessStanding.Superseded:
                return SessionAnswer.Gone;
            case ProcessStanding.Current:
                return SessionAnswer.There;
            default:
                var process = await api.GetProcessAsync(Stopped);
                return SessionAnswers.OfProcess(session, process.ServerId, process.ServiceId);
        }
    }

    private ReportSearched Nothing(DateTimeOffset lookedAt) => new(_origin, "", "", 0, lookedAt);

    /// <summary>From the parent, when its state has another <see cref="LiveStreamState.Revision"/>.</summary>
    internal sealed record RevisionChanged(long Revision);

    private sealed record Found(IReadOnlyList<LiveStreamCommand> Reports);

    private sealed class Again
    {
        public static readonly Again Instance = new();
    }
}
