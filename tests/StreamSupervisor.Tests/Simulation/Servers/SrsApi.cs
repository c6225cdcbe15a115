using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Simulation.Servers;

/// <summary>What a process answers at the moment when it is asked.</summary>
internal static class SrsApi
{
    private const long BytesOfPlayer = 3_500;
    private static readonly TimeSpan SampledEvery = TimeSpan.FromSeconds(3);

    /// <summary>SRS 4 is named by pid and start time.</summary>
    public static OriginProcess Process(SrsServer server, SrsRun run) =>
        new(server.ServerId, run.Service, "1", new SrsVersion(server.Kind.Major, server.Kind.Minor, server.Kind.Revision));

    public static IReadOnlyList<StreamRow> Streams(SrsServer server, SrsRun run) => [.. run.Rows.Select(row =>
    {
        var key = server.World.KeyOf(row.Id);
        var players = run.Connections.Count(connection => connection.IsPlayer && connection.IsListed && connection.Stream == row.Id);
        return new StreamRow(row.Id, key.Vhost, key.App, key.Stream, row.Active, row.ClientId,
            (row.Publisher?.SampledBytes ?? 0) + (players * BytesOfPlayer),
            players + (row.Publisher is { IsListed: true } ? 1 : 0))
        {
            SentBytes = row.Publisher is { IsOrphan: true } ? 0 : row.Publisher?.SampledBytes * players,
            HasMedia = row.Publisher is { LastMediaAt: not null } or { IsSending: true } || server.World.Rules.SaysMediaFromTheStart,
        };
    })];

    public static IReadOnlyList<ClientRow> Clients(SrsServer server, SrsRun run) =>
        [.. run.Connections.Where(connection => connection.IsListed).Select(connection => Row(server, connection))];

    public static ClientRow? Client(SrsServer server, SrsRun run, string id) => run.Listed(id) is { } connection ? Row(server, connection)
        : null;

    /// <summary>DELETE: whether there was such a client.</summary>
    public static bool Delete(SrsServer server, SrsRun run, string id)
    {
        var connection = run.Listed(id);
        server.World.Note(server.Name, "DELETE", connection?.Stream ?? "", id, connection is null ? "2049" : "0");
        if (connection is not null)
        {
            server.World.History.Deleted(connection);
            connection.Kick();
        }

        return connection is not null;
    }

    public static TimeSpan? SampleAge(SrsServer server, SrsRun run)
    {
        var since = server.World.Now - run.SampledFrom;
        return since < TimeSpan.Zero ? null : TimeSpan.FromTicks(since.Ticks % SampledEvery.Ticks);
    }

    private static ClientRow Row(SrsServer server, SrsConnection connection)
    {
        var key = server.World.KeyOf(connection.Stream);
        var type = connection.IsPlayer ? "rtmp-play" : "fmle-publish";
        return new ClientRow(connection.ClientId, "vid-1", connection.Stream, connection.Ip, $"/{key.App}/{key.Stream}", type,
            !connection.IsPlayer, 1, server.Kind.Major < 5 ? 0 : connection.SampledBytes);
    }
}
