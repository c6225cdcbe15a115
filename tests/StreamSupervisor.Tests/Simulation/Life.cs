using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Credentials;
using StreamSupervisor.Hosting;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// One life of the supervisor, from its start to its crash. All that it does runs in a context of its own on the world's one thread. When the life
/// ends, nothing of that context ever runs again: no continuation, no timer, no answer, as if the process had been killed. What it had sent before
/// is on its way in the world's context and arrives.
/// </summary>
internal sealed class Life : IDisposable
{
    private readonly World _world;
    private readonly Context _context;
    private readonly LinkedList<Action> _open = new();
    private readonly SoleOwner _owner;

    public Life(World world, int number)
    {
        (_world, Number) = (world, number);
        _context = new Context(this);
        var time = new Clock(this);
        var store = world.Store.Open();
        var epoch = store.TakeAll();
        var journal = new WorldJournal(world, this, store);
        var options = world.Plan.Options;
        (_owner, Supervisor) = Do(() =>
        {
            var owner = new SoleOwner(journal, epoch, time, world.Log);
            return (owner, new Supervisor(new SupervisorParts
            {
                Options = options,
                Journal = journal,
                Ownership = owner,
                Apis = origin => world.Rules.Api(new NodeApi(this, world.Node(origin.Name)), world, world.Node(origin.Name)),
                Credentials = new CredentialGate(new CredentialOptions(), Registrations),
                Time = time,
                Loggers = world.Log,
                Rules = rules => world.Rules.Behavior(rules, world),
            }));
        });
        Do(() => _ = StartAsync());
    }

    public int Number { get; }
    public bool IsOver { get; private set; }
    public Supervisor Supervisor { get; }

    private static RegistrationCredential Registrations { get; } = RegistrationCredential.Create(new CredentialOptions().Registration, ["simulation"]);

    /// <summary>Calls something in this life, at once; nothing when it is over.</summary>
    public void Do(Action call) => Do(() =>
    {
        call();
        return true;
    });

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
    public Task<T> CallAsync<T>(Func<Task<T>> call) => IsOver ? Never<T>() : _world.Scheduler.Inside(call);

    public static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

    /// <summary>The crash.</summary>
    public void End()
    {
        IsOver = true;
        while (_open.First is { } open)
        {
            _open.RemoveFirst();
            open.Value();
        }
    }

    /// <summary>Gives back what the process would have given back by ending; to be called when the world has come to its end.</summary>
    public void Dispose()
    {
        End();
        Supervisor.Dispose();
        _owner.Dispose();
    }

    private async Task StartAsync()
    {
        await _owner.OwnAllAsync(Supervisor.Host, CancellationToken.None);
        _ = Supervisor.StartSweeping();
    }

    private T? Do<T>(Func<T> call)
    {
        if (IsOver)
        {
            return default;
        }

        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            return call();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class Context(Life life) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            if (!life.IsOver)
            {
                life._world.Scheduler.Post(_ => life.Do(() => d(state)), null);
            }
        }

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class Clock(Life life) : TimeProvider
    {
        public override long TimestampFrequency => life._world.Time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => life._world.Time.GetUtcNow();

        public override long GetTimestamp() => life._world.Time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            life._world.Time.CreateTimer(_ => life.Do(() => callback(state)), null, dueTime, period);
    }
}
