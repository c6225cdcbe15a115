using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Servers;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <content>Which process runs there, and what looks at the server show.</content>
internal sealed partial class OriginEntity
{
    private static readonly TimeSpan IdentifyApart = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Further apart than the product's half second: looks that bring no news are most of what happens.</summary>
    private static readonly TimeSpan SilenceLook = TimeSpan.FromSeconds(1);

    private readonly List<Waiting> _waiting = [];
    private readonly HashSet<StreamKey> _strangers = [];
    private bool _identifying;
    private TimeSpan? _identifiedAt;
    private string? _named;
    private bool _looking;
    private TimeSpan? _sweptAt;
    private Scheduled? _nextLook;

    private sealed record Waiting(string ServerId, string Service, Action<Confirmation> Answer)
    {
        public bool Differed { get; set; }
    }

    private void BeginSweeping()
    {
        if (!_sweeps)
        {
            _sweeps = true;
            LookNow();
        }
    }

    private void SweepSoon()
    {
        _sweptAt = null;
        if (!_looking && _sweeps)
        {
            LookAfter(TimeSpan.FromMilliseconds(50));
        }
    }

    private void LookAfter(TimeSpan pause)
    {
        _nextLook?.Cancel();
        _nextLook = member.After(pause, () =>
        {
            if (!_stopped)
            {
                LookNow();
            }
        });
    }

    private void LookNow()
    {
        if (_looking)
        {
            return;
        }

        var sweep = _rollback.IsWanted || _sweptAt is not { } swept || world.Age - swept >= SweepEvery;
        _sweptAt = sweep ? world.Age : _sweptAt;
        if (sweep)
        {
            _strangers.Clear();
        }

        _looking = true;
        var at = Now;
        if (sweep)
        {
            Call(Priority.Sweep, SrsApi.Process, who =>
            {
                if (who.IsThere)
                {
                    List(who.Value, at);
                }
                else
                {
                    Failed(who.Unreachable!);
                }
            });
        }
        else
        {
            List(null, at);
        }
    }

    private void List(OriginProcess? process, Moment at) => Call(Priority.Sweep, SrsApi.Streams, answer =>
    {
        if (!answer.IsThere)
        {
            Failed(answer.Unreachable!);
            return;
        }

        if (process is not null)
        {
            var outcome = Believe(process, at.Elapsed);
            Learn(outcome.Events, outcome.Identify);
            if (!outcome.Counts)
            {
                _silence.Blind();
                Done(failed: false);
                return;
            }
        }

        var listed = _state.Answered(answer.ServerId, answer.ServiceId, Now);
        Learn(listed.Events, listed.Identify);
        if (!listed.Counts)
        {
            _silence.Blind();
            Done(failed: false);
            return;
        }

        var look = new Look(_state.Process!, answer.Value!, at, world.Age, world.Age - at.Elapsed);
        _state.Listed(look);
        if (process is not null)
        {
            var settled = true;
            Take(Noted(_sightings.Compare(look, _beliefs, _state.Snapshot(), _rollback.IsWanted)), look, clients => Noted(_sightings.Next(clients)), () =>
            {
                LookAgainUnless(_rollback.Looked(at.Elapsed, settled));
                Watch(look);
            });

            LookStep Noted(LookStep step)
            {
                settled &= step.Reports.All(report => report.Command is ReportPublisherSeen { Verified: false });
                return step;
            }
        }
        else
        {
            Watch(look);
        }
    });

    private void Watch(Look look) => Take(_silence.Observe(look, SilenceLook, _beliefs), look, null, () => Done(failed: false));

    private void Take(LookStep step, Look look, Func<LookAnswer.Clients, LookStep>? next, Action done)
    {
        foreach (var (key, command) in step.Reports)
        {
            world.Note(member.Name, "reports", key.ToString(), command.ToString());
            if (command is ReportPublisherSeen { Verified: true, Known.Revision: 0 })
            {
                _strangers.Add(key);
            }

            member.Asks.Tell(key.ToString(), command);
        }

        foreach (var orphan in step.Findings.OfType<LookFinding.Orphaned>())
        {
            world.Note(member.Name, "finds orphan", orphan.Key.ToString(), orphan.By.ToString());
            if (world.Plan.HasOrphans && world.Rules.EvictsOrphans)
            {
                member.Asks.Tell(orphan.Key.ToString(), new ReportOrphaned(orphan.By));
            }
        }

        switch (step.Question)
        {
            case LookQuestion.Clients question:
                Find(question, answer => Take(next is null ? _silence.Next(answer) : next(answer), look, next, done));
                break;
            case LookQuestion.SampleAge:
                Call(Priority.Sweep, SrsApi.SampleAge, answer =>
                {
                    if (answer.IsThere)
                    {
                        Take(_silence.Next(new LookAnswer.SampleAge(answer.Value, world.Age)), look, next, done);
                    }
                    else
                    {
                        Failed(answer.Unreachable!);
                    }
                });
                break;
            default:
                done();
                break;
        }
    }

    private void Find(LookQuestion.Clients question, Action<LookAnswer.Clients> done)
    {
        var askedAt = Now;
        Call(Priority.Sweep, (there, run) => question.IsWholeList
            ? SrsApi.Clients(there, run)
            : [.. question.Ids.Select(id => SrsApi.Client(there, run, id)).OfType<ClientRow>()], answer =>
        {
            if (answer.IsThere)
            {
                done(new LookAnswer.Clients(askedAt, [.. answer.Value!], [answer.ServiceId], world.Age));
            }
            else
            {
                Failed(answer.Unreachable!);
            }
        });
    }

    private void Failed(string why)
    {
        Learn(_state.Failed(why, Now), identify: false);
        _silence.Blind();
        Done(failed: true);
    }

    private void Done(bool failed)
    {
        _looking = false;
        var pause = _sweptAt is { } swept ? SweepEvery - (world.Age - swept) : TimeSpan.Zero;
        pause = pause < SilenceLook ? pause : SilenceLook;
        pause = _silence.NextDecisionIn(world.Age) is { } decision && decision < pause ? decision : pause;
        LookAfter(failed ? AfterFailure : pause > TimeSpan.FromMilliseconds(50) ? pause : TimeSpan.FromMilliseconds(50));
    }
}
