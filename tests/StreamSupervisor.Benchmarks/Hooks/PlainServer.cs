using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// The alternatives, each a hook server that one could write instead: the same Kestrel, the same parser and the same answers as the
/// product, and behind them nothing, an advisory lock, or one conditional upsert. Runs as a child of the benchmark.
/// </summary>
internal static class PlainServer
{
    public const string Command = "plain-server";
    public const int Pool = 64;

    private static readonly SrsHookReply No = new(1, null);

    public static async Task<int> RunAsync(Switches switches)
    {
        await using var database = switches.Text("database", "") is { Length: > 0 } connection
            ? NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = Pool, MinPoolSize = Pool, MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 })
            : null;
        Func<SrsHook, ValueTask<SrsHookReply>> decide = switches.Text("kind", "") switch
        {
            "parse-only" => _ => ValueTask.FromResult(SrsHookReply.Yes),
            "advisory-lock" => call => WithAdvisoryLockAsync(database!, call),
            "upsert" => call => WithUpsertAsync(database!, call),
            var kind => throw new ArgumentException($"There is no plain server '{kind}'.", nameof(switches)),
        };
        if (database is not null)
        {
            await using var create = database.CreateCommand("CREATE TABLE IF NOT EXISTS live_stream (key text PRIMARY KEY, client text NULL, since timestamptz NOT NULL)");
            await create.ExecuteNonQueryAsync();
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, switches.Number("port", 0));
        });
        var web = builder.Build();
        web.MapPost("/hooks/v1/{token}", context => HandleAsync(context, decide));
        await web.RunAsync();
        return 0;
    }

    private static async Task HandleAsync(HttpContext context, Func<SrsHook, ValueTask<SrsHookReply>> decide)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAsync();
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }

        if (!SrsHookReader.TryParse(read.Buffer, out var call, out var problem))
        {
            throw new InvalidOperationException(problem);
        }

        body.AdvanceTo(read.Buffer.End);
        var bytes = SrsHookReplyWriter.Of(await decide(call));
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }

    private static string KeyOf(SrsHook call) => $"{call.Vhost}/{call.App}/{call.Stream}";

    /// <summary>What is mostly advised: a transaction that locks the key, looks, and writes.</summary>
    private static async ValueTask<SrsHookReply> WithAdvisoryLockAsync(NpgsqlDataSource database, SrsHook call)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", connection, transaction))
        {
            hold.Parameters.Add(new() { Value = KeyOf(call) });
            await hold.ExecuteNonQueryAsync();
        }

        string? publisher;
        await using (var look = new NpgsqlCommand("SELECT client FROM live_stream WHERE key = $1", connection, transaction))
        {
            look.Parameters.Add(new() { Value = KeyOf(call) });
            publisher = await look.ExecuteScalarAsync() as string;
        }

        var publishes = call.Action == HookAction.OnPublish;
        var may = publishes ? publisher is null || publisher == call.ClientId : publisher == call.ClientId;
        if (may)
        {
            await using var write = new NpgsqlCommand(
                "INSERT INTO live_stream (key, client, since) VALUES ($1, $2, now()) ON CONFLICT (key) DO UPDATE SET client = excluded.client, since = excluded.since",
                connection, transaction);
            write.Parameters.Add(new() { Value = KeyOf(call) });
            write.Parameters.Add(new() { Value = publishes ? call.ClientId : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            await write.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return may || !publishes ? SrsHookReply.Yes : No;
    }

    /// <summary>The same in one statement.</summary>
    private static async ValueTask<SrsHookReply> WithUpsertAsync(NpgsqlDataSource database, SrsHook call)
    {
        var publishes = call.Action == HookAction.OnPublish;
        await using var write = database.CreateCommand(publishes
            ? """
              INSERT INTO live_stream (key, client, since) VALUES ($1, $2, now())
              ON CONFLICT (key) DO UPDATE SET client = excluded.client, since = excluded.since
              WHERE live_stream.client IS NULL OR live_stream.client = excluded.client
              """
            : "UPDATE live_stream SET client = NULL WHERE key = $1 AND client = $2");
        write.Parameters.Add(new() { Value = KeyOf(call) });
        write.Parameters.Add(new() { Value = call.ClientId });
        var written = await write.ExecuteNonQueryAsync();
        return written == 1 || !publishes ? SrsHookReply.Yes : No;
    }
}
