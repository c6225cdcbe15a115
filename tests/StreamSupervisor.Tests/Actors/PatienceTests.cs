namespace StreamSupervisor.Tests.Actors;

/// <summary>Every test with an actor system has the same patience.</summary>
public sealed class PatienceTests() : ActorTest("akka.loglevel = WARNING")
{
    [Fact]
    public void What_will_come_has_time_to_come()
    {
        TestKitSettings.SingleExpectDefault.ShouldBe(TimeSpan.FromSeconds(20));
        TestKitSettings.DefaultTimeout.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Every_test_with_an_actor_system_has_that_patience() =>
        typeof(PatienceTests).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(Akka.TestKit.Xunit2.TestKit)) && !type.IsAssignableTo(typeof(ActorTest)))
            .ShouldBeEmpty();
}
