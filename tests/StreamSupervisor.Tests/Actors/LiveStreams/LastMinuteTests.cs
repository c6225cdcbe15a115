using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

public sealed class LastMinuteTests
{
    private static readonly Publisher Cam = Scene.Encoder("cam");

    private readonly VirtualTime _time = new();
    private readonly LastMinute _counts;

    public LastMinuteTests() => _counts = new LastMinute(_time);

    [Fact]
    public void What_happened_is_counted_by_its_kind()
    {
        _counts.Count(
        [
            Admitted(AdmissionRule.KeyFree), Admitted(AdmissionRule.HandoverDone), Admitted(AdmissionRule.OldNodeUnreachable),
            new AttemptRefused(Scene.Start, Cam, 1, RefusalReason.Locked, null, AskedIn.OnPublish, Scene.Start),
            new FlappingSeen(Scene.Start, 5), new BroadcastEnded(Scene.Start),
        ]);

        Now().ShouldBe((3, 1, 2, 1));
    }

    [Fact]
    public void After_a_minute_it_is_forgotten_second_by_second()
    {
        _counts.Add(Counted.Refusal);
        _time.Advance(TimeSpan.FromSeconds(30));
        _counts.Add(Counted.Refusal);
        _time.Advance(TimeSpan.FromSeconds(29));
        _counts.Of(Counted.Refusal).ShouldBe(2);

        _time.Advance(TimeSpan.FromSeconds(1));
        _counts.Of(Counted.Refusal).ShouldBe(1);
        _time.Advance(TimeSpan.FromDays(400));
        _counts.Of(Counted.Refusal).ShouldBe(0);
        _counts.Add(Counted.Refusal);
        _counts.Of(Counted.Refusal).ShouldBe(1);
    }

    private (int Admissions, int Refusals, int Takeovers, int Flaps) Now() => (
        _counts.Of(Counted.Admission), _counts.Of(Counted.Refusal), _counts.Of(Counted.Takeover), _counts.Of(Counted.Flap));

    private static Admitted Admitted(AdmissionRule rule) =>
        new(Scene.Start, Cam, 1, rule, AskedIn.OnPublish, Scene.Start, Scene.Start, SameBroadcast: false);
}
