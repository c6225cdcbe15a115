using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// One life of a supervisor, from its start to its crash. All that it does runs in a process of its own on the world's one thread. When the life
/// ends, nothing of that process ever runs again: no continuation, no timer, no answer, as if it had been killed. What it had sent before
/// is on its way in the world's context and arrives.
/// </summary>
internal abstract class Life : IDisposable
{
    private readonly LinkedList<Action> _open = new();

    /// <param name="world">Where it lives.</param>
    /// <param name="member">The place that it takes.</param>
    /// <param name="number">Its own, in the whole world.</param>
    protected Life(World world, Member member, int number)
    {
        (World, Member, Number) = (world, member, number);
        Process = new MemoryClusterProcess(world.Scheduler);
        Time = Process.Clock(member.ClockRate, member.ClockOffset);
    }

    public int Number { get; }
    public Member Member { get; }
    public MemoryClusterProcess Process { get; }
    public DateTimeOffset Now => Time.GetUtcNow();
    public bool IsOver => Process.IsKilled;
    public abstract Supervisor Supervisor { get; }

    protected World World { get; }
    protected TimeProvider Time { get; }

    private static RegistrationCredential Registrations { get; } = RegistrationCredential.Create(new CredentialOptions().Registration, ["simulation"]);

    /// <summary>Calls something in this life: at once, when it wakes up if it is paused, and not at all when it is over.</summary>
    public void Do(Action call) => Process.Enter(static call => ((Action)call!)(), call);

    /// <summary>From the world into this life: the answer, or an <see cref="IOException"/> when nobody lives to give it.</summary>
    public Task<T> AskAsync<T>(Func<Task<T>> call)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (IsOver)
        {
            answer.SetException(new IOException("The supervisor is down."));
            return answer.Task;
        }

        var open = _open.AddLast(() => answer.TrySetException(new IOException("The supervisor died before it answered.")));
        Do(() => _ = BringAsync());
        return answer.Task;

        async Task BringAsync()
        {
            try
            {
                answer.TrySetResult(await call());
            }
            catch (Exception fault)
            {
                answer.TrySetException(fault);
            }

            if (open.List is not null)
            {
                _open.Remove(open);
            }
        }
    }

    /// <summary>From this life into the world: what is begun there goes on when this life ends, but its answer is not heard any more.</summary>
    public Task<T> CallAsync<T>(Func<Task<T>> call) => IsOver ? Never<T>() : World.Scheduler.Inside(call);

    public static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

    /// <summary>The crash.</summary>
    public void End()
    {
        Process.Kill();
        while (_open.First is { } open)
        {
            _open.RemoveFirst();
            open.Value();
        }
    }

    /// <summary>Gives back what the process would have given back by ending; to be called when the world has come to its end.</summary>
    public virtual void Dispose()
    {
        End();
        Supervisor.Dispose();
    }

    /// <summary>What every life is built from; the ways to the store and to others are added.</summary>
    protected SupervisorParts Parts(IJournal journal, IShardOwnership ownership) => new()
    {
        Options = World.Plan.Options,
        Journal = World.Rules.Journal(journal),
        Ownership = ownership,
        Apis = origin => World.Rules.Api(new NodeApi(this, World.Node(origin.Name)), World, World.Node(origin.Name)),
        Credentials = new CredentialGate(new CredentialOptions(), Registrations),
        Time = Time,
        Loggers = World.Log,
        Rules = rules => World.Rules.Behavior(rules, World),
    };
}
