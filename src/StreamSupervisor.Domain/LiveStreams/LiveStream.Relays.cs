namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>
/// <para>
/// SRS copies a stream to another SRS (<c>forward</c>, an edge), and the copy asks to publish the same key on the second origin, from
/// the address of the first. Taken for a newcomer it takes the key over, its source is evicted, the copy dies with it, the encoder comes
/// back, and so on: about once a second, for ever, on SRS 5 to 7. So a copy is let in beside the session that it copies: it owns no
/// generation and evicts nobody.
/// </para>
/// <para>
/// How it can be wrong. An encoder on the machine of a media server comes from the same address. Where the source itself comes from that
/// address the attempt is such an encoder, unless the configuration says otherwise (<c>origins[].relays-from</c>); the loop that follows
/// if it was a copy after all is stopped as a fight. A copy that goes on after its source has ended was an encoder, and is adopted.
/// </para>
/// </remarks>
public static partial class LiveStream
{
    private static Publisher MarkRelay(Publisher by, string? relayOf) =>
        relayOf is null || relayOf == by.Origin ? by : by with { RelayOf = relayOf };

    private static Publisher? SourceOf(LiveStreamState state, RequestPublish ask) => SourceOf(state, ask.By, ask.RelayConfigured);

    /// <summary>The publisher of the key that this one is a copy of; null when it is none.</summary>
    private static Publisher? SourceOf(LiveStreamState state, Publisher by, bool isConfigured) =>
        by.RelayOf is { } origin && HolderOn(state, origin) is { } source && (isConfigured || source.Address != by.Address)
            ? source
            : null;

    /// <summary>
    /// Who publishes the key on an origin, or is about to: the session, the attempt that is held, or a relay, which may be copied
    /// further.
    /// </summary>
    private static Publisher? HolderOn(LiveStreamState state, string origin) =>
        state.Session?.By.Origin == origin ? state.Session.By
        : state.Handover?.To.Origin == origin ? state.Handover.To
        : state.Relays.Find(relay => relay.By.Origin == origin)?.By;

    private static Refused? AdmitRelay(DecisionContext context, RequestPublish ask)
    {
        if (context.State.Handover?.To.Session.ServerId == ask.By.Session.ServerId)
        {
            // The encoder itself is moving to this origin: its copy would keep it out.
            return Refuse(context, ask, RefusalReason.HandoverRunning);
        }

        AddRelay(context, ask.By, isAdopted: false);
        return null;
    }

    private static void AddRelay(DecisionContext context, Publisher by, bool isAdopted)
    {
        // An origin has one publisher of a key: the copy before this one has ended, and its hooks are late or lost.
        foreach (var earlier in context.State.Relays.Where(relay => relay.By.Session.ServerId == by.Session.ServerId))
        {
            EndRelay(context, earlier, LossCause.Replaced);
        }

        context.Raise(new RelayAdmitted(context.Now, by, by.RelayOf!, context.State.Generation, isAdopted));
    }

    private static void EndRelay(DecisionContext context, Relay relay, LossCause cause) =>
        context.Raise(new RelayEnded(context.Now, relay.By.Session, relay.By.Origin, cause));

    /// <summary>
    /// A copy ends by itself when its source does, so it is only forgotten here, when the key has gone elsewhere or its broadcast is
    /// over. If a look finds it all the same, it is a second publisher like any other.
    /// </summary>
    private static void EndRelaysWithoutSource(DecisionContext context)
    {
        if (context.State.Relays.IsEmpty)
        {
            return;
        }

        // Copies may be copied further, and two servers may copy from each other: only what leads back to the holder of the key has a
        // source.
        var held = new HashSet<string?>(StringComparer.Ordinal) { context.State.Session?.By.Origin, context.State.Handover?.To.Origin };
        bool grows;
        do
        {
            grows = false;
            foreach (var relay in context.State.Relays.Where(relay => held.Contains(relay.Of)))
            {
                grows |= held.Add(relay.By.Origin);
            }
        }
        while (grows);

        foreach (var orphan in context.State.Relays.Where(relay => !held.Contains(relay.Of)))
        {
            EndRelay(context, orphan, LossCause.SourceEnded);
        }
    }

    /// <summary>
    /// An attempt needs the origin for itself: the copy that is there keeps it busy, for seconds if its source died without a word.
    /// </summary>
    private static void EvictRelayOn(DecisionContext context, string serverId)
    {
        if (context.State.Relays.Find(relay => relay.By.Session.ServerId == serverId) is { } relay)
        {
            Evict(context, relay.By, EvictionCause.Takeover);
        }
    }

    private static bool IsRelay(DecisionContext context, SessionId session, out Relay relay)
    {
        relay = context.State.Relays.Find(r => r.By.Session == session)!;
        return relay is not null;
    }
}
