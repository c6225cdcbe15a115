using Akka.Configuration;

namespace StreamSupervisor.Tests.Actors;

/// <summary>
/// A test with an actor system. Here and nowhere else stands how long it waits for what will come: on a machine that compiles meanwhile, or runs
/// the other suites, Akka's 3 s are too few. A wait for nothing has a time of its own in each test, so none becomes slower by it.
/// </summary>
public abstract class ActorTest : Akka.TestKit.Xunit2.TestKit
{
    private const string Patience = "akka.test { single-expect-default = 20s, default-timeout = 20s }";

    /// <param name="configuration">What else the actor system is told; Akka's defaults lie under it.</param>
    /// <param name="name">Of the actor system; null: <c>test</c>.</param>
    protected ActorTest(string configuration, string? name = null)
        : base(ConfigurationFactory.ParseString(Patience).WithFallback(ConfigurationFactory.ParseString(configuration)), name)
    {
    }
}
