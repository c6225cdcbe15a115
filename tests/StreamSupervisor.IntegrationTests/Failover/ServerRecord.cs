using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamSupervisor.Domain;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>A client that published, and from when to when; an end that has not come is the end of time.</summary>
internal sealed record OnAir(SessionId Session, string Entity, DateTimeOffset From, DateTimeOffset To);

/// <summary>An <c>on_publish</c> that was answered with yes.</summary>
internal sealed record Accepted(SessionId Session, string Entity, DateTimeOffset At);

/// <summary>A DELETE that a server received.</summary>
internal sealed record Deleted(SessionId Session, DateTimeOffset At);

/// <summary>An encoder that a server refused with StreamBusy.</summary>
/// <param name="Key"><c>app/stream</c>.</param>
internal sealed record RefusedBusy(string Key, DateTimeOffset At);

/// <summary>What the servers themselves saw, whatever the program believes.</summary>
internal sealed class ServerRecord
{
    private readonly ImmutableArray<(SimulatedSrsServer Server, string Name, ConcurrentQueue<SimulatedEvent> Events)> _servers;

    private ServerRecord(SrsServers srs) =>
        _servers = [.. srs.All.Zip(srs.Names, (server, name) => (server, name, new ConcurrentQueue<SimulatedEvent>()))];

    public static async Task<ServerRecord> BeginAsync(SrsServers srs)
    {
        var record = new ServerRecord(srs);
        foreach (var (server, _, events) in record._servers)
        {
            await server.RunAsync(core => { core.Ack = events.Enqueue; });
        }

        return record;
    }

    /// <summary>Everything so far. The servers are not restarted in these tests, so each has one service id.</summary>
    public async Task<(ImmutableArray<OnAir> OnAir, ImmutableArray<Accepted> Accepted, ImmutableArray<Deleted> Deleted)> ReadAsync()
    {
        var onAir = ImmutableArray.CreateBuilder<OnAir>();
        var accepted = ImmutableArray.CreateBuilder<Accepted>();
        var deleted = ImmutableArray.CreateBuilder<Deleted>();
        foreach (var (server, name, events) in _servers)
        {
            var (service, deletes) = await server.RunAsync(core => (core.ServiceId, core.Deletes.ToArray()));
            deleted.AddRange(deletes.Select(one => new Deleted(new SessionId(name, one.ServiceId, one.ClientId), one.At)));
            var publishing = new Dictionary<string, OnAir>(StringComparer.Ordinal);
            foreach (var happened in events)
            {
                var session = new SessionId(name, service, happened.ClientId);
                switch (happened.Kind)
                {
                    case SimulatedEventKind.PublishStarted:
                        publishing[happened.ClientId] = new OnAir(session, EntityOf(happened.Url), happened.At, DateTimeOffset.MaxValue);
                        break;
                    case SimulatedEventKind.Unpublished or SimulatedEventKind.Closed when publishing.Remove(happened.ClientId, out var one):
                        onAir.Add(one with { To = happened.At });
                        break;
                    case SimulatedEventKind.HookAnswered when happened.Detail == "on_publish Accepted":
                        accepted.Add(new Accepted(session, EntityOf(happened.Url), happened.At));
                        break;
                    default:
                        break;
                }
            }

            onAir.AddRange(publishing.Values);
        }

        return (onAir.ToImmutable(), accepted.ToImmutable(), deleted.ToImmutable());
    }

    /// <summary>Every StreamBusy, oldest first.</summary>
    public IEnumerable<RefusedBusy> BusySince(DateTimeOffset since) =>
        from server in _servers
        from happened in server.Events
        where happened.Kind == SimulatedEventKind.RefusedBusy && happened.At >= since
        orderby happened.At
        select new RefusedBusy(happened.Url.TrimStart('/'), happened.At);

    /// <summary>What the servers wrote of one key in a while.</summary>
    /// <param name="key"><c>app/stream</c>.</param>
    public IEnumerable<string> StoryOf(string key, DateTimeOffset since, DateTimeOffset until) =>
        from server in _servers
        from happened in server.Events
        where happened.At >= since && happened.At <= until && happened.Url == $"/{key}"
        orderby happened.At
        select $"{server.Name} {happened}";

    /// <summary><c>/app/stream</c> is a stream of the default vhost.</summary>
    private static string EntityOf(string url) => StreamKey.Parse(url.TrimStart('/')).ToString();
}
