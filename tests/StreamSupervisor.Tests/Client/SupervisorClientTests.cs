using System.Net;
using StreamSupervisor.Client;

namespace StreamSupervisor.Tests.Client;

public sealed class SupervisorClientTests : IDisposable
{
    private readonly StillTime _time = new();
    private readonly FakeSupervisors _supervisors = new();
    private static readonly RegistrationRequest s_request = new("live/cam1", "encoder-7", 1) { Credential = "token=x", PreferOrigin = "srs-2" };

    public void Dispose() => _supervisors.Dispose();

    [Fact]
    public async Task A_registration_has_the_documented_shape_and_its_answer_is_understood()
    {
        _supervisors.Publish();
        var answer = await _supervisors.Client(_time).RegisterAsync(s_request);
        _supervisors.Calls.ShouldBe(
            ["""POST one /api/v1/registrations {"key":"live/cam1","encoderId":"encoder-7","attempt":1,"credential":"token=x","preferOrigin":"srs-2"}"""]);
        answer.Decision.ShouldBe(RegistrationDecision.Publish);
        answer.Publish.ShouldBe([new PublishTarget("srs-1", "rtmp://srs-1/live/cam1?registration=v1.x")]);
        (answer.RegistrationId, answer.Generation, answer.AttemptsLeft).ShouldBe(("r1", 7, 2));
        answer.ExpiresAt.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero));
    }

    [Fact]
    public async Task Every_call_goes_where_the_documentation_says()
    {
        var client = _supervisors.Wait().Wait().Answer("", HttpStatusCode.NoContent).Answer("{}", HttpStatusCode.NotFound).Client(_time);
        await client.GetAsync("a/b?c", TimeSpan.FromSeconds(2.5));
        await client.RenewAsync("r1", new RegistrationUpdate { State = "publishing" });
        await client.GoodbyeAsync("r1");
        await client.GoodbyeAsync("r1");
        _supervisors.Calls.ShouldBe(
        [
            "GET one /api/v1/registrations/a%2Fb%3Fc?wait=2500ms",
            """PUT one /api/v1/registrations/r1 {"state":"publishing"}""",
            "DELETE one /api/v1/registrations/r1",
            "DELETE one /api/v1/registrations/r1",
        ]);
    }

    [Fact]
    public async Task A_supervisor_that_does_not_answer_is_passed_over_and_the_one_that_does_is_kept()
    {
        _supervisors.Fail().Answer("no", HttpStatusCode.BadGateway, "text/html").Publish().Publish();
        var lines = new List<string>();
        var client = _supervisors.Client(_time, (_, line) => lines.Add(line), "http://one", "http://two", "http://three");
        await client.RegisterAsync(s_request);
        await client.RegisterAsync(s_request);
        _supervisors.Calls.Select(c => c.Split(' ')[1]).ShouldBe(["one", "two", "three", "three"]);
        lines.ShouldBe(["one cannot be reached (connection refused); asking the next supervisor.", "two answered 502 ; asking the next supervisor."]);
    }

    [Fact]
    public async Task A_supervisor_that_hangs_has_the_timeout_and_no_more()
    {
        _supervisors.Hang().Publish();
        var answer = _supervisors.Client(_time, "http://one", "http://two").RegisterAsync(s_request);
        answer.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(3));
        (await answer).Decision.ShouldBe(RegistrationDecision.Publish);
    }

    [Fact]
    public async Task When_nobody_answers_the_error_says_what_happened_where()
    {
        _supervisors.Fail().Answer("""{"status":503,"reason":"overloaded"}""", HttpStatusCode.ServiceUnavailable);
        var error = await Should.ThrowAsync<SupervisorUnavailableException>(_supervisors.Client(_time, "http://one", "http://two").RegisterAsync(s_request));
        error.Message.ShouldBe("No supervisor answered: one cannot be reached (connection refused); two answered 503 overloaded.");
    }

    [Fact]
    public async Task A_wrong_call_is_wrong_everywhere_and_not_repeated()
    {
        _supervisors.Answer("""{"status":400,"reason":"bad-stream-key","title":"This is no stream key","detail":"'x' is no stream key.","kind":"permanent"}""",
            HttpStatusCode.BadRequest, "application/problem+json");
        var error = await Should.ThrowAsync<SupervisorProblemException>(_supervisors.Client(_time, "http://one", "http://two").RegisterAsync(s_request));
        error.Problem.Reason.ShouldBe("bad-stream-key");
        _supervisors.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"decision":"dance"}""")]
    public async Task An_answer_that_is_none_is_no_answer(string body)
    {
        _supervisors.Answer(body);
        await Should.ThrowAsync<SupervisorUnavailableException>(_supervisors.Client(_time).RegisterAsync(s_request));
    }

    [Fact]
    public async Task Decisions_are_streamed_as_server_sent_events()
    {
        _supervisors.Answer(": hello\n\nevent: decision\ndata: {\"registrationId\":\"r1\",\"decision\":\"wait\"}\n\n: keep-alive\n\nevent: decision\ndata: {\"registrationId\":\"r1\",\"decision\":\"publish\"}\n\n",
            HttpStatusCode.OK, "text/event-stream");
        var decisions = new List<RegistrationDecision>();
        await foreach (var answer in _supervisors.Client(_time).WatchAsync("r1"))
        {
            decisions.Add(answer.Decision);
        }

        decisions.ShouldBe([RegistrationDecision.Wait, RegistrationDecision.Publish]);
        _supervisors.Calls.ShouldBe(["GET one /api/v1/registrations/r1/events"]);
    }
}
