namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>Where a server is to play the stream from that has nobody who publishes it there.</summary>
    /// <param name="state">What is known of the key.</param>
    /// <param name="asking">The configured name of the server that asks. It is never told its own address: it would send its players to
    /// itself, and ask again, for as long as its publisher is not there yet.</param>
    public static StreamPlace PlaceFor(LiveStreamState state, string asking)
    {
        if (state.Handover is { To.Origin: var next })
        {
            return next == asking ? StreamPlace.Here.Instance : new StreamPlace.Moving(next);
        }

        if (state.Session?.By is not { } holder || state.Evictions.Exists(eviction => eviction.Of.Session == holder.Session))
        {
            return StreamPlace.Nowhere.Instance;
        }

        // A copy comes from the holder, who may play it from the copy in turn (an edge does): two that send their players to each other.
        return holder.Origin == asking || state.Relays.Exists(relay => relay.By.Origin == asking)
            ? StreamPlace.Here.Instance
            : new StreamPlace.Elsewhere(holder.Origin);
    }
}
