using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Api;

public class OverviewApiTests
{
    [Fact]
    public async Task Streams_of_the_whole_cluster_are_counted_by_state_and_by_what_is_wrong_with_them()
    {
        await using var server = await ApiServer.StartAsync();
        var locked = new OperatorMark("ann", "x", Given.At(0));
        var wedge = new Wedge("srs-1", "vid-1", "svc-1", Given.At(0));
        var eviction = new Eviction(Given.Old, EvictionCause.Takeover, Given.At(0), Stalled: true);
        var handover = new Handover(Given.New, AdmissionRule.NewestWins, AskedIn.OnPublish, Given.At(0), Given.At(0), Given.At(0));
        foreach (var state in new[]
        {
            Given.Live("live/plain"),
            Given.Live("live/fights") with { CoolDownUntil = Given.At(1) },
            Given.Live("live/fought") with { CoolDownUntil = Given.At(0) },
            Given.Live("live/named \"wedges\":[{\"locked\":{\"stalled\":true"),
            Given.Live("live/changes") with { Handover = handover, Evictions = [eviction] },
            Given.Idle("live/locked") with { Locked = locked, PinnedTo = "ann", Pinned = locked },
            Given.Idle("live/wedged") with { Wedges = [wedge], ReconnectUntil = Given.At(1) },
            Given.Idle("live/idle-1"),
            Given.Idle("live/idle-2"),
            new LiveStreamState { Key = new StreamKey(StreamKey.ReservedVhost, "origins", "srs-1"), Locked = locked },
        })
        {
            await server.Entities.PutAsync(state);
        }

        var (status, overview) = await server.GetAsync("/api/v1/overview");

        status.ShouldBe(200);
        overview.GetProperty("streams").ToString().ShouldBe(
            """{"live":4,"handover":1,"interrupted":1,"idle":2,"locked":1,"pinned":1}""");
        overview.GetProperty("trouble").ToString().ShouldBe(
            """{"fights":1,"wedges":1,"stalled":1,"quarantined":0,"flapping":0,"orphaned":0}""");
        overview.GetProperty("at").GetDateTimeOffset().ShouldBe(ApiServer.Now);
    }

    [Fact]
    public async Task Servers_and_members_are_counted_by_state_and_members_tell_what_they_count()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.AddRange(
            [Given.Origin("srs-1"), Given.Origin("srs-2", "down"), Given.Origin("srs-3") with { OrphanedKeys = ["live/a", "live/b"] }]);
        server.Members =
        [
            Member("one", MemberState.Active), Member("two", MemberState.Active, isHeard: false), Member("three", MemberState.Draining),
        ];
        server.AskMembers = _ => Task.FromResult(new ClusterCounts(new MemberCounts(5, 4, 3, 2, 1), Silent: 1));

        var (_, overview) = await server.GetAsync("/api/v1/overview");

        overview.GetProperty("origins").ToString().ShouldBe("""{"up":2,"suspect":0,"down":1,"unknown":0,"draining":0}""");
        overview.GetProperty("members").ToString().ShouldBe("""{"up":1,"joining":0,"leaving":1,"silent":1,"dead":1}""");
        overview.GetProperty("lastMinute").ToString().ShouldBe(
            """{"admissions":5,"refusals":4,"takeovers":3,"membersSilent":1}""");
        overview.GetProperty("trouble").ToString().ShouldBe(
            """{"fights":0,"wedges":0,"stalled":0,"quarantined":1,"flapping":2,"orphaned":2}""");
    }

    [Fact]
    public async Task Fifty_who_ask_at_once_cost_one_counting()
    {
        await using var server = await ApiServer.StartAsync();
        var asked = 0;
        var answer = new TaskCompletionSource<ClusterCounts>();
        server.AskMembers = _ =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        };

        var pages = Enumerable.Range(0, 50).Select(_ => server.GetAsync("/api/v1/overview")).ToList();
        await Eventually.HoldsAsync("the members are asked", () => Task.FromResult(Volatile.Read(ref asked) > 0));
        answer.SetResult(new ClusterCounts(new MemberCounts(), 0));

        (await Task.WhenAll(pages)).ShouldAllBe(page => page.Status == 200);
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_is_told_to_who_asked_and_not_kept_for_the_next()
    {
        await using var server = await ApiServer.StartAsync();
        server.AskMembers = _ => Task.FromException<ClusterCounts>(new StoreUnavailableException("It is away.", new TimeoutException()));
        (await server.GetAsync("/api/v1/overview")).Status.ShouldBe(503);

        server.AskMembers = _ => Task.FromResult(new ClusterCounts(new MemberCounts(), 0));

        (await server.GetAsync("/api/v1/overview")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_told_and_a_parameter_that_there_is_not_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.TakeStoreAwayAsync();

        (await server.GetAsync("/api/v1/overview")).Status.ShouldBeOneOf(500, 503);
        (await server.GetAsync("/api/v1/overview?of=today")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task The_program_counts_what_it_decides()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        await platform.PublishAsync(platform.Srs[0], "live/van");

        await Eventually.HoldsAsync("the overview shows the stream and its admission", async () =>
        {
            var overview = (await platform.Http.AnswerAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/overview"), [])).Body;
            return overview.GetProperty("streams").GetProperty("live").GetInt32() == 1
                && overview.GetProperty("lastMinute").GetProperty("admissions").GetInt32() == 1
                && overview.GetProperty("lastMinute").GetProperty("membersSilent").GetInt32() == 0
                && overview.GetProperty("members").GetProperty("up").GetInt32() == 1
                && overview.GetProperty("origins").GetProperty("up").GetInt32() == 1;
        });
    }

    private static MemberSighting Member(string name, MemberState state, bool isHeard = true) => new(
        Guid.NewGuid(), name, $"{name}:8560", $"akka://{name}", 1, state, null, isHeard, [], TimeSpan.Zero, HasSession: true, IsSelf: false);
}
