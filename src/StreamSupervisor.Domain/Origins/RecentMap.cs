using System.Diagnostics.CodeAnalysis;

namespace StreamSupervisor.Domain.Origins;

/// <summary>A map that forgets its oldest entry when it is full.</summary>
internal sealed class RecentMap<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _places = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public int Count => _places.Count;

    /// <summary>The entry that was set first, and when full is forgotten next.</summary>
    public (TKey Key, TValue Value)? Oldest => _order.First?.Value;

    public void Set(TKey key, TValue value)
    {
        Take(key, out _);
        if (_places.Count >= capacity && _order.First is { } oldest)
        {
            Take(oldest.Value.Key, out _);
        }

        _places[key] = _order.AddLast((key, value));
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _places.TryGetValue(key, out var place);
        value = found ? place!.Value.Value : default;
        return found;
    }

    public bool Take(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_places.Remove(key, out var place))
        {
            value = default;
            return false;
        }

        _order.Remove(place);
        value = place.Value.Value;
        return true;
    }
}
