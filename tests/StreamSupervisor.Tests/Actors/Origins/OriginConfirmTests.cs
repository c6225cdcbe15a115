using Akka.Actor;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>A member asks whether the process that a hook names runs there.</summary>
public class OriginConfirmTests : OriginScene
{
    [Fact]
    public async Task The_process_that_runs_there_is_confirmed()
    {
        await StartAsync();
        (await ConfirmAsync("server-1", "process-1")).Process!.ServiceId.ShouldBe("process-1");
    }

    [Fact]
    public async Task A_process_that_has_just_been_started_is_learnt_and_confirmed()
    {
        await StartAsync();
        Srs.Restart("process-2");
        (await ConfirmAsync("server-1", "process-2")).Process!.ServiceId.ShouldBe("process-2");
    }

    [Fact]
    public async Task A_server_without_a_configured_id_that_was_started_again_is_learnt_from_hook_and_API()
    {
        await StartAsync();
        Srs.Process = new("server-2", "process-2", "2", Srs.Process.Version);
        (await ConfirmAsync("server-2", "process-2")).Process!.ServerId.ShouldBe("server-2");
    }

    [Fact]
    public async Task A_late_hook_of_an_earlier_process_is_told_so()
    {
        await StartAsync();
        Srs.Restart("process-2");
        (await ConfirmAsync("server-1", "process-1")).ShouldBeOfType<ProcessConfirmation.Replaced>().By.ServiceId.ShouldBe("process-2");
    }

    [Fact]
    public async Task A_hook_of_another_server_is_told_so()
    {
        await StartAsync();
        var answer = await ConfirmAsync("server-9", "process-9");
        answer.ShouldBe(new ProcessConfirmation.WrongServer("server-1"));
        answer.Refusal.ShouldNotBeNull();
    }

    [Fact]
    public async Task SRS_4_does_not_name_its_process_and_is_asked()
    {
        Srs.Process = new("server-1", "4711:1", "1", new SrsVersion(4, 0, 271));
        await StartAsync();
        (await ConfirmAsync("server-1", "")).Process!.ServiceId.ShouldBe("4711:1");
    }

    [Fact]
    public async Task Nothing_is_known_while_the_server_does_not_answer()
    {
        await StartAsync();
        Srs.Reachable = false;
        (await ConfirmAsync("server-1", "process-2")).ShouldBeOfType<ProcessConfirmation.Unreachable>();
    }

    [Fact]
    public async Task Those_who_ask_at_once_share_one_call()
    {
        await StartAsync();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Srs.CountOf("process");
        Srs.Holding = hold.Task;
        var question = new ConfirmProcess(Origin, "server-1", "process-1");
        var asked = Enumerable.Range(0, 50).Select(_ => Actor.Ask<ProcessConfirmation>(question, TimeSpan.FromSeconds(20))).ToList();
        await Actor.Ask<ActorIdentity>(new Identify(1));
        hold.SetResult();

        (await Task.WhenAll(asked)).ShouldAllBe(answer => answer.Process != null);
        (Srs.CountOf("process") - calls).ShouldBe(1);
    }

    private async Task<ProcessConfirmation> ConfirmAsync(string serverId, string serviceId)
    {
        var answer = Actor.Ask<ProcessConfirmation>(new ConfirmProcess(Origin, serverId, serviceId), TimeSpan.FromSeconds(20));
        await UntilAsync(() => answer.IsCompleted);
        return await answer;
    }

    [Fact]
    public async Task The_door_asks_until_its_deadline_and_no_longer()
    {
        await StartAsync();
        Srs.Reachable = false;
        var door = new OriginRegion(Actor, TimeProvider.System);
        (await ThroughAsync(door, "process-2", TimeSpan.FromMilliseconds(80))).ShouldBeOfType<ProcessConfirmation.Unreachable>();

        Srs.Reachable = true;
        (await ThroughAsync(door, "process-1", TimeSpan.FromSeconds(20))).Process.ShouldNotBeNull();
    }

    private async Task<ProcessConfirmation> ThroughAsync(OriginRegion door, string serviceId, TimeSpan within)
    {
        var answer = door.ConfirmAsync(Origin, "server-1", serviceId, TimeProvider.System.GetUtcNow() + within, CancellationToken.None);
        await UntilAsync(() => answer.IsCompleted, TimeSpan.FromHours(1));
        return await answer;
    }
}
