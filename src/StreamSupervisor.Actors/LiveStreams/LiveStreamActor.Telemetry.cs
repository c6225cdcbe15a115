using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Event;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <content>What is counted and logged of durable decisions.</content>
internal sealed partial class LiveStreamActor
{
    private void Witness(LiveStreamState before, ImmutableArray<LiveStreamEvent> events, TimeSpan took)
    {
        if (!_services.Counts)
        {
            return;
        }

        AdmissionTelemetry.Count(before, events);
        _services.LastMinute.Count(events);
        AdmissionTelemetry.Appended(took);
        _services.Gauges.Flapping.Note(_key, events, _services.Policies.Value.PolicyFor(_state.Key).FightWindow);
        foreach (var happened in events)
        {
            if (happened is EvictionFinished finished)
            {
                Log.Info("{0}: {1} is gone from {2} after {3:0.0} ms ({4}).", _key, finished.Of,
                    AdmissionTelemetry.OriginOf(before, finished), (finished.At - finished.OrderedAt).TotalMilliseconds, finished.Proof);
            }
            else if (happened is RelayAdmitted relay && _services.FirstOfRelays.IsFirst(relay.By.Origin, relay.Of))
            {
                Log.Warning("{0}: {1} gets a copy of the stream from {2}, since {2} forwards it there or {1} is its edge. Copies are "
                    + "let in beside their stream; players of both servers see it. If it is an encoder on the machine of {2} instead, "
                    + "it is not protected: let it prove its name by a credential. All further copies from {2} to {1} are only counted "
                    + "(streamsupervisor_relays_total).", _key, relay.By.Origin, relay.Of);
            }
        }
    }

    /// <summary>A step of a command is over.</summary>
    /// <returns>When the next one begins. Nobody looks at the clock for it unless somebody traces.</returns>
    private DateTimeOffset Mark(Activity? command, string step, DateTimeOffset began)
    {
        if (command is null)
        {
            return began;
        }

        var now = Now;
        StreamTrace.Span(step, command.Context, _key, began, now);
        return now;
    }

    /// <summary>
    /// Anybody can invent names: such a refusal is counted and, once a minute for all keys together, logged. Nothing of it is stored.
    /// </summary>
    private void RefusedStranger(LiveStreamReply? reply)
    {
        if (!_services.Counts || reply is not Refused refused)
        {
            return;
        }

        AdmissionTelemetry.CountStranger(refused.Reason);
        _services.LastMinute.Add(Counted.Refusal);
        if (_services.LogThrottle.MayLog("", StoreFault.Stranger, Now))
        {
            Log.Info("{0}: a stranger was refused ({1}). More such in the next minute are counted only.", _key, refused.Reason);
        }
    }
}
