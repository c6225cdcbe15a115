using StreamSupervisor.Tests.Simulation.Members;

namespace StreamSupervisor.Tests.Simulation.Storage;

/// <summary>
/// One member's way to the journal, as Akka.Persistence.Sql has it: what waits goes as one transaction, and if that fails, every write in
/// it fails,
/// whoever was to blame. A failure means that nobody knows: the rows may be there, or may come later.
/// </summary>
internal sealed class JournalClient(World world, Member member)
{
    private const int Parallel = 2;
    private const int BatchSize = 400;

    private readonly Queue<JournalWrite> _waiting = new();

    /// <summary>By key: how many writes are not over, and the reads that wait for them.</summary>
    private readonly Dictionary<string, (int Writes, List<Action> Reads)> _writing = [];
    private int _underWay;
    private int _connectedTo = world.Database.Rollbacks.Count;

    public void Write(JournalWrite write)
    {
        var (writes, reads) = _writing.GetValueOrDefault(write.Row.Key, (0, []));
        _writing[write.Row.Key] = (writes + 1, reads);
        _waiting.Enqueue(write);

        // What comes in the same moment goes in the same transaction.
        member.After(TimeSpan.Zero, Flush);
    }

    /// <summary>A recovery waits until the writes of its member that are under way for the key are over, whatever became of them.</summary>
    public void Read(string key, Action<Recovered?> done)
    {
        if (_writing.TryGetValue(key, out var writing))
        {
            writing.Reads.Add(() => Read(key, done));
            return;
        }

        var fault = world.Faults.Read();
        world.After(world.Faults.StoreLatency() + world.Faults.StoreLatency(), () => member.Do(() =>
        {
            if (IsBroken())
            {
                Fail();
            }
            else if (world.Database.IsDown || fault)
            {
                member.After(world.Faults.StoreTimeout(), Fail);
            }
            else
            {
                done(world.Database.Recover(key));
            }
        }));

        void Fail()
        {
            member.Doubt();
            done(null);
        }
    }

    /// <summary>Connections to a server that is gone break, and say so when they are used.</summary>
    private bool IsBroken()
    {
        var before = _connectedTo;
        _connectedTo = world.Database.Rollbacks.Count;
        return before != _connectedTo;
    }

    private void Flush()
    {
        while (_underWay < Parallel && _waiting.Count > 0)
        {
            var batch = new List<JournalWrite>();
            while (batch.Count < BatchSize && _waiting.TryDequeue(out var write))
            {
                batch.Add(write);
            }

            _underWay++;
            Send(batch);
        }
    }

    private void Send(List<JournalWrite> batch)
    {
        if (IsBroken())
        {
            FailAfter(world.Faults.StoreLatency());
            return;
        }

        var fault = world.Faults.Write();

        // What is on its way to one server does not arrive at the one that takes its place.
        var server = world.Database.Rollbacks.Count;
        var arrival = world.Faults.StoreLatency() + (fault == WriteFault.Slow ? world.Faults.StoreTimeout() : TimeSpan.Zero);
        switch (fault)
        {
            case WriteFault.Lost:
                FailAfter(world.Faults.StoreTimeout());
                break;
            case WriteFault.AnswerLost:
                world.After(arrival, () => Arrive());
                FailAfter(world.Faults.StoreTimeout());
                break;
            case WriteFault.Late:
                var timeout = world.Faults.StoreTimeout();
                FailAfter(timeout);
                world.After(timeout + world.Faults.StoreTimeout(), () => Arrive());
                break;
            default:
                world.After(arrival, () =>
                {
                    if (world.Database.IsDown)
                    {
                        FailAfter(world.Faults.StoreTimeout());
                        return;
                    }

                    var stored = Arrive();
                    world.After(world.Faults.StoreLatency(), () => member.Do(() => End(stored)));
                });
                break;
        }

        bool Arrive() => !world.Database.IsDown && world.Database.Rollbacks.Count == server && world.Database.Commit(batch);

        void FailAfter(TimeSpan time) => member.After(time, () => End(false));

        void End(bool stored)
        {
            _underWay--;
            if (!stored)
            {
                member.Doubt();
                world.Note(member.Name, "write fails", batch[0].Row.Key, $"{batch.Count} rows from {batch[0].Row.Sequence}");
            }

            foreach (var write in batch)
            {
                IsOver(write.Row.Key);
                write.Done(stored);
            }

            Flush();
        }
    }

    private void IsOver(string key)
    {
        var (writes, reads) = _writing[key];
        if (writes > 1)
        {
            _writing[key] = (writes - 1, reads);
            return;
        }

        _writing.Remove(key);
        reads.ForEach(read => read());
    }
}

internal enum WriteFault
{
    None,

    /// <summary>It never arrives.</summary>
    Lost,

    /// <summary>It is stored, and the answer is lost.</summary>
    AnswerLost,

    /// <summary>It is given up, and stored later.</summary>
    Late,
    Slow,
}
