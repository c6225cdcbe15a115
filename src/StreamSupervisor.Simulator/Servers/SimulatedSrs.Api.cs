using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamSupervisor.Simulator.Json;

namespace StreamSupervisor.Simulator.Servers;

public sealed partial class SimulatedSrs
{
    private const int NoSuchVhost = 2014;
    private const int NoSuchStream = 2048;
    private const int NoSuchClient = 2049;

    private static readonly string[] Folders = ["/api/v1/clients/", "/api/v1/streams/", "/api/v1/vhosts/", "/api/v1/", "/api/"];

    private SrsProcess? stranger;

    /// <summary>
    /// Asks the API as a client over the network does: the answer takes its time, and what is wrong with the API is felt.
    /// </summary>
    /// <param name="authorization">The value of the <c>Authorization</c> header, or null.</param>
    /// <exception cref="SimulatedApiUnreachableException">Nobody listens, or the process died before the answer was out.</exception>
    public async Task<SimulatedApiResponse> CallApiAsync(string method, string pathAndQuery, string? authorization,
        CancellationToken cancellation)
    {
        await Time.WaitAsync((Options.ApiRoundTrip / 2) + ApiDelay, cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (process is not { } asked || ApiFault == ApiFault.Down)
        {
            throw new SimulatedApiUnreachableException($"Connection refused: {Options.ServerId} is down.");
        }

        var response = HandleApi(method, pathAndQuery, authorization);
        await Time.WaitAsync(Options.ApiRoundTrip / 2, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return asked.HasEnded ? throw new SimulatedApiUnreachableException($"Connection reset: {Options.ServerId} died.") : response;
    }

    /// <summary>Answers one request to the API, at once. <see cref="ApiFault.Down"/> is the caller's to play.</summary>
    /// <param name="authorization">The value of the <c>Authorization</c> header, or null.</param>
    /// <exception cref="SimulatedApiUnreachableException">No process runs.</exception>
    public SimulatedApiResponse HandleApi(string method, string pathAndQuery, string? authorization)
    {
        ArgumentNullException.ThrowIfNull(pathAndQuery);
        if (process is not { } running)
        {
            throw new SimulatedApiUnreachableException($"Connection refused: {Options.ServerId} is down.");
        }

        running.AdvanceTo(Now);
        var mark = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? pathAndQuery : pathAndQuery[..mark];
        var query = mark < 0 ? "" : pathAndQuery[(mark + 1)..];
        return ApiFault switch
        {
            ApiFault.Garbage => Respond(200, "{\"code\":0,\"server\":", "application/json"),
            ApiFault.Unauthorized => Unauthorized(),
            ApiFault.ServerError => Respond(500, "Internal Server Error", "text/plain; charset=utf-8"),
            ApiFault.OtherServer => Route(stranger ??= new SrsProcess(Options, random, Now), method, path, query),
            ApiFault.ForbidsDelete when method == "DELETE" => Respond(403, "Forbidden", "text/plain; charset=utf-8"),
            _ when method == "OPTIONS" => Respond(200, "", null),
            _ when !IsAuthorized(path, authorization) => Unauthorized(),
            _ => Route(running, method, path, query),
        };
    }

    private SimulatedApiResponse Route(SrsProcess running, string method, string path, string query)
    {
        if (Array.Exists(Folders, folder => folder.Length == path.Length + 1 && folder.StartsWith(path, StringComparison.Ordinal)))
        {
            var location = path + "/" + (query.Length == 0 ? "" : "?" + query);
            return Respond(302, $"Redirect to {location}", "text/plain; charset=utf-8", Pair("Location", location));
        }

        switch (path)
        {
            case "/api/v1/versions":
                return Ok(running, writer => ApiRows.WriteVersion(writer, Model));
            case "/api/v1/summaries":
                return Ok(running, writer => ApiRows.WriteSummary(writer, this, running));
            case "/api/v1/features":
                return Ok(running, writer => ApiRows.WriteFeatures(writer, Model));
        }

        var folder = Array.Find(Folders, folder => path.StartsWith(folder, StringComparison.Ordinal)) ?? "/";
        var id = path[folder.Length..];
        return folder switch
        {
            "/api/v1/clients/" => Clients(running, method, id, query),
            "/api/v1/streams/" => Streams(running, method, id, query),
            "/api/v1/vhosts/" => Vhosts(running, method, id),
            // What SRS does not know it answers with the nearest folder's list of what it knows.
            _ => Ok(running, writer => ApiRows.WriteUrls(writer, folder)),
        };
    }

    private SimulatedApiResponse Clients(SrsProcess running, string method, string id, string query)
    {
        var client = id.Length == 0 ? null : running.Statistics.Client(id);
        if (method == "DELETE")
        {
            if (running != stranger)
            {
                deletes.Add(new SimulatedDelete(Now, running.ServiceId, id, client is not null));
            }

            Note(SimulatedEventKind.Deleted, id, client?.Stream.Url ?? "", client is null ? "2049" : "0");
        }

        if (id.Length > 0 && client is null)
        {
            return Error(NoSuchClient);
        }

        switch (method, client)
        {
            case ("GET", null):
                return Ok(running, writer => ApiRows.WritePage(writer, "clients", running.Statistics.Clients, Page(query),
                    (row, target) => ApiRows.Write(target, row, Model, Now)));
            case ("GET", _):
                return Ok(running, writer => ApiRows.WriteOne(writer, "client", target => ApiRows.Write(target, client, Model, Now)));
            case ("DELETE", null):
                return Error(NoSuchClient);
            case ("DELETE", _):
                var answer = Ok(running, _ => { });
                client.Connection.Kick();
                return answer;
            default:
                return MethodNotAllowed();
        }
    }

    private SimulatedApiResponse Streams(SrsProcess running, string method, string id, string query)
    {
        var stream = id.Length == 0 ? null : running.Statistics.Stream(id);
        return (method, stream) switch
        {
            (_, null) when id.Length > 0 => Error(NoSuchStream),
            ("GET", null) => Ok(running, writer => ApiRows.WritePage(writer, "streams", running.Statistics.Streams, Page(query),
                (row, target) => ApiRows.Write(target, row, Model, Now))),
            ("GET", _) => Ok(running, writer => ApiRows.WriteOne(writer, "stream", target => ApiRows.Write(target, stream, Model, Now))),
            _ => MethodNotAllowed(),
        };
    }

    private SimulatedApiResponse Vhosts(SrsProcess running, string method, string id)
    {
        var vhost = id.Length == 0 ? null : running.Statistics.Vhost(id);
        return (method, vhost) switch
        {
            (_, null) when id.Length > 0 => Error(NoSuchVhost),
            ("GET", null) => Ok(running, writer => ApiRows.WritePage(writer, "vhosts", running.Statistics.Vhosts, (0, int.MaxValue),
                (row, target) => ApiRows.Write(target, row))),
            ("GET", _) => Ok(running, writer => ApiRows.WriteOne(writer, "vhost", target => ApiRows.Write(target, vhost))),
            _ => MethodNotAllowed(),
        };
    }

    /// <summary>The first row and the row after the last, with SRS's arithmetic in 32 bits: past 2^31 the sum turns negative.</summary>
    private static (int From, int To) Page(string query)
    {
        var start = Math.Max(0, Number(query, "start"));
        var count = Math.Max(10, Number(query, "count"));
        return (start, unchecked(start + count));
    }

    /// <summary>As C's <c>atoi</c> on the machines that SRS runs on: digits as far as they go, cut to 32 bits.</summary>
    private static int Number(string query, string name)
    {
        foreach (var pair in query.Split('&'))
        {
            if (pair.StartsWith(name + "=", StringComparison.Ordinal))
            {
                var text = pair.AsSpan(name.Length + 1);
                var length = text.StartsWith("-") ? 1 : 0;
                while (length < text.Length && char.IsAsciiDigit(text[length]))
                {
                    length++;
                }

                return long.TryParse(text[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? unchecked((int)number)
                    : 0;
            }
        }

        return 0;
    }

    private bool IsAuthorized(string path, string? authorization)
    {
        if (Options.Username is null || !Model.HasApiAuthentication || !path.Contains("/api/", StringComparison.Ordinal))
        {
            return true;
        }

        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Options.Username}:{Options.Password}"));
        return authorization == expected;
    }

    private SimulatedApiResponse Ok(SrsProcess running, Action<Utf8JsonWriter> content) =>
        Respond(200, SrsJson.Write(writer =>
        {
            writer.WriteNumber("code", 0);
            writer.WriteString("server", running == stranger ? "vid-stranger" : Options.ServerId);
            if (Model.HasServiceId)
            {
                writer.WriteString("service", running.ServiceId);
                writer.WriteString("pid", running.Pid.ToString(CultureInfo.InvariantCulture));
            }

            content(writer);
        }), "application/json");

    /// <summary>Errors are HTTP 200, and name neither server nor process.</summary>
    private SimulatedApiResponse Error(int code) => Respond(200, $$"""{"code":{{code}}}""", "application/json");

    private SimulatedApiResponse MethodNotAllowed() => Respond(405, "Method Not Allowed", "text/plain; charset=utf-8");

    private SimulatedApiResponse Unauthorized() => Respond(401, "", null, Pair("WWW-Authenticate", "Basic"));

    private SimulatedApiResponse Respond(int status, string body, string? contentType,
        params ReadOnlySpan<KeyValuePair<string, string>> more)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        headers.Add(Pair("Connection", Model.HasServiceId ? "Close" : "Keep-Alive"));
        if (contentType is not null)
        {
            headers.Add(Pair("Content-Type", contentType));
        }

        foreach (var header in more)
        {
            headers.Add(header);
        }

        headers.Add(Pair("Server", Model.Signature));
        return new SimulatedApiResponse(status, headers.ToImmutable(), body);
    }

    private static KeyValuePair<string, string> Pair(string name, string value) => new(name, value);
}
