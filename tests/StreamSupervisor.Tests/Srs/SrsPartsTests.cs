using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Srs;

public class SrsPartsTests
{
    [Fact]
    public void A_turnstile_lets_in_as_many_as_it_may_and_the_rest_in_order()
    {
        var scheduler = new SimulationScheduler(new VirtualTime());
        var turnstile = new Turnstile(admitted: 2, maxWaiting: 2);
        var inside = new List<int>();
        scheduler.Inside(() => Enumerable.Range(1, 4).Select(EnterAsync).ToList());
        scheduler.RunReady();
        inside.ShouldBe([1, 2]);
        scheduler.Run(() => turnstile.EnterAsync(default).AsTask()).ShouldBeFalse(); // two wait already

        scheduler.Inside(() => { turnstile.Leave(); return true; });
        scheduler.RunReady();
        inside.ShouldBe([1, 2, 3]);

        async Task EnterAsync(int who)
        {
            await turnstile.EnterAsync(default);
            inside.Add(who);
        }
    }

    [Fact]
    public void Whoever_gives_up_waiting_takes_no_place()
    {
        var scheduler = new SimulationScheduler(new VirtualTime());
        var turnstile = new Turnstile(admitted: 1, maxWaiting: 2);
        using var impatient = new CancellationTokenSource();
        scheduler.Run(() => turnstile.EnterAsync(default).AsTask()).ShouldBeTrue();
        var given = scheduler.Inside(() => turnstile.EnterAsync(impatient.Token).AsTask());
        var patient = scheduler.Inside(() => turnstile.EnterAsync(default).AsTask());

        scheduler.Inside(() => { impatient.Cancel(); turnstile.Leave(); return true; });
        scheduler.RunReady();

        given.IsCanceled.ShouldBeTrue();
        patient.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void Callers_at_the_same_moment_share_one_look_at_who_a_node_is()
    {
        var scene = new SrsScene();
        scene.Scheduler.Run(() => Task.WhenAll(Enumerable.Range(0, 5).Select(_ => scene.Origin.IdentifyAsync(default))));
        scene.Srs.CountOf("process").ShouldBe(1);
    }

    [Fact]
    public void Any_answer_of_a_new_process_is_noticed_and_told_once()
    {
        var scene = new SrsScene();
        var replaced = new List<string>();
        scene.Origin.ProcessReplaced += (_, process) => replaced.Add(process.ServiceId);
        scene.Scheduler.Run(() => scene.Origin.IdentifyAsync(default));
        scene.Srs.Restart("process-2");

        scene.Scheduler.Run(() => scene.Origin.Api.GetStreamsAsync(default));
        scene.Scheduler.Run(() => scene.Origin.Api.GetStreamsAsync(default));
        scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));

        replaced.ShouldBe(["process-2"]);
        scene.Origin.Supersedes("process-1").ShouldBeTrue();
    }
}
