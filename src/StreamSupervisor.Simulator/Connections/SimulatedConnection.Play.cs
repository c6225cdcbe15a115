using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Connections;

public sealed partial class SimulatedConnection
{
    /// <summary>on_connect is a publisher's to the letter; only on_play tells that it was a player.</summary>
    private async Task<CloseReason?> PlayOnceAsync()
    {
        if (await AskAsync(HookActions.OnConnect, Cuts.None) != HookResult.Accepted)
        {
            return Refused();
        }

        var model = srs.Model;
        var target = process.Sources.FetchOrCreate(Request.Key.Url);
        if (model.ListsClientBeforeOnPublish)
        {
            process.Statistics.OnClient(this, publishing: false, srs.Now);
        }

        if (await AskAsync(HookActions.OnPlay, model.ListsClientBeforeOnPublish ? Cuts.Kick : Cuts.None) != HookResult.Accepted)
        {
            return Refused();
        }

        if (dead || kicked)
        {
            return Left();
        }

        if (!srs.Coworkers.IsEmpty && target.CanPublish)
        {
            return await RedirectAsync();
        }

        if (!model.ListsClientBeforeOnPublish)
        {
            process.Statistics.OnClient(this, publishing: false, srs.Now);
        }

        target.Players.Add(this);
        srs.Note(SimulatedEventKind.PlayStarted, ClientId, Request.Key.Url);
        outcome?.TrySetResult(PublishOutcome.Started);
        if (!peerLeft)
        {
            await PauseAsync(Timeout.InfiniteTimeSpan, Cuts.Kick | Cuts.PeerLeaves);
        }

        if (dead)
        {
            return CloseReason.ProcessGone;
        }

        await PauseAsync(kicked ? srs.Jitter(1.2, 2.8) : srs.Jitter(0.1, 0.5));
        if (dead)
        {
            return CloseReason.ProcessGone;
        }

        target.Players.Remove(this);
        if (target.Players.Count == 0 && target.CanPublish)
        {
            target.DiedAt = srs.Now;
        }

        await AskAsync(HookActions.OnStop, kicked ? Cuts.None : Cuts.Kick);
        return Left();
    }
}
