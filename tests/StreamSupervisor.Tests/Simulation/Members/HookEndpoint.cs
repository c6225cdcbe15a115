using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Tests.Simulation.Judging;
using StreamSupervisor.Tests.Simulation.Servers;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// Answers hooks as the product does: a publisher's waits for its stream, all others are answered at once, and every one is told to the
/// server's actor.
/// </summary>
internal sealed class HookEndpoint(World world, Member member)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(10);
    private const int MaxDoubts = 3;
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(200);

    private readonly List<Action<bool>> _open = [];

    /// <param name="answered">Told yes or no, at last when the member dies.</param>
    public void Take(string origin, SrsConnection client, SrsHook hook, Action<bool> answered)
    {
        _open.Add(answered);
        member.Do(() => Handle(origin, client, hook, yes =>
        {
            if (_open.Remove(answered))
            {
                answered(yes);
            }
        }));
    }

    /// <summary>The member is dead: who waits for it hears so.</summary>
    public void Break()
    {
        foreach (var answered in _open.ToList())
        {
            answered(false);
        }

        _open.Clear();
    }

    private void Handle(string origin, SrsConnection client, SrsHook hook, Action<bool> answered)
    {
        switch (hook.Kind)
        {
            case HookKind.OnPublish:
                Decide(origin, client, hook, AskedIn.OnPublish, answered);
                break;
            case HookKind.OnConnect when world.Plan.PublishOnly || hook.As.Length > 0:
                Decide(origin, client, hook, AskedIn.OnConnect, answered);
                break;
            case HookKind.OnConnect:
                var named = member.Directory.NameOf(origin, hook);
                Hear(origin, hook, named, By(origin, named, hook), asked: false, () => client.HeardAt = world.Age);
                answered(true);
                break;
            default:
                var session = member.Directory.NameOf(origin, hook);
                Hear(origin, hook, session, null, asked: false);
                if (hook.Kind == HookKind.OnUnpublish)
                {
                    member.Asks.Tell(hook.Stream, new ReportUnpublished(session));
                }

                answered(true);
                break;
        }
    }

    private void Decide(string origin, SrsConnection client, SrsHook hook, AskedIn askedIn, Action<bool> answered)
    {
        var until = world.Now + Deadline;
        var moment = world.History.Moment;
        var named = client.Session;
        var doubts = 0;
        Ask(doubt: null);

        void Ask(ProcessInDoubt? doubt)
        {
            if (doubt is null && !world.Over.Contains(hook.Service) && member.Directory.ProcessOf(origin, hook) is { } known)
            {
                AskStream(known, confirmed: false, doubt);
                return;
            }

            Confirm(origin, hook, until, FirstRetry, confirmation =>
            {
                switch (confirmation)
                {
                    case Confirmation.Confirmed confirmed:
                        AskStream(confirmed.Process, confirmed: true, doubt);
                        break;
                    case null:
                        Answer(null, History.NoAnswer);
                        break;
                    default:
                        Answer(null, confirmation.ToString());
                        break;
                }
            });
        }

        void AskStream(OriginProcess process, bool confirmed, ProcessInDoubt? settles)
        {
            var session = new SessionId(process.ServerId, process.ServiceId, hook.ClientId);
            named = session;
            Hear(origin, hook, session, null, asked: true);
            var relay = world.Relays.RelayOf(hook.Ip, origin);
            var limits = CallOrder.Of(process.Version).Limits(world.Plan.Policy.Hold, askedIn);
            var request = new RequestPublish(By(origin, session, hook), askedIn, CredentialVerdict.NotRequired, limits, confirmed,
                relay?.Origin, relay?.Configured ?? false, Settles: settles?.Of);
            member.Asks.AskToPublish(hook.Stream, request, until - world.Now, Take);
        }

        void Take(LiveStreamReply? reply)
        {
            if (reply is ProcessInDoubt doubt && doubts++ < MaxDoubts)
            {
                Ask(doubt);
            }
            else
            {
                Answer(reply, reply is null ? History.NoAnswer : "");
            }
        }

        void Answer(LiveStreamReply? reply, string why)
        {
            world.History.Answered(client, named, hook, askedIn, reply, why, moment, until - Deadline - EventQueue.Start);
            answered(reply is Allowed);
        }
    }

    /// <summary>Asks the server's actor which process runs there, again until the deadline while nobody can say.</summary>
    private void Confirm(string origin, SrsHook hook, DateTimeOffset until, TimeSpan retry, Action<Confirmation?> done)
    {
        var open = true;
        member.Regions.Route(OriginEntity.IdOf(origin), home => home.Origin(origin).Confirm(hook.ServerId, hook.Service,
            answer => world.Network.Send(home, member, () => Take(answer))));
        member.After(TimeSpan.FromSeconds(1), () => Take(null));

        void Take(Confirmation? answer)
        {
            if (!open)
            {
                return;
            }

            open = false;
            if (answer is not null and not Confirmation.Unreachable)
            {
                done(answer);
            }
            else if (world.Now + retry >= until)
            {
                done(answer);
            }
            else
            {
                member.After(retry, () => Confirm(origin, hook, until, retry * 2 < LongestRetry ? retry * 2 : LongestRetry, done));
            }
        }
    }

    private void Hear(string origin, SrsHook hook, SessionId client, Publisher? by, bool asked, Action? heard = null) =>
        member.Regions.Route(OriginEntity.IdOf(origin), home =>
        {
            heard?.Invoke();
            home.Origin(origin).Hear(hook, client, by, asked);
        });

    private Publisher By(string origin, SessionId session, SrsHook hook) => hook.As.Length > 0
        ? new Publisher(session, origin, hook.Ip, hook.As, Proven: true)
        : new Publisher(session, origin, hook.Ip, world.IdentityOf(hook.Ip));
}

/// <summary>What became of the question which process runs on a server.</summary>
internal abstract record Confirmation
{
    public sealed record Confirmed(OriginProcess Process) : Confirmation;

    public sealed record Replaced(OriginProcess By) : Confirmation;

    public sealed record WrongServer(string ServerId) : Confirmation;

    public sealed record Unreachable(string Why) : Confirmation;
}
