using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Work that one member does for all: a singleton of the cluster, on the oldest member. It goes to the next one when its member leaves or
/// dies. For a moment two members may be at it, or none: the work itself must bear both.
/// </summary>
#pragma warning disable CA1001 // An actor ends in PostStop.
internal sealed class OnceInCluster : ReceiveActor
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly Func<CancellationToken, Task> _work;

    /// <param name="work">Goes on until it is cancelled. A fault begins it anew, after Akka's usual pause for a restart: none.</param>
    public OnceInCluster(Func<CancellationToken, Task> work)
    {
        _work = work;

        // The next member begins when this actor is gone, so it goes only when the work is over.
        Receive<Stop>(_ => _stopped.Cancel());
        Receive<Over>(over =>
        {
            if (over.Fault is { } fault && !_stopped.IsCancellationRequested)
            {
                throw new InvalidOperationException("The work of one member for all has failed.", fault);
            }

            Context.Stop(Self);
        });
    }

    /// <summary>What a member starts; of those of all members one does the work.</summary>
    public static Props PropsOf(ActorSystem system, Func<CancellationToken, Task> work) => ClusterSingletonManager.Props(
        Props.Create(() => new OnceInCluster(work)), Stop.Instance, ClusterSingletonManagerSettings.Create(system));

    protected override void PreStart() => _ = Task.Run(() => _work(_stopped.Token)).PipeTo(
        Self, success: () => new Over(null), failure: fault => new Over(fault is OperationCanceledException ? null : fault));

    protected override void PostStop()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private sealed record Stop
    {
        public static readonly Stop Instance = new();
    }

    private sealed record Over(Exception? Fault);
}
