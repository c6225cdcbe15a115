using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.IntegrationTests.Srs;

/// <summary>Connections, statuses, times and passwords.</summary>
public sealed partial class SrsApiClientTests
{
    [Theory]
    [InlineData(403)]
    [InlineData(405)]
    public async Task A_proxy_that_forbids_DELETE_is_named(int status)
    {
        Status("DELETE /api/v1/clients/there", status);
        Status("GET /api/v1/clients/there", status);
        var forbidden = await Should.ThrowAsync<SrsNotAllowedException>(() => _client!.DeleteClientAsync("there", default));
        forbidden.Message.ShouldContain($"forbids DELETE ({status})");
        (await Should.ThrowAsync<SrsUnreachableException>(() => _client!.GetClientAsync("there", default))).ShouldNotBeOfType<SrsNotAllowedException>();
    }

    [Theory]
    [InlineData(204)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(502)]
    public async Task No_status_but_200_says_that_a_client_is_gone(int status)
    {
        _answers["GET /api/v1/clients/x"] = _answers["DELETE /api/v1/clients/x"] = context =>
        {
            context.Response.StatusCode = status;
            return status == 204 ? Task.CompletedTask : context.Response.WriteAsync("""{"code":2049}""");
        };
        (await ShouldFailAsync(() => _client!.GetClientAsync("x", default))).ShouldContain($"status {status}");
        (await ShouldFailAsync(() => _client!.DeleteClientAsync("x", default))).ShouldContain($"status {status}");
        _requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_id_is_sent_as_one_segment_whatever_it_holds()
    {
        await ShouldFailAsync(() => _client!.DeleteClientAsync("a/b?c#d", default));
        _requests.ShouldHaveSingleItem().ShouldBe("DELETE /api/v1/clients/a%2Fb%3Fc%23d");
    }

    [Fact]
    public async Task An_api_may_lie_under_a_path()
    {
        On("GET /srs-1/api/v1/clients/gone", """{"code":2049}""");
        using var server = ServerAt(_address + "/srs-1");
        (await server.For(SrsPriority.Kick).GetClientAsync("gone", default)).Value.ShouldBeNull();
    }

    [Fact]
    public async Task The_password_is_sent_and_its_absence_explained()
    {
        _answers["GET /api/v1/versions"] = context =>
        {
            var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:pass"));
            context.Response.StatusCode = context.Request.Headers.Authorization == expected ? 200 : 401;
            return context.Response.StatusCode == 200
                ? context.Response.WriteAsync("""{"code":0,"server":"s","service":"p","pid":"1","data":{"major":6,"minor":0,"revision":157}}""")
                : Task.CompletedTask;
        };
        (await _client!.GetProcessAsync(default)).ServiceId.ShouldBe("p");

        using var stranger = ServerAt(_address);
        (await ShouldFailAsync(() => stranger.For(SrsPriority.Check).GetProcessAsync(default))).ShouldContain("user name and password");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_password()
    {
        _answers["GET /api/v1/versions"] = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        (await ShouldFailAsync(() => _client!.GetProcessAsync(default))).ShouldContain("redirects");
        _requests.ShouldNotContain("GET /elsewhere");
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        _answers["GET /api/v1/streams/"] = async context =>
        {
            var chunk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        };
        (await ShouldFailAsync(() => _client!.GetStreamsAsync(default))).ShouldMatch("more than|did not answer within");
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_not_waited_for()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers["GET /api/v1/versions"] = context =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var call = _client!.GetProcessAsync(default);
        await asked.Task;
        _time.Advance(_options.Timeout - TimeSpan.FromMilliseconds(1));
        call.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await ShouldFailAsync(() => call)).ShouldContain("did not answer within 10 s");
        _requests.Count.ShouldBe(1); // it is still being worked on: asking again would double the load
    }

    [Fact]
    public async Task A_broken_connection_is_tried_once_more()
    {
        var calls = 0;
        _answers["GET /api/v1/versions"] = context =>
        {
            if (++calls == 1)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return context.Response.WriteAsync("""{"code":0,"server":"s","service":"p","pid":"1","data":{"major":6,"minor":0,"revision":157}}""");
        };
        (await _client!.GetProcessAsync(default)).ServiceId.ShouldBe("p");
    }

    [Fact]
    public async Task A_kick_whose_connection_broke_may_have_been_done_and_is_not_repeated()
    {
        _answers["DELETE /api/v1/clients/x"] = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        (await ShouldFailAsync(() => _client!.DeleteClientAsync("x", default))).ShouldContain("could not be reached");
        _requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_breaks_late_is_not_tried_again()
    {
        _answers["GET /api/v1/versions"] = context =>
        {
            _time.Advance(_options.Timeout / 2);
            context.Abort();
            return Task.CompletedTask;
        };
        await ShouldFailAsync(() => _client!.GetProcessAsync(default));
        _requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Every_call_has_a_connection_of_its_own()
    {
        var connections = new HashSet<string>();
        var closes = true;
        _answers["GET /api/v1/clients/gone"] = context =>
        {
            connections.Add(context.Connection.Id);
            closes &= context.Request.Headers.Connection == "close";
            context.Response.Headers.Connection = "Keep-Alive"; // as SRS 4 says, whatever it was asked for
            return context.Response.WriteAsync("""{"code":2049}""");
        };
        for (var i = 0; i < 4; i++)
        {
            await _client!.GetClientAsync("gone", default);
        }

        connections.Count.ShouldBe(4);
        closes.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_that_refuses_connections_is_left_alone_for_a_while()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        using var server = ServerAt($"http://127.0.0.1:{port}");
        var client = server.For(SrsPriority.Check);

        for (var i = 0; i < _options.BreakAfter; i++)
        {
            (await ShouldFailAsync(() => client.GetClientAsync("x", default))).ShouldContain("could not be reached");
        }

        (await ShouldFailAsync(() => client.GetClientAsync("x", default))).ShouldContain("several calls in a row failed");
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_let_go()
    {
        _answers["GET /api/v1/versions"] = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var gone = new CancellationTokenSource();
        var call = _client!.GetProcessAsync(gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
    }
}
