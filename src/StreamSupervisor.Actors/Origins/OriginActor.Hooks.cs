using Akka.Actor;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Actors.Origins;

/// <summary>What hooks tell between the lines: who closed, and who was refused by SRS before it asked us.</summary>
public sealed partial class OriginActor
{
    private void ReceiveHooks()
    {
        Receive<HookHeard>(Heard);
        Receive<HeartbeatHeard>(heartbeat =>
            Learn(_state.Heartbeat(heartbeat.ServerId, heartbeat.ServiceId, heartbeat.CpuPercent, Now())));
        Receive<Judge>(_ => JudgeClosed());
        Receive<Sampled>(sampled => TellRefusedUnseen(sampled.Wish, _silence.SamplerRan(sampled.Age)));
    }

    private void Heard(HookHeard hook)
    {
        var now = Now();
        var outcome = _state.Heard(hook.ServerId, hook.ServiceId, now);
        Learn(outcome);
        if (outcome.Standing == HookStanding.WrongServer)
        {
            return; // Its clients are another server's.
        }

        var known = _state.Snapshot();
        var client = known.NameOf(hook.Client.ServerId, hook.Client.ServiceId, hook.Client.ClientId);
        switch (hook)
        {
            case { Asked: true, Key: { } key }:
                _asked.Set(key, client);
                if (!_clients.AskedToPublish(client, key, now.Elapsed))
                {
                    _streams.Tell(key.ToString(), new ReportClosed(client));
                }

                break;
            case { Action: HookAction.OnConnect, Key: { } key, By: { } by }:
                _clients.Connected(client, key, by with { Session = client },
                    _state.Snapshot().CallOrder is { BusyCheckComesBeforeOnPublish: true }, InTheWay(key), now.Elapsed);
                break;
            case { Action: HookAction.OnPlay }:
                _clients.Plays(client);
                break;
            case { Action: HookAction.OnUnpublish }:
                _clients.Unpublished(client, hook.Key, now.Elapsed);
                break;
            case { Action: HookAction.OnClose }:
                var runsThere = outcome.Standing is HookStanding.Current or HookStanding.Unnamed;
                Closed(client, runsThere && known.CallOrder is { BusyCheckComesBeforeOnPublish: true }, now.Elapsed);
                break;
        }

        if (_clients.DueAt is { } due && !Timers.IsTimerActive(Judge.Instance))
        {
            Timers.StartSingleTimer(Judge.Instance, Judge.Instance, due > now.Elapsed ? due - now.Elapsed : TimeSpan.Zero);
        }
    }

    /// <summary>Who is known to publish or copy the stream here: a client that connects now can be refused because of it.</summary>
    private SessionId? InTheWay(StreamKey key)
    {
        var belief = _beliefs.Find(key);
        return belief?.Session is { } session && session.By.Origin == _name ? session.By.Session
            : belief?.Relays.Find(relay => relay.By.Origin == _name)?.By.Session

                // What streams believe comes a moment later than the hooks; the stream says no when it is not its session.
                ?? (_asked.TryGet(key, out var asked) ? asked : null);
    }

    private void ForgetAsked(StreamBelief belief)
    {
        if (belief.Session is { } session && _asked.TryGet(belief.Key, out var asked) && asked == session.By.Session)
        {
            _asked.Take(belief.Key, out _);
        }
    }

    private void Closed(SessionId client, bool busyCheckComesFirst, TimeSpan now)
    {
        // After a move of this actor the index is empty, but the streams remember whom they admitted.
        var published = _clients.Closed(client, busyCheckComesFirst, now);
        if ((published ?? _beliefs.KeyOf(client)) is { } key)
        {
            _streams.Tell(key.ToString(), new ReportClosed(client));
        }
    }

    /// <summary>
    /// "Connected, closed, and neither published nor played" is a publisher that SRS refused as busy, or a viewer that reset its
    /// connection. So the stream is also told whether the publisher in the way is silent: a viewer must never end a stream that is
    /// sent.
    /// </summary>
    private void JudgeClosed()
    {
        var now = Now().Elapsed;
        foreach (var wish in _clients.Expire(now).Where(wish => wish.InTheWay is not null))
        {
            switch (SilenceOfIncumbent(wish.Key, now))
            {
                case Silence.IfSampled:
                    _ = AskSampleAgeAsync(wish).PipeTo(Self);
                    break;
                case var silence:
                    TellRefusedUnseen(wish, silence == Silence.Yes);
                    break;
            }
        }

        if (_clients.DueAt is { } due)
        {
            Timers.StartSingleTimer(Judge.Instance, Judge.Instance, due > now ? due - now : TimeSpan.Zero);
        }
    }

    private Silence SilenceOfIncumbent(StreamKey key, TimeSpan now) => _beliefs.Find(key)?.Session switch
    {
        null => Silence.No,
        { SilentSince: not null } => Silence.Yes,
        { } incumbent => _silence.IsSilent(incumbent.By.Session, incumbent.Generation, now),
    };

    private async Task<Sampled> AskSampleAgeAsync(ClientIndex.Wish wish)
    {
        try
        {
            return new Sampled(wish, await _server.For(SrsPriority.Check).GetSampleAgeAsync(CancellationToken.None));
        }
        catch (SrsUnreachableException)
        {
            return new Sampled(wish, TimeSpan.MaxValue); // Nothing is known, so it is not called silent.
        }
    }

    private void TellRefusedUnseen(ClientIndex.Wish wish, bool incumbentSilent) =>
        _streams.Tell(wish.Key.ToString(), new ReportRefusedUnseen(wish.By, incumbentSilent, wish.InTheWay));

    private sealed record Judge
    {
        public static readonly Judge Instance = new();
    }

    private sealed record Sampled(ClientIndex.Wish Wish, TimeSpan? Age);
}
