using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class EvictionProcedureTests
{
    private static readonly SessionId Session = new("vid-1", "run-1", "c1");
    private static readonly EvictionAnswer There = new EvictionAnswer.Exists("run-1");
    private static readonly EvictionAnswer Gone = new EvictionAnswer.NoSuchClient("run-1");
    private static readonly EvictionAnswer Over = new EvictionAnswer.PauseOver();
    private static readonly EvictionAnswer Down = new EvictionAnswer.Unreachable("connection refused");
    private static readonly EvictionStep ClientGone = new EvictionStep.Released(ReleaseProof.ClientGone);

    private DateTimeOffset _now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private EvictionProcedure _procedure = new(new EvictSession(Session, "srs-1"));

    [Fact]
    public void A_client_is_deleted_and_looked_for_until_srs_knows_it_no_longer()
    {
        Begin().ShouldBe(new EvictionStep.Delete());
        Next(There).ShouldBe(Pause(2));
        Next(Over).ShouldBe(new EvictionStep.Look());
        Next(There).ShouldBe(Pause(3));
        Next(Over);
        Next(Gone).ShouldBe(ClientGone);
    }

    [Fact]
    public void A_client_that_srs_never_knew_is_gone_already()
    {
        Begin();
        Next(Gone).ShouldBe(ClientGone);
    }

    [Fact]
    public void No_such_client_from_nobody_knows_whom_is_asked_again_once_it_is_known()
    {
        var nameless = new EvictionAnswer.NoSuchClient("");
        Begin();
        Next(nameless).ShouldBe(new EvictionStep.Identify());
        Next(new EvictionAnswer.Identified("vid-2", "run-2")).ShouldBeOfType<EvictionStep.Pause>().StalledBecause.ShouldNotBeNull();
        Next(Over).ShouldBe(new EvictionStep.Identify());
        Next(new EvictionAnswer.Identified("vid-1", "run-1")).ShouldBe(new EvictionStep.Delete());
        Next(nameless).ShouldBe(ClientGone);
    }

    [Fact]
    public void No_such_client_after_the_answer_to_the_delete_needs_no_further_question()
    {
        Begin();
        Next(There);
        Next(Over);
        Next(new EvictionAnswer.NoSuchClient("")).ShouldBe(ClientGone);
    }

    [Fact]
    public void A_client_that_does_not_go_is_deleted_again_after_half_a_second()
    {
        Begin();
        var (step, waited, looks) = (Next(There), TimeSpan.Zero, 0);
        while (step is not EvictionStep.Delete)
        {
            waited += step.ShouldBeOfType<EvictionStep.Pause>().For;
            Next(Over).ShouldBe(new EvictionStep.Look());
            step = Next(There);
            looks++;
        }

        waited.TotalMilliseconds.ShouldBeInRange(500, 600);
        looks.ShouldBeInRange(8, 15);
        Next(There).ShouldBe(Pause(2));
    }

    [Fact]
    public void The_close_of_the_session_is_proof_at_any_time()
    {
        Begin();
        Next(new EvictionAnswer.CloseHeard()).ShouldBe(new EvictionStep.Released(ReleaseProof.Closed));
        Next(There).ShouldBe(new EvictionStep.Released(ReleaseProof.Closed), "the answer of a call that was under way changes nothing");
    }

    [Fact]
    public void A_client_that_may_not_be_listed_yet_is_deleted_again_until_it_must_be()
    {
        _procedure = new(new EvictSession(Session, "srs-1", _now.AddSeconds(1), _now));
        Begin();
        Next(Gone).ShouldBe(Pause(2));
        Next(Over).ShouldBe(new EvictionStep.Delete());
        Next(Gone).ShouldBe(Pause(3));
        Next(Over);
        _now = _now.AddSeconds(1);
        Next(Gone).ShouldBe(ClientGone);
    }

    [Fact]
    public void Once_it_was_there_its_absence_is_proof()
    {
        _procedure = new(new EvictSession(Session, "srs-1", _now.AddSeconds(1), _now));
        Begin();
        Next(There);
        Next(Over);
        Next(Gone).ShouldBe(ClientGone);
    }

    [Fact]
    public void A_clock_that_was_set_back_does_not_prolong_that_time()
    {
        _procedure = new(new EvictSession(Session, "srs-1", _now.AddSeconds(601), _now.AddSeconds(600)));
        Begin();
        Next(Gone).ShouldBe(Pause(2));
        Next(Over);
        _now = _now.AddSeconds(1);
        Next(Gone).ShouldBe(ClientGone);
    }

    [Fact]
    public void A_session_of_an_earlier_process_is_gone() =>
        _procedure.Begin(ProcessStanding.Superseded, _now).ShouldBe(new EvictionStep.Released(ReleaseProof.ProcessReplaced));

    [Fact]
    public void A_process_that_is_not_known_is_asked_who_it_is_before_any_delete()
    {
        _procedure.Begin(ProcessStanding.Unknown, _now).ShouldBe(new EvictionStep.Identify());
        Next(new EvictionAnswer.Identified("vid-1", "run-1")).ShouldBe(new EvictionStep.Delete());
        _procedure.Begin(ProcessStanding.Unknown, _now);
        Next(new EvictionAnswer.Identified("vid-1", "run-2")).ShouldBe(new EvictionStep.Released(ReleaseProof.ProcessReplaced));
    }

    [Fact]
    public void An_answer_of_another_server_is_no_proof_though_its_process_has_the_same_name()
    {
        Begin();
        Next(new EvictionAnswer.NoSuchClient("run-1", "vid-2")).ShouldBe(new EvictionStep.Identify());
        Begin();
        Next(new EvictionAnswer.Exists("run-1", "vid-2")).ShouldBe(new EvictionStep.Identify());
        Begin();
        Next(new EvictionAnswer.NoSuchClient("run-1", "vid-1")).ShouldBe(new EvictionStep.Released(ReleaseProof.ClientGone));
    }

    [Fact]
    public void An_answer_of_another_process_is_no_proof_before_that_was_asked_who_it_is()
    {
        Begin();
        Next(new EvictionAnswer.NoSuchClient("run-2")).ShouldBe(new EvictionStep.Identify());
        var step = Next(new EvictionAnswer.Identified("vid-2", "run-2"));
        step.ShouldBeOfType<EvictionStep.Pause>();
        step.StalledBecause.ShouldNotBeNull().ShouldContain("vid-2");
        Next(Over).ShouldBe(new EvictionStep.Identify());
        Next(new EvictionAnswer.Identified("vid-1", "run-1")).ShouldBe(new EvictionStep.Delete());
    }

    [Fact]
    public void A_server_out_of_reach_is_tried_for_ever_slower_and_slower_and_says_so_once()
    {
        Begin();
        Next(Down).ShouldBe(Pause(50) with { StalledBecause = "connection refused" });
        foreach (var milliseconds in new[] { 100, 200, 400, 800, 1600, 2000, 2000 })
        {
            Next(Over).ShouldBe(new EvictionStep.Identify());
            Next(Down).ShouldBe(Pause(milliseconds));
        }

        Next(Over);
        Next(new EvictionAnswer.Identified("vid-1", "run-1")).ShouldBe(new EvictionStep.Delete());
        Next(There).ShouldBe(Pause(2));
    }

    [Fact]
    public void An_api_that_forbids_delete_is_named_and_looked_at_slowly()
    {
        Begin();
        var step = Next(new EvictionAnswer.NotAllowed("405 Method Not Allowed"));
        (step.ShouldBeOfType<EvictionStep.Pause>().For, step.StalledBecause).ShouldBe((TimeSpan.FromSeconds(5), "405 Method Not Allowed"));
        step.IsForbidden.ShouldBeTrue();
        Next(Over).ShouldBe(new EvictionStep.Look());
        Next(There).ShouldBe(new EvictionStep.Delete(), "it may be allowed by now");
        Next(new EvictionAnswer.NotAllowed("405")).StalledBecause.ShouldBeNull();
        Next(Over);
        Next(Gone).ShouldBe(ClientGone, "it went by itself");
    }

    [Fact]
    public void An_answer_that_does_not_fit_is_a_mistake_of_the_caller()
    {
        Begin();
        Should.Throw<InvalidOperationException>(() => Next(Over));
    }

    private EvictionStep Begin() => _procedure.Begin(ProcessStanding.Current, _now);

    private EvictionStep Next(EvictionAnswer answer) => _procedure.Next(answer, _now);

    private static EvictionStep Pause(double milliseconds) => new EvictionStep.Pause(TimeSpan.FromMilliseconds(milliseconds));
}
