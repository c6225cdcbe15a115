using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

internal enum Priority
{
    Kick,
    Check,
    Sweep,
}

/// <summary>An answer of an API, or why there is none.</summary>
/// <param name="ServiceId">Empty from SRS 4.</param>
internal readonly record struct ApiAnswer<T>(T? Value, string ServerId, string ServiceId, string? Unreachable)
{
    public bool IsThere => Unreachable is null;
}

/// <summary>One member's calls to one server: so many at once, kicks before checks before sweeps, a place only while a call runs.</summary>
internal sealed class Gate(World world, Member member, SrsServer server)
{
    private const int Places = 4;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly Queue<Action>[] _waiting = [new(), new(), new()];

    private int _running;
    private int _held;

    /// <param name="ask">Runs at the server, in the process that answers there.</param>
    public void Call<T>(Priority priority, Func<SrsServer, SrsRun, T> ask, Action<ApiAnswer<T>> done) => Enter(priority, () =>
    {
        _running++;
        world.History.Calls(member, server, _running);
        Send(ask, answer => member.Do(() =>
        {
            _running--;
            Leave();
            done(answer);
        }));
    });

    /// <summary>
    /// Breaks the rule: a place is kept for as long as the work lasts, its pauses included, and all servers share the places.
    /// </summary>
    public void CallHolding<T>(object holder, Func<SrsServer, SrsRun, T> ask, Action<ApiAnswer<T>> done)
    {
        var shared = member.SharedPlaces;
        if (shared.Contains(holder))
        {
            Send(ask, answer => member.Do(() => done(answer)));
        }
        else if (shared.Count < Places)
        {
            shared.Add(holder);
            CallHolding(holder, ask, done);
        }
        else
        {
            member.After(TimeSpan.FromMilliseconds(50), () => CallHolding(holder, ask, done));
        }
    }

    public void Release(object holder) => member.SharedPlaces.Remove(holder);

    /// <summary>Takes a place, now or when it is its turn.</summary>
    private void Enter(Priority priority, Action go)
    {
        if (_held < Places)
        {
            _held++;
            go();
        }
        else
        {
            _waiting[(int)priority].Enqueue(go);
        }
    }

    private void Leave()
    {
        _held--;
        if (Array.Find(_waiting, queue => queue.Count > 0) is { } next)
        {
            _held++;
            next.Dequeue()();
        }
    }

    /// <summary>A call that has a place already.</summary>
    private void Send<T>(Func<SrsServer, SrsRun, T> ask, Action<ApiAnswer<T>> done)
    {
        var fault = server.ApiFault;
        if (fault == ApiFault.Refused)
        {
            Fail(world.Between(1, 3), "refused");
            return;
        }

        if (fault == ApiFault.Silent)
        {
            Fail(Timeout, "no answer");
            return;
        }

        var lost = world.Faults.LosesApiAnswer();
        var delay = world.Between(0.2, 0.8) + server.ApiDelay;
        var isLate = delay >= Timeout;
        if (isLate || lost)
        {
            Fail(Timeout, "no answer in time");
        }

        world.After(delay, () =>
        {
            // The address may be another server's.
            var answering = server.AnsweredBy ?? server;
            if (answering.Run is not { } run)
            {
                if (!isLate && !lost)
                {
                    done(new ApiAnswer<T>(default, "", "", "refused"));
                }

                return;
            }

            var value = fault == ApiFault.Garbage ? default : ask(answering, run);
            var answer = fault == ApiFault.Garbage
                ? new ApiAnswer<T>(default, "", "", "not SRS's")
                : new ApiAnswer<T>(value, answering.ServerId, answering.Kind.HasServiceId ? run.Service : "", null);
            if (!isLate && !lost)
            {
                world.After(world.Between(0.1, 0.5), () => done(answer));
            }
        });

        void Fail(TimeSpan after, string why) => world.After(after, () => done(new ApiAnswer<T>(default, "", "", why)));
    }
}
