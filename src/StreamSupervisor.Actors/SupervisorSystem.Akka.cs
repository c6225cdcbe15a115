using Akka.Actor;
using Akka.Configuration;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Actors;

/// <content>
/// What Akka is told: what was found out at the start, over our defaults (<c>hocon/akka.conf</c>), over what a user wrote.
/// </content>
public sealed partial class SupervisorSystem
{
    /// <summary>What Akka has in force.</summary>
    internal Config AkkaConfig => _system.Settings.Config;

    /// <summary>
    /// Has work done by one member for all, from when it has joined until it leaves; then by the next one. Each member must say so, by the
    /// same name.
    /// </summary>
    /// <param name="name">What it is called, for ever: members of two versions must agree.</param>
    /// <param name="work">Goes on until it is cancelled. For a moment two members may be at it.</param>
    public void RunOnce(string name, Func<CancellationToken, Task> work) => _system.ActorOf(OnceInCluster.PropsOf(_system, work), name);

    /// <summary>Whether the actor that every question to a stream goes through takes its mail.</summary>
    /// <param name="within">How long it may take.</param>
    public async Task<bool> AnswersAsync(TimeSpan within)
    {
        try
        {
            return await _system.ActorSelection("/user/" + LiveStreamRegion.HubName).ResolveOne(within) is not null;
        }
        catch (ActorNotFoundException)
        {
            return false; // So it is said too when the answer does not come in time.
        }
    }

    private static ActorSystem CreateSystem(SupervisorSystemSettings settings, ClusterMembership membership, TimeProvider time,
        ILoggerFactory loggers)
    {
        var cluster = new AkkaClusterSettings { Remoting = settings.Cluster?.Remoting };
        var config = PersistenceSettings.ConfigOf(settings.Store)
            .WithFallback(cluster.ToConfig())
            .WithFallback(ConfigurationFactory.ParseString(settings.AkkaOverlay));
        StartupCheck.Verify(config, settings.Store);
        var setup = BootstrapSetup.Create().WithConfig(config)
            .And(PersistenceSettings.SetupOf(settings.Store))
            .And(new AkkaLoggerSetup(loggers));
        foreach (var part in membership.Setups)
        {
            setup = setup.And(part);
        }

        if (settings.Cluster is not { } member)
        {
            return Create();
        }

        var listener = TlsListener.Open(member.Remoting);
        setup = setup.And(member.TlsOf(time)).And(listener);
        try
        {
            return Create();
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        ActorSystem Create()
        {
            var system = ActorSystem.Create(AkkaClusterSettings.SystemName, setup);
            StartupCheck.Verify(system, settings.Store);
            return system;
        }
    }
}
