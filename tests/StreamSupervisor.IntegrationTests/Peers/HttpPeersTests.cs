using System.Net;
using System.Net.Sockets;
using System.Text;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Peers;

namespace StreamSupervisor.IntegrationTests.Peers;

public sealed class HttpPeersTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);
    private static readonly SessionId Session = new("srs-1", "process-1", "client-1");

    [Fact]
    public async Task A_question_reaches_the_member_and_its_answer_comes_back()
    {
        await using var server = await PeerServer.StartAsync();
        (string EntityId, LiveStreamCommand Command, TimeSpan Wait) asked = default;
        server.Answer = (entityId, command, wait, _) =>
        {
            asked = (entityId, command, wait);
            return Task.FromResult(new PeerAnswer<LiveStreamReply>(AskResult<LiveStreamReply>.Answered(new Allowed(7)), NotOwner: false));
        };
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);

        var answer = await peers.AskAsync(server.Url, "live/cam", new ReportClosed(Session), TimeSpan.FromSeconds(2), default);

        answer.ShouldBe(new(AskResult<LiveStreamReply>.Answered(new Allowed(7)), NotOwner: false));
        asked.ShouldBe(("live/cam", new ReportClosed(Session), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_member_that_does_not_own_says_so()
    {
        await using var server = await PeerServer.StartAsync();
        server.Answer = (_, _, _, _) => Task.FromResult(new PeerAnswer<LiveStreamReply>(AskResult<LiveStreamReply>.Not(AskStatus.Unavailable, "not mine"), NotOwner: true));
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        (await peers.AskAsync(server.Url, "live/cam", Wake.Instance, Wait, default)).ShouldBe(
            new(AskResult<LiveStreamReply>.Not(AskStatus.Unavailable, "not mine"), NotOwner: true));
    }

    [Fact]
    public async Task Nobody_there_is_unavailable_since_the_question_certainly_did_not_arrive()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        (await peers.AskAsync($"http://127.0.0.1:{port}", "live/cam", Wake.Instance, Wait, default)).Result.Status.ShouldBe(AskStatus.Unavailable);
        (await peers.AskAsync("http://no-such-host.invalid:1", "live/cam", Wake.Instance, Wait, default)).Result.Status.ShouldBe(AskStatus.Unavailable);
    }

    [Fact]
    public async Task A_member_that_goes_away_while_it_answers_leaves_the_outcome_unknown_and_the_next_question_unavailable()
    {
        var server = await PeerServer.StartAsync();
        var asked = new TaskCompletionSource();
        server.Answer = async (_, _, _, cancellation) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return default;
        };
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        var asking = peers.AskAsync(server.Url, "live/cam", Wake.Instance, Wait, default);
        await asked.Task;
        var url = server.Url;

        await server.DisposeAsync();

        (await asking).Result.Status.ShouldBe(AskStatus.Unknown);
        (await peers.AskAsync(url, "live/cam", Wake.Instance, Wait, default)).Result.Status.ShouldBe(AskStatus.Unavailable);
    }

    [Fact]
    public async Task A_late_answer_is_unknown_and_the_member_hears_that_nobody_waits()
    {
        await using var server = await PeerServer.StartAsync();
        var withdrawn = new TaskCompletionSource();
        server.Answer = async (_, _, _, cancellation) =>
        {
            await using var stop = cancellation.Register(withdrawn.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return default;
        };
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        (await peers.AskAsync(server.Url, "live/cam", Wake.Instance, TimeSpan.FromMilliseconds(50), default)).Result.Status.ShouldBe(AskStatus.Unknown);
        await withdrawn.Task.WaitAsync(Wait);
    }

    [Fact]
    public async Task Many_questions_wait_at_once_on_one_connection()
    {
        await using var server = await PeerServer.StartAsync();
        var arrived = 0;
        var all = new TaskCompletionSource();
        const int Many = 500;
        server.Answer = async (_, _, _, _) =>
        {
            if (Interlocked.Increment(ref arrived) == Many)
            {
                all.SetResult();
            }

            await all.Task;
            return new PeerAnswer<LiveStreamReply>(AskResult<LiveStreamReply>.Answered(Ack.Instance), NotOwner: false);
        };
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => peers.AskAsync(server.Url, $"live/{i}", Wake.Instance, Wait, default)));
        answers.ShouldAllBe(answer => answer.Result.Status == AskStatus.Answered);
    }

    [Fact]
    public async Task Messages_arrive_in_the_order_of_the_calls()
    {
        await using var server = await PeerServer.StartAsync();
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        for (var i = 0; i < 1000; i++)
        {
            peers.Tell(server.Url, $"live/{i}", Wake.Instance).ShouldBeTrue();
        }

        for (var i = 0; i < 1000; i++)
        {
            (await server.Came.WaitAsync(Wait)).ShouldBeTrue();
        }

        server.Told.Select(told => told.EntityId).ShouldBe(Enumerable.Range(0, 1000).Select(i => $"live/{i}"));
    }

    [Fact]
    public async Task Messages_wait_for_a_member_that_is_not_there_yet()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}";
        closed.Stop();
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        peers.Tell(url, "live/cam", new ReportClosed(Session)).ShouldBeTrue();

        await using var server = await PeerServer.StartAsync(url: url);

        (await server.Came.WaitAsync(Wait)).ShouldBeTrue();
        server.Told.ShouldBe([("live/cam", new ReportClosed(Session))]);
    }

    [Fact]
    public async Task What_the_member_does_not_take_is_given_back()
    {
        await using var server = await PeerServer.StartAsync();
        server.Takes = entityId => entityId != "live/moved";
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        var back = new TaskCompletionSource<(string, LiveStreamCommand)>();
        peers.Undelivered = (entityId, command) => back.SetResult((entityId, command));

        peers.Tell(server.Url, "live/stays", Wake.Instance);
        peers.Tell(server.Url, "live/moved", new ReportClosed(Session));

        (await back.Task.WaitAsync(Wait)).ShouldBe(("live/moved", new ReportClosed(Session)));
        server.Told.ShouldBe([("live/stays", Wake.Instance)]);
    }

    [Fact]
    public async Task A_full_queue_is_told()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0); // takes connections and says nothing
        silent.Start();
        using var client = PeerServer.Client();
        using var peers = PeerServer.Peers(client);
        var url = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        var taken = 0;
        while (peers.Tell(url, "live/cam", Wake.Instance))
        {
            taken++;
            taken.ShouldBeLessThan(20_000);
        }

        taken.ShouldBeGreaterThanOrEqualTo(10_000);
    }

    [Fact]
    public async Task A_request_of_somebody_without_the_secret_changes_nothing_and_learns_nothing()
    {
        await using var server = await PeerServer.StartAsync();
        server.Answer = (_, _, _, _) => throw new InvalidOperationException("asked by a stranger");
        using var stranger = PeerServer.Client("another-secret-0123");
        using var peers = PeerServer.Peers(stranger);
        (await peers.AskAsync(server.Url, "live/cam", Wake.Instance, Wait, default)).Result.Status.ShouldBe(AskStatus.Unknown);

        var body = PeerCodec.EncodeAsk("live/cam", Wake.Instance, Wait);
        var unsigned = await PostAsync(server.Url + PeerEndpoints.AskPath, body);
        unsigned.ShouldBe((HttpStatusCode.Unauthorized, """{"type":"about:blank","title":"Unauthorized","status":401}"""));
        (await PostAsync(server.Url + PeerEndpoints.TellPath, "{}"u8.ToArray())).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(server.Url + PeerEndpoints.LooksPath, "{}"u8.ToArray())).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(server.Url + PeerEndpoints.ClosedPath, "{}"u8.ToArray())).Status.ShouldBe(HttpStatusCode.Unauthorized);
        server.Log.Count.ShouldBeInRange(1, 2); // at most one a second, however many come
        server.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_was_overheard_is_refused_when_it_comes_again_or_late()
    {
        await using var server = await PeerServer.StartAsync();
        var body = PeerCodec.EncodeTells([("live/cam", Wake.Instance)]);
        var signed = new PeerSignature([PeerServer.Secret], TimeProvider.System).Sign("POST", PeerEndpoints.TellPath, body);
        (await PostAsync(server.Url + PeerEndpoints.TellPath, body, signed)).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(server.Url + PeerEndpoints.TellPath, body, signed)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(server.Url + PeerEndpoints.AskPath, body, signed)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var late = new PeerSignature([PeerServer.Secret], new LateClock()).Sign("POST", PeerEndpoints.TellPath, body);
        (await PostAsync(server.Url + PeerEndpoints.TellPath, body, late)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        server.Told.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_is_too_large_ends_before_it_is_taken_in()
    {
        await using var server = await PeerServer.StartAsync();
        var body = new byte[100 * 1024];
        var signed = new PeerSignature([PeerServer.Secret], TimeProvider.System).Sign("POST", PeerEndpoints.AskPath, body);
        (await PostAsync(server.Url + PeerEndpoints.AskPath, body, signed)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_command_of_a_newer_version_is_answered_as_failed_with_its_name()
    {
        await using var server = await PeerServer.StartAsync();
        using var client = PeerServer.Client();
        var response = await client.PostAsync(server.Url, PeerEndpoints.AskPath,
            """{"entity":"live/cam","waitMs":100,"command":"sell","data":{}}"""u8.ToArray(), Wait, default);
        var answer = PeerCodec.DecodeAnswer(response.Body);
        answer.Result.Status.ShouldBe(AskStatus.Failed);
        answer.Result.Why.ShouldNotBeNull().ShouldContain("'sell'");
    }

    [Fact]
    public async Task A_request_of_another_protocol_or_without_sense_is_a_400()
    {
        await using var server = await PeerServer.StartAsync();
        var signature = new PeerSignature([PeerServer.Secret], TimeProvider.System);
        var body = "[]"u8.ToArray();
        (await PostAsync(server.Url + PeerEndpoints.LooksPath, body, signature.Sign("POST", PeerEndpoints.LooksPath, body))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(server.Url + PeerEndpoints.TellPath, body, signature.Sign("POST", PeerEndpoints.TellPath, body), protocol: "9")).Status
            .ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(string url, byte[] body, (string Time, string Nonce, string Signature)? signed = null,
        string protocol = PeerClient.Protocol)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
            Headers = { { PeerClient.ProtocolHeader, protocol } },
        };
        if (signed is var (time, nonce, signature))
        {
            request.Headers.Add(PeerSignature.TimeHeader, time);
            request.Headers.Add(PeerSignature.NonceHeader, nonce);
            request.Headers.Add(PeerSignature.SignatureHeader, signature);
        }

        using var response = await http.SendAsync(request);
        return (response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
    }

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - TimeSpan.FromMinutes(1);
    }
}
