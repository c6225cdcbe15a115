namespace StreamSupervisor.Tests.Simulation.Servers;

/// <content>
/// The order of calls of a publisher:
/// <code>
///   4                 5, 6, 7 up to 7.0.61      7.0.62 and later
///   on_connect        on_connect                on_connect
///                                               token: busy?
///   source            source (trap opens)       source (trap opens up to 7.0.150)
///   Publish.Start     into /clients             into /clients
///   on_publish        on_publish                on_publish
///   busy?             busy?                     busy? (a ghost)
///   into /clients     Publish.Start             Publish.Start
///   ...media...       ...media...               ...media...
///   row inactive, on_unpublish (4: of refused clients too), token freed after its answer, on_close, out of /clients
/// </code>
/// </content>
internal sealed partial class SrsConnection
{
    private static readonly TimeSpan FirstPacketTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan NormalTimeout = TimeSpan.FromSeconds(5);

    private SrsSource? _source;
    private bool _hasToken;
    private bool _republishes;
    private bool _ends;
    private DateTimeOffset _lookedAt;

    /// <summary>Whether nobody can play what it publishes: its source was thrown away while it was held.</summary>
    public bool IsOrphan => IsPublishing && _source is { ThrownAway: true };

    public void Publish(string stream)
    {
        (Stream, _serving) = (stream, true);
        Ask(HookKind.OnConnect, yes => Go(yes, Connected));
    }

    /// <summary>A viewer: no busy check, nothing to hold.</summary>
    /// <param name="resets">It goes away before <c>on_play</c> is sent, or is denied by <c>security</c>.</param>
    public void Play(string stream, bool resets)
    {
        (Stream, _serving, IsPlayer) = (stream, true, true);
        Ask(HookKind.OnConnect, yes => Go(yes && !resets, () => Ask(HookKind.OnPlay, on => Go(on, () =>
        {
            IsListed = true;
            Wait(TimeSpan.FromHours(1), () => End(Closing.TimedOut), () => End(Left));
        }))));
    }

    /// <summary>FCUnpublish: ends the publish and keeps the connection; the client may publish again under the same client id.</summary>
    public void Unpublish()
    {
        if (IsPublishing && !_ends)
        {
            _republishes = true;
            Interrupt();
        }
    }

    private Closing Left => _kicked ? Closing.Kicked : Closing.ByPeer;

    private void Go(bool yes, Action then)
    {
        if (_kicked || _peerLeft || !yes)
        {
            End(_kicked || _peerLeft ? Left : Closing.RefusedByHook);
        }
        else
        {
            then();
        }
    }

    private void Connected()
    {
        if (server.Kind.TakesTokenFirst)
        {
            if (!run.Tokens.Add(Stream))
            {
                Busy();
                return;
            }

            _hasToken = true;
            AskToPublish();
        }
        else
        {
            _source = run.Source(Stream);
            Wait(server.Milliseconds(1, 4), AskToPublish, () => End(Left));
        }
    }

    private void AskToPublish()
    {
        _source = run.Source(Stream);
        if (server.Kind.StartsBeforeOnPublish)
        {
            Started?.Invoke();
        }

        IsListed |= server.Kind.ListsClientBeforeOnPublish;
        Ask(HookKind.OnPublish, yes => Go(yes, () => Wait(server.Milliseconds(1, 4), Admitted, () => End(Left))),
            server.Kind.ListsClientBeforeOnPublish ? () => End(Closing.Kicked) : null);
    }

    private void Admitted()
    {
        run.CleanUp();
        if (!_source!.CanPublish)
        {
            Busy();
            return;
        }

        _source.CanPublish = false;
        if (server.FailingForwards.Contains(Stream))
        {
            _source.CanPublish = !server.Kind.KeepsSourceOfFailedForward;
            World.Note(server.Name, "forward fails", Stream, clientId);
            End(Closing.ForwardFailed);
            return;
        }

        (_source.Publisher, IsPublishing, IsListed, _ends) = (this, true, true, false);
        Publishes++;
        if (!IsRelay && server.Kind.CleansUpFreshSources && server.Orphaning.Remove(Stream))
        {
            run.ThrowAway(Stream);
        }

        var row = run.Row(Stream);
        (row.Active, row.ClientId, row.Publisher) = (true, clientId, this);
        World.Note(server.Name, "on air", Stream, clientId);
        World.History.OnAir(this);
        if (!server.Kind.StartsBeforeOnPublish)
        {
            Started?.Invoke();
        }
        else if (_sends)
        {
            Send();
        }

        Forward();
        _lookedAt = World.Now;
        if (_kicked || _peerLeft)
        {
            Leave(Left);
        }
        else
        {
            Wait(FirstPacketTimeout, Look, Interrupted);
        }
    }

    /// <summary>
    /// The loop that looks after a publisher: it wakes after 20 s and then every 5 s, or on an error, and compares counts.
    /// </summary>
    private void Look()
    {
        if (!IsSending && !(LastMediaAt > _lookedAt))
        {
            Leave(Closing.TimedOut);
            return;
        }

        _lookedAt = World.Now;
        Wait(NormalTimeout, Look, Interrupted);
    }

    private void Interrupted() => Leave(Left);

    private void Leave(Closing why)
    {
        _ends = true;
        var again = _republishes && !_kicked && !_peerLeft && why != Closing.TimedOut;
        _republishes = false;
        Wait(why == Closing.Kicked ? server.Milliseconds(1.2, 2.8) : server.Milliseconds(0.1, 0.5), () =>
        {
            Freeze();
            IsPublishing = false;
            (_source!.Publisher, _source.CanPublish, _source.DiedAt) = (null, true, World.Now);
            var row = run.Row(Stream);
            if (row.Publisher == this)
            {
                row.Active = false;
            }

            Ask(HookKind.OnUnpublish, _ =>
            {
                FreeToken();
                if (again && !_kicked && !_peerLeft)
                {
                    (_serving, _ends) = (false, false);
                    Unpublished?.Invoke();
                }
                else
                {
                    End(_kicked || _peerLeft ? Left : why);
                }
            }, () => End(Closing.Kicked));
        });
    }

    private void Busy()
    {
        World.Note(server.Name, "busy", Stream, clientId);
        World.History.RefusedBusy(this);
        if (server.Kind.UnpublishesRefusedClients)
        {
            Ask(HookKind.OnUnpublish, _ => End(Closing.Busy));
        }
        else
        {
            End(Closing.Busy);
        }
    }

    private void FreeToken()
    {
        if (_hasToken)
        {
            _hasToken = false;
            run.Tokens.Remove(Stream);
        }
    }
}
