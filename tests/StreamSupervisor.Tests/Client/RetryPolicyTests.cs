using StreamSupervisor.Client;

namespace StreamSupervisor.Tests.Client;

public sealed class RetryPolicyTests
{
    [Fact]
    public void Pauses_grow_by_half_up_to_the_cap_and_rest_after_each_burst()
    {
        var policy = RetryPolicy.Default with { Jitter = 0, AttemptsPerBurst = 10 };
        var pauses = Enumerable.Range(1, 12).Select(n => policy.DelayAfter(n, Random.Shared)!.Value).ToList();
        pauses.Select(p => Math.Round(p.Delay.TotalSeconds, 2)).ShouldBe([0.5, 0.75, 1.12, 1.69, 2.53, 3.8, 5.7, 8.54, 10, 30, 0.5, 0.75]);
        pauses.FindIndex(p => p.IsRest).ShouldBe(9);
    }

    [Fact]
    public void Pauses_are_jittered_by_a_tenth_both_ways()
    {
        var random = new Random(1);
        var pauses = Enumerable.Range(0, 1000).Select(_ => RetryPolicy.Default.DelayAfter(1, random)!.Value.Delay.TotalMilliseconds).ToList();
        pauses.Min().ShouldBeInRange(450, 455);
        pauses.Max().ShouldBeInRange(545, 550);
    }

    [Fact]
    public void With_a_limit_of_bursts_it_gives_up()
    {
        var policy = RetryPolicy.Default with { MaxBursts = 2 };
        policy.DelayAfter(5, Random.Shared).ShouldNotBeNull();
        policy.DelayAfter(6, Random.Shared).ShouldBeNull();
    }

    [Fact]
    public void Years_of_failures_overflow_nothing() =>
        (RetryPolicy.Default with { AttemptsPerBurst = int.MaxValue }).DelayAfter(int.MaxValue - 1, Random.Shared)!.Value.Delay
            .ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(11));
}
