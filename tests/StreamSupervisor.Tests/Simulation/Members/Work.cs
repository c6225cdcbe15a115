using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// One piece of open work under way, as a child of its entity. It ends in reports; if its entity still asks for the work after them, it begins again after
/// a while. What it has asked of a server goes on when it is stopped; nobody hears the answer.
/// </summary>
internal abstract class Work(World world, Member member, StreamEntity entity, string origin)
{
    private static readonly TimeSpan FirstBeginAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBeginAgain = TimeSpan.FromSeconds(30);

    private TimeSpan _beginAgain = FirstBeginAgain;
    private bool _stopped;

    protected World World => world;
    protected Member Member => member;
    protected StreamEntity Entity => entity;
    protected string Origin => origin;

    public abstract void Begin();

    public virtual void Stop() => _stopped = true;

    protected void Call<T>(Priority priority, Func<SrsServer, SrsRun, T> ask, Action<ApiAnswer<T>> done) => member.Gate(origin).Call(priority, ask, answer =>
    {
        if (!_stopped)
        {
            done(answer);
        }
    });

    protected void After(TimeSpan pause, Action act) => member.After(pause, () =>
    {
        if (!_stopped)
        {
            act();
        }
    });

    protected void Report(LiveStreamCommand report)
    {
        if (!_stopped)
        {
            entity.Tell(report);
        }
    }

    protected void End()
    {
        After(_beginAgain, Begin);
        _beginAgain = _beginAgain * 2 < LongestBeginAgain ? _beginAgain * 2 : LongestBeginAgain;
    }
}

/// <summary>Removes one session.</summary>
internal sealed class EvictionWork(World world, Member member, StreamEntity entity, EvictSession evict) : Work(world, member, entity, evict.Origin)
{
    private EvictionProcedure _procedure = new(evict);

    public override void Begin()
    {
        _procedure = new EvictionProcedure(evict);
        Do(_procedure.Begin(Member.Directory.StandingOf(evict.Origin, evict.Session), Member.Now));
    }

    public override void Stop()
    {
        base.Stop();
        Member.Gate(Origin).Release(this);
    }

    private void Do(EvictionStep step)
    {
        if (step.StalledBecause is { } why)
        {
            World.Note(Member.Name, "stalls", Entity.Key, evict.Session.ToString(), why);
            Report(new ReportEvictionStalled(evict.Session, why));
        }

        switch (step)
        {
            case EvictionStep.Identify:
                Ask(SrsApi.Process, who => new EvictionAnswer.Identified(who.Value!.ServerId, who.Value.ServiceId));
                break;
            case EvictionStep.Delete:
                World.History.Deleting(Entity.Key, evict.Session);
                Ask((server, run) => World.Rules.Deletes(server, run, Entity.Key, evict.Session.ClientId), Exists);
                break;
            case EvictionStep.Look:
                Ask((server, run) => SrsApi.Client(server, run, evict.Session.ClientId) is not null, Exists);
                break;
            case EvictionStep.Pause pause:
                After(pause.For, () => Do(_procedure.Next(new EvictionAnswer.PauseOver(), Member.Now)));
                break;
            case EvictionStep.Released released:
                Member.Gate(Origin).Release(this);
                Report(new ReportEvicted(evict.Session, released.Proof));
                End();
                break;
        }
    }

    private static EvictionAnswer Exists(ApiAnswer<bool> answer) =>
        answer.Value ? new EvictionAnswer.Exists(answer.ServiceId) : new EvictionAnswer.NoSuchClient(answer.ServiceId);

    private void Ask<T>(Func<SrsServer, SrsRun, T> ask, Func<ApiAnswer<T>, EvictionAnswer> read)
    {
        if (World.Rules.HoldsPlaces)
        {
            Member.Gate(Origin).CallHolding(this, ask, Take);
        }
        else
        {
            Call(Priority.Kick, ask, Take);
        }

        void Take(ApiAnswer<T> answer) => Do(_procedure.Next(answer.IsThere ? read(answer) : new EvictionAnswer.Unreachable(answer.Unreachable!), Member.Now));
    }
}

/// <summary>Asks for one client itself, until the server answers.</summary>
internal sealed class CheckWork(World world, Member member, StreamEntity entity, CheckSession check) : Work(world, member, entity, check.Origin)
{
    private TimeSpan _retry = TimeSpan.FromMilliseconds(100);

    public override void Begin()
    {
        var lookedAt = Member.Now;
        switch (Member.Directory.StandingOf(check.Origin, check.Session))
        {
            case ProcessStanding.Superseded:
                Missing(lookedAt);
                break;
            case ProcessStanding.Current:
                Look(lookedAt);
                break;
            default:
                Call(Priority.Check, SrsApi.Process, who =>
                {
                    if (!who.IsThere || who.Value!.ServerId != check.Session.ServerId)
                    {
                        Retry();
                    }
                    else if (who.Value.ServiceId != check.Session.ServiceId)
                    {
                        Missing(lookedAt);
                    }
                    else
                    {
                        Look(lookedAt);
                    }
                });
                break;
        }
    }

    private void Look(DateTimeOffset lookedAt) => Call(Priority.Check, (server, run) => SrsApi.Client(server, run, check.Session.ClientId), answer =>
    {
        if (!answer.IsThere || (answer.ServiceId.Length > 0 && answer.ServiceId != check.Session.ServiceId))
        {
            Retry();
        }
        else if (answer.Value is { } client && World.Rows.Publishes(client, World.KeyOf(Entity.Key)))
        {
            var relay = World.Relays.RelayOf(client.Address, check.Origin);
            Report(new ReportPublisherSeen(World.Rows.PublisherOf(World.KeyOf(Entity.Key), check.Origin, check.Session, client), client.ReceivedBytes, lookedAt, Verified: true,
                relay?.Origin, relay?.Configured ?? false, Asked: true));
            End();
        }
        else
        {
            Missing(lookedAt);
        }
    });

    private void Missing(DateTimeOffset lookedAt)
    {
        Report(new ReportPublisherMissing(check.Session, lookedAt, Verified: true, Asked: true));
        End();
    }

    private void Retry()
    {
        After(_retry, Begin);
        _retry = _retry * 2 < TimeSpan.FromSeconds(2) ? _retry * 2 : TimeSpan.FromSeconds(2);
    }
}

/// <summary>Finds whoever publishes the key on a server.</summary>
internal sealed class SearchWork(World world, Member member, StreamEntity entity, SearchForPublishers search) : Work(world, member, entity, search.Origin)
{
    public override void Begin()
    {
        var lookedAt = Member.Now;
        Call(Priority.Check, SrsApi.Process, who =>
        {
            if (!who.IsThere)
            {
                Nothing(lookedAt);
                return;
            }

            Call(Priority.Check, SrsApi.Clients, clients =>
            {
                if (clients.IsThere)
                {
                    Found(who.Value!, clients, lookedAt);
                }
                else
                {
                    Nothing(lookedAt);
                }
            });
        });
    }

    private void Found(OriginProcess who, ApiAnswer<IReadOnlyList<ClientRow>> clients, DateTimeOffset lookedAt)
    {
        var serverId = clients.ServerId.Length > 0 ? clients.ServerId : who.ServerId;
        var serviceId = clients.ServiceId.Length > 0 ? clients.ServiceId : who.ServiceId;
        var key = World.KeyOf(Entity.Key);
        var found = clients.Value!.Where(client => World.Rows.Publishes(client, key)).ToList();
        foreach (var client in found)
        {
            var relay = World.Relays.RelayOf(client.Address, search.Origin);
            Report(new ReportPublisherSeen(World.Rows.PublisherOf(key, search.Origin, new SessionId(serverId, serviceId, client.Id), client), client.ReceivedBytes, lookedAt,
                Verified: true, relay?.Origin, relay?.Configured ?? false));
        }

        Report(new ReportSearched(search.Origin, serverId, serviceId, found.Count, lookedAt));
        End();
    }

    private void Nothing(DateTimeOffset lookedAt)
    {
        Report(new ReportSearched(search.Origin, "", "", 0, lookedAt));
        End();
    }
}
