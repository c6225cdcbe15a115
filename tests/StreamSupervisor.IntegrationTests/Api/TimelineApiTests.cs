using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Api;

public class TimelineApiTests
{
    private const string Cam1 = "/api/v1/streams/-/live/cam1";

    [Fact]
    public async Task A_timeline_tells_the_newest_first_with_kicks_and_their_latency()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());

        var (_, page) = await server.GetAsync($"{Cam1}/timeline");

        var entries = page.GetProperty("entries").EnumerateArray().ToList();
        entries.Select(one => one.GetProperty("sequence").GetInt64()).ShouldBe([8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000]);
        var admitted = entries[1];
        admitted.GetProperty("kind").GetString().ShouldBe("admitted");
        admitted.GetProperty("heldMs").GetDouble().ShouldBe(12.5);
        admitted.GetProperty("rule").GetString().ShouldBe("handover-done");
        admitted.GetProperty("generation").GetInt64().ShouldBe(2);
        admitted.GetProperty("attempt").GetProperty("clientId").GetString().ShouldBe("new22222");
        admitted.GetProperty("text").GetString().ShouldBe(
            "Client new22222 on srs-1 from 10.0.0.7 was admitted as generation 2 after 12.5 ms: every session in its way is proven gone; the same broadcast goes on.");
        var gone = entries[3];
        gone.GetProperty("latencyMs").GetDouble().ShouldBe(12.5);
        gone.GetProperty("proof").GetString().ShouldBe("client-gone");
        page.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_timeline_comes_in_pages_by_sequence()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());

        var seen = new List<long>();
        var cursor = "";
        do
        {
            var (_, page) = await server.GetAsync($"{Cam1}/timeline?limit=3{cursor}");
            seen.AddRange(page.GetProperty("entries").EnumerateArray().Select(one => one.GetProperty("sequence").GetInt64()));
            cursor = page.TryGetProperty("next", out var next) ? "&cursor=" + next.GetString() : "";
        }
        while (cursor.Length > 0);

        seen.ShouldBe([8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000]);
    }

    [Fact]
    public async Task A_timeline_whose_older_part_was_cleared_ends_where_it_is_cut_and_an_explanation_says_so()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());
        await server.Entities.ClearAsync(Given.Cam1, upTo: 5);

        var (_, first) = await server.GetAsync($"{Cam1}/timeline?limit=3");
        first.GetProperty("entries").EnumerateArray().Select(one => one.GetProperty("sequence").GetInt64()).ShouldBe([8000, 7000, 6000]);
        var (status, last) = await server.GetAsync($"{Cam1}/timeline?limit=3&cursor={first.GetProperty("next").GetString()}");
        (status, last.GetProperty("entries").GetArrayLength(), last.TryGetProperty("next", out _)).ShouldBe((200, 0, false));

        (await server.GetAsync($"{Cam1}/explain?clientId=new22222")).Body.GetProperty("complete").GetBoolean().ShouldBeFalse("its beginning was cleared");
        (await server.GetAsync($"{Cam1}/explain?clientId=stranger")).Body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("journal.retention");
    }

    [Fact]
    public async Task A_takeover_is_explained_with_what_was_seen_the_rule_and_what_it_waited_for()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());

        var (status, body) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");

        status.ShouldBe(200);
        body.GetProperty("answer").GetString().ShouldBe("admitted");
        body.GetProperty("rule").GetString().ShouldBe("newest-wins");
        body.GetProperty("endedBy").GetString().ShouldBe("handover-done");
        body.GetProperty("heldMs").GetDouble().ShouldBe(12.5);
        body.GetProperty("incumbent").GetProperty("clientId").GetString().ShouldBe("old11111");
        var waited = body.GetProperty("evictions").EnumerateArray().Single();
        waited.GetProperty("of").GetProperty("clientId").GetString().ShouldBe("old11111");
        waited.GetProperty("latencyMs").GetDouble().ShouldBe(12.5);
        body.GetProperty("complete").GetBoolean().ShouldBeTrue();
        body.GetProperty("text").GetProperty("en").GetString().ShouldBe(
            "Client new22222 on srs-1 from 10.0.0.7 asked in on_publish to publish __defaultVhost__/live/cam1 at 12:00:00Z. "
            + "At that time client old11111 on srs-1 from 10.0.0.7 owned the key (generation 1). "
            + "The rule newest-wins spoke: the newest attempt wins, so it was held for at most 2.5 s. "
            + "It waited for the removal of client old11111 on srs-1, which took 12.5 ms: SRS no longer knows the client. "
            + "It was admitted after 12.5 ms as generation 2: every session in its way is proven gone.");
        body.GetProperty("text").GetProperty("zh").GetString().ShouldBe(
            "客户端 new22222（srs-1，来自 10.0.0.7）于 12:00:00Z 在 on_publish 中请求推流 __defaultVhost__/live/cam1。"
            + "当时该流由客户端 old11111（srs-1，来自 10.0.0.7）占用（第 1 代）。"
            + "适用规则 newest-wins：最新的请求优先，因此请求最多等待 2.5 秒。"
            + "等待移除 srs-1 上的客户端 old11111，用时 12.5 毫秒（SRS 已无此客户端）。"
            + "12.5 毫秒后准许推流，第 2 代：占用该流的会话均已确认离开。");
    }

    [Fact]
    public async Task A_first_publisher_is_explained_and_so_is_its_end()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());

        var (_, body) = await server.GetAsync($"{Cam1}/explain?clientId=old11111");

        body.GetProperty("answer").GetString().ShouldBe("admitted");
        body.GetProperty("rule").GetString().ShouldBe("key-free");
        body.GetProperty("evictions").GetArrayLength().ShouldBe(0, "its own removal is not what it waited for");
        body.GetProperty("text").GetProperty("en").GetString()!.ShouldEndWith("It stopped publishing at 12:00:00Z (evicted).");
    }

    [Fact]
    public async Task A_refusal_is_explained_with_its_reason_and_advice()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1,
            new SessionAdopted(Given.At(-10), Given.Old, 4),
            new AttemptRefused(Given.At(0), Given.New, 4, RefusalReason.IncumbentAlive, TimeSpan.FromSeconds(5), AskedIn.OnConnect, Given.At(0)));

        var (_, body) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");

        body.GetProperty("answer").GetString().ShouldBe("refused");
        body.GetProperty("reason").GetString().ShouldBe("incumbent-alive");
        body.GetProperty("retryAfterMs").GetDouble().ShouldBe(5000);
        body.GetProperty("incumbent").GetProperty("clientId").GetString().ShouldBe("old11111");
        body.GetProperty("text").GetProperty("en").GetString()!.ShouldContain("It was refused at once: the policy keeps a publisher that is alive; a new try pays after 5 s.");
    }

    [Fact]
    public async Task An_attempt_that_took_an_older_ones_place_waited_for_the_same_removal()
    {
        var newer = Given.By("newer333", "srs-1");
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1,
            new Admitted(Given.At(-9000), Given.Old, 1, AdmissionRule.KeyFree, AskedIn.OnPublish, Given.At(-9000), Given.At(-4000), false),
            new HandoverStarted(Given.At(0), Given.New, AdmissionRule.NewestWins, AskedIn.OnPublish, Given.At(2500)),
            new EvictionOrdered(Given.At(0), Given.Old, EvictionCause.Takeover, null),
            new ChallengerReplaced(Given.At(1000), Given.New, newer, AskedIn.OnPublish, Given.At(3500)),
            new AttemptRefused(Given.At(1000), Given.New, 1, RefusalReason.Superseded, TimeSpan.FromSeconds(2), AskedIn.OnPublish, Given.At(0)),
            new EvictionFinished(Given.At(1200), Given.Old.Session, ReleaseProof.Closed, Given.At(0)),
            new Admitted(Given.At(1200), newer, 2, AdmissionRule.HandoverDone, AskedIn.OnPublish, Given.At(1000), Given.At(6200), true));

        var (_, second) = await server.GetAsync($"{Cam1}/explain?clientId=newer333");
        second.GetProperty("answer").GetString().ShouldBe("admitted");
        second.GetProperty("heldMs").GetDouble().ShouldBe(200);
        second.GetProperty("incumbent").GetProperty("clientId").GetString().ShouldBe("old11111");
        second.GetProperty("evictions").EnumerateArray().Single().GetProperty("latencyMs").GetDouble().ShouldBe(1200);

        var (_, first) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");
        first.GetProperty("answer").GetString().ShouldBe("refused");
        first.GetProperty("reason").GetString().ShouldBe("superseded");
        first.GetProperty("heldMs").GetDouble().ShouldBe(1000);
    }

    [Fact]
    public async Task An_attempt_is_told_of_the_removal_that_was_under_way_when_it_asked()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1,
            new Admitted(Given.At(-9000), Given.Old, 1, AdmissionRule.KeyFree, AskedIn.OnPublish, Given.At(-9000), Given.At(-4000), false),
            new EvictionOrdered(Given.At(-100), Given.Old, EvictionCause.Silent, null),
            new HandoverStarted(Given.At(0), Given.New, AdmissionRule.IncumbentSilent, AskedIn.OnPublish, Given.At(2500)),
            new EvictionFinished(Given.At(50), Given.Old.Session, ReleaseProof.ClientGone, Given.At(-100)),
            new Admitted(Given.At(50), Given.New, 2, AdmissionRule.HandoverDone, AskedIn.OnPublish, Given.At(0), Given.At(5050), true));

        var (_, body) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");

        var waited = body.GetProperty("evictions").EnumerateArray().Single();
        waited.GetProperty("cause").GetString().ShouldBe("silent");
        waited.GetProperty("latencyMs").GetDouble().ShouldBe(150);
    }

    [Fact]
    public async Task What_would_have_been_decided_is_the_answer_where_the_supervisor_only_observes()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1,
            new DecisionObserved(Given.At(0), Given.New, "refuse", RefusalReason.Locked, AskedIn.OnPublish),
            new Admitted(Given.At(0), Given.New, 1, AdmissionRule.KeyFree, AskedIn.OnPublish, Given.At(0), Given.At(5000), false));

        var (_, body) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");

        body.GetProperty("answer").GetString().ShouldBe("observed");
        body.GetProperty("reason").GetString().ShouldBe("locked");
        body.GetProperty("text").GetProperty("en").GetString()!.ShouldContain("enforcing, it would have been refused, because an operator locked the key.");
    }

    [Fact]
    public async Task An_event_that_this_version_cannot_read_keeps_its_place()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());
        await server.Entities.HappenedInTheFutureAsync(Given.Cam1);

        var (_, page) = await server.GetAsync($"{Cam1}/timeline?limit=1");

        page.GetProperty("entries")[0].GetProperty("sequence").GetInt64().ShouldBe(9000);
        page.GetProperty("entries")[0].GetProperty("kind").GetString().ShouldBe("from-the-future");
        (await server.GetAsync($"{Cam1}/explain?clientId=new22222")).Body.GetProperty("answer").GetString().ShouldBe("admitted");
    }

    [Fact]
    public async Task An_attempt_that_is_still_held_says_so()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover()[..4]);
        var (_, body) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");
        body.GetProperty("answer").GetString().ShouldBe("held");
        body.GetProperty("text").GetProperty("en").GetString()!.ShouldEndWith("It has no answer yet.");
    }

    [Fact]
    public async Task One_connection_that_published_twice_is_explained_by_its_newest_attempt()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1,
            new Admitted(Given.At(0), Given.New, 1, AdmissionRule.KeyFree, AskedIn.OnPublish, Given.At(0), Given.At(5000), false),
            new PublisherLost(Given.At(10), Given.New.Session, "srs-1", LossCause.Unpublished, null, false),
            new Admitted(Given.At(20), Given.New, 2, AdmissionRule.KeyFree, AskedIn.OnPublish, Given.At(20), Given.At(5020), true));
        var (_, body) = await server.GetAsync($"{Cam1}/explain?clientId=new22222");
        body.GetProperty("generation").GetInt64().ShouldBe(2);
        body.TryGetProperty("incumbent", out _).ShouldBeFalse();
        body.GetProperty("text").GetProperty("en").GetString()!.ShouldNotContain("stopped publishing");
    }

    [Fact]
    public async Task A_client_that_was_never_seen_is_not_found()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());
        var (status, body) = await server.GetAsync($"{Cam1}/explain?clientId=stranger");
        status.ShouldBe(404);
        body.GetProperty("reason").GetString().ShouldBe("attempt-unknown");
    }

    [Fact]
    public async Task Every_event_has_a_sentence_of_its_own()
    {
        var kinds = typeof(LiveStreamEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LiveStreamEvent))).ToList();
        kinds.Count.ShouldBeGreaterThan(20);
        foreach (var kind in kinds)
        {
            var happened = (LiveStreamEvent)Sample(kind);
            StreamSupervisor.Server.Api.TimelineText.Of(happened).ShouldNotBe("An event without a sentence.", kind.Name);
            StreamSupervisor.Server.Api.TimelineEntry.From(1, kind.Name, happened).Text.Length.ShouldBeGreaterThan(10);
        }

        await Task.CompletedTask;
    }

    private static object Sample(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(one => one.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(one => Value(one.ParameterType))]);

        static object? Value(Type wanted) =>
            wanted == typeof(string) ? "text"
            : wanted == typeof(Publisher) ? Given.Old
            : wanted == typeof(SessionId) ? Given.Old.Session
            : wanted == typeof(DateTimeOffset) ? Given.At(0)
            : wanted.IsValueType ? Activator.CreateInstance(wanted)
            : null;
    }
}
