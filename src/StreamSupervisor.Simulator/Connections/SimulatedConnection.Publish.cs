using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Connections;

/// <content>
/// What SRS does with a publish command (<c>SrsRtmpConn::stream_service_cycle</c>, <c>publishing</c>, <c>do_publishing</c>):
/// <code>
///   4                 5, 6, 7 up to 7.0.61      7.0.62 and later
///   on_connect        on_connect                on_connect
///                                               token: busy?  -- no --> on_close
///   source            source   (trap opens)     source   (trap opens up to 7.0.150)
///   Publish.Start
///                     into /clients             into /clients
///   on_publish        on_publish                on_publish
///   busy?             busy?                     busy? (a ghost)
///   into /clients     Publish.Start             Publish.Start
///   ...media...       ...media...               ...media...
///   row inactive      row inactive              row inactive
///   on_unpublish *    on_unpublish              on_unpublish
///                                               token freed, after the answer
///   on_close          on_close                  on_close
///   out of /clients   out of /clients           out of /clients
/// </code>
/// * also for a client that was refused as busy. "source" comes with <c>LiveSources</c>: the trap is that the source may be thrown away
/// between there and the busy check, which then passes for everybody.
/// </content>
public sealed partial class SimulatedConnection
{
    /// <returns>Why the connection is to end; null when only the publish ended.</returns>
    private async Task<CloseReason?> PublishOnceAsync()
    {
        if (await AskAsync(HookActions.OnConnect, Cuts.None) != HookResult.Accepted)
        {
            return Refused();
        }

        var url = Request.Key.Url;
        if (!srs.Model.TakesTokenFirst)
        {
            return await PublishToSourceAsync(url);
        }

        if (!process.Tokens.Add(url))
        {
            srs.NoteBusy(this);
            return CloseReason.StreamBusy;
        }

        try
        {
            return await PublishToSourceAsync(url);
        }
        finally
        {
            process.Tokens.Remove(url);
        }
    }

    private async Task<CloseReason?> PublishToSourceAsync(string url)
    {
        var model = srs.Model;
        source = process.Sources.FetchOrCreate(url);

        // Before the token the client answers createStream, FCPublish and publish first; with it, after on_publish. So a client that left
        // while it was held starts to publish up to 7.0.61 and is unpublished again; later it is not.
        if (!model.TakesTokenFirst && await HandshakeFailsAsync())
        {
            return Left();
        }

        if (model.StartsBeforeOnPublish)
        {
            outcome?.TrySetResult(PublishOutcome.Started);
        }

        if (model.ListsClientBeforeOnPublish)
        {
            process.Statistics.OnClient(this, publishing: true, srs.Now);
        }

        if (await AskAsync(HookActions.OnPublish, model.ListsClientBeforeOnPublish ? Cuts.Kick : Cuts.None) != HookResult.Accepted)
        {
            return Refused();
        }

        if (dead || (model.TakesTokenFirst && await HandshakeFailsAsync()))
        {
            return Left();
        }

        return await PublishAfterHooksAsync(source);
    }

    private async Task<CloseReason?> PublishAfterHooksAsync(LiveSource target)
    {
        if (!target.CanPublish)
        {
            srs.NoteBusy(this);
            if (srs.Model.UnpublishesRefusedClients)
            {
                await AskAsync(HookActions.OnUnpublish, Cuts.Kick);
            }

            return CloseReason.StreamBusy;
        }

        target.CanPublish = false;
        if (srs.ForwardFails?.Invoke(Request.Key) == true)
        {
            return await FailForwardAsync(target);
        }

        StartPublishing(target);
        var reason = await PublishUntilEndAsync();
        if (dead)
        {
            return CloseReason.ProcessGone;
        }

        // A kick takes SRS a moment: the receiving coroutine has to end first. A closed socket has ended it already.
        await PauseAsync(reason == CloseReason.Kicked ? srs.Jitter(1.2, 2.8) : srs.Jitter(0.1, 0.5));
        if (dead)
        {
            return CloseReason.ProcessGone;
        }

        StopPublishing(target);
        await AskAsync(HookActions.OnUnpublish, kicked ? Cuts.None : Cuts.Kick);
        return reason;
    }

    private void StartPublishing(LiveSource target)
    {
        var now = srs.Now;
        process.AdvanceTo(now);
        target.Publisher = this;
        publishing = true;
        (messages, frames) = (0, 0);
        process.Statistics.OnPublish(this);
        if (!srs.Model.ListsClientBeforeOnPublish)
        {
            process.Statistics.OnClient(this, publishing: true, now);
        }

        Count(0, PublishStartSent);
        srs.Note(SimulatedEventKind.PublishStarted, ClientId, Request.Key.Url);
        if (target.ThrownAway)
        {
            srs.Note(SimulatedEventKind.Orphaned, ClientId, Request.Key.Url);
        }

        outcome?.TrySetResult(PublishOutcome.Started);
    }

    private void StopPublishing(LiveSource target)
    {
        publishing = false;
        target.Publisher = null;
        target.CanPublish = true;
        if (target.Players.Count == 0)
        {
            target.DiedAt = srs.Now;
        }

        process.Statistics.OnUnpublish(this);
        srs.Note(SimulatedEventKind.Unpublished, ClientId, Request.Key.Url);
    }

    /// <summary>
    /// The loop that looks after a publisher: it wakes after 20 s and then every 5 s, or on an error, and compares counts. So a publisher
    /// that goes silent in the first 20 s has up to 25 s, one that goes silent later 5 to 10 s.
    /// </summary>
    private async Task<CloseReason?> PublishUntilEndAsync()
    {
        var (seenMessages, seenFrames) = (0L, 0L);
        while (true)
        {
            if (!kicked && !peerLeft && !unpublishes)
            {
                await PauseAsync(seenMessages == 0 ? srs.Options.FirstPacketTimeout : srs.Options.NormalTimeout,
                    Cuts.Kick | Cuts.PeerLeaves | Cuts.Unpublish);
            }

            if (dead)
            {
                return CloseReason.ProcessGone;
            }

            process.Statistics.OnFrames(this, frames - seenFrames);
            seenFrames = frames;
            if (kicked || peerLeft)
            {
                return kicked ? CloseReason.Kicked : CloseReason.ByPeer;
            }

            if (unpublishes)
            {
                unpublishes = false;
                return null;
            }

            if (messages <= seenMessages)
            {
                srs.Note(SimulatedEventKind.PublishTimedOut, ClientId, Request.Key.Url, $"after {messages} messages");
                return CloseReason.PublishTimeout;
            }

            seenMessages = messages;
        }
    }

    private async Task<CloseReason?> FailForwardAsync(LiveSource target)
    {
        srs.Note(SimulatedEventKind.ForwardFailed, ClientId, Request.Key.Url);
        if (!srs.Model.KeepsSourceOfFailedForward)
        {
            target.CanPublish = true;
            await AskAsync(HookActions.OnUnpublish, Cuts.Kick);
        }

        return CloseReason.ForwardFailed;
    }

    private async Task<bool> HandshakeFailsAsync()
    {
        if (!peerLeft)
        {
            await PauseAsync(srs.Options.PublishHandshake, Cuts.Kick | Cuts.PeerLeaves);
        }

        return dead || kicked || peerLeft;
    }

    private CloseReason Refused()
    {
        if (kicked || dead)
        {
            return Left();
        }

        srs.Note(SimulatedEventKind.RefusedByHook, ClientId, Request.Key.Url);
        return CloseReason.RefusedByHook;
    }

    private CloseReason Left() => dead ? CloseReason.ProcessGone : kicked ? CloseReason.Kicked : CloseReason.ByPeer;
}
