using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// Effects as the outbox keeps them: one JSON object with the name of the effect's type and its data,
/// <c>{"effect":"evict-session","data":{…}}</c>. Names are for ever, as those of events are.
/// </summary>
// The old kernel's, as LookAtSession below: both go with it.
public static class EffectCodec
{
    private static readonly (string Name, JsonTypeInfo Type)[] Table =
    [
        ("evict-session", Stored.Json.EvictSession),
        ("look-at-session", Stored.Json.LookAtSession),
        ("search-for-publishers", Stored.Json.SearchForPublishers),
    ];

    private static readonly FrozenDictionary<Type, (string Name, JsonTypeInfo Type)> ByType = Table.ToFrozenDictionary(e => e.Type.Type);
    private static readonly FrozenDictionary<string, JsonTypeInfo> ByName = Table.ToFrozenDictionary(e => e.Name, e => e.Type);

    public static byte[] Encode(LiveStreamWork effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        if (!ByType.TryGetValue(effect.GetType(), out var entry))
        {
            throw new InvalidOperationException($"{effect.GetType().Name} has no stored name: add it to the table of EffectCodec.");
        }

        return JsonSerializer.SerializeToUtf8Bytes(
            new StoredEffect(entry.Name, JsonSerializer.SerializeToElement(effect, entry.Type)), Stored.Json.StoredEffect);
    }

    /// <summary>The effect that was stored.</summary>
    /// <exception cref="FormatException">The type of effect is not known here, or the payload can't be read.</exception>
    public static LiveStreamWork Decode(ReadOnlySpan<byte> payload)
    {
        var stored = (StoredEffect)Stored.Read("effect", payload, Stored.Json.StoredEffect);
        return ByName.TryGetValue(stored.Effect, out var type)
            ? (LiveStreamWork)Stored.Read($"effect '{stored.Effect}'", JsonMarshal.GetRawUtf8Value(stored.Data), type)
            : throw new FormatException($"The effect '{stored.Effect}' is not known to this version; a newer one wrote it. Start that version instead.");
    }
}

/// <summary>An effect as it is stored.</summary>
internal sealed record StoredEffect(string Effect, JsonElement Data);

/// <summary>The old kernel's name of <see cref="CheckSession"/>.</summary>
public sealed record LookAtSession(SessionId Session, string Origin) : LiveStreamWork
{
    public override string Name => NameOf(Session);

    public static string NameOf(SessionId session) => $"look/{session}";
}
