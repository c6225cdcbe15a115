using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// The connections of one node between their hooks: <c>on_close</c> names no stream, so what a client asked for is kept until it closes.
/// A client stands in it from its <c>on_connect</c> to its <c>on_play</c> (a player closes without consequence) or, once it asked to publish,
/// to its <c>on_close</c>. Bounded: beyond it the oldest are forgotten, those who only connected apart from those who publish, so that
/// a crowd of players pushes out no publisher. A forgotten publisher's end is found by the sweep.
/// </summary>
internal sealed class ClientIndex(int capacity)
{
    private readonly System.Threading.Lock _gate = new();
    private readonly Recent<(StreamKey Key, Publisher By)> _connecting = new(capacity);
    private readonly Recent<StreamKey> _publishing = new(capacity);

    public void Connected(SessionId client, StreamKey key, Publisher by)
    {
        lock (_gate)
        {
            _connecting.Set(client, (key, by));
        }
    }

    public void AskedToPublish(SessionId client, StreamKey key)
    {
        lock (_gate)
        {
            _connecting.Take(client, out _);
            _publishing.Set(client, key);
        }
    }

    public void Plays(SessionId client)
    {
        lock (_gate)
        {
            _connecting.Take(client, out _);
        }
    }

    /// <summary>Forgets a client that closed.</summary>
    /// <param name="client">The client.</param>
    /// <param name="published">The key that it had asked to publish.</param>
    /// <param name="onlyConnected">What it connected for, when it neither published nor played after its last <c>on_connect</c>.</param>
    public void Closed(SessionId client, out StreamKey? published, out (StreamKey Key, Publisher By)? onlyConnected)
    {
        lock (_gate)
        {
            published = _publishing.Take(client, out var key) ? key : null;
            onlyConnected = _connecting.Take(client, out var connected) ? connected : null;
        }
    }

    /// <summary>A map that forgets its oldest entry when it is full.</summary>
    private sealed class Recent<T>(int capacity)
    {
        private readonly Dictionary<SessionId, LinkedListNode<(SessionId Client, T Value)>> _places = [];
        private readonly LinkedList<(SessionId Client, T Value)> _order = new();

        public void Set(SessionId client, T value)
        {
            Take(client, out _);
            if (_places.Count >= capacity && _order.First is { } oldest)
            {
                Take(oldest.Value.Client, out _);
            }

            _places[client] = _order.AddLast((client, value));
        }

        public bool Take(SessionId client, out T? value)
        {
            if (!_places.Remove(client, out var place))
            {
                value = default;
                return false;
            }

            _order.Remove(place);
            value = place.Value.Value;
            return true;
        }
    }
}
