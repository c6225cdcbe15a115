using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Effects;

/// <summary>
/// Effects as they stand in the outbox: <c>{"kind":"evict",…}</c>. The names are for ever; a reader learns a new kind one release before a
/// writer uses it.
/// </summary>
internal static class EffectCodec
{
    public static EffectData Encode(LiveStreamEffect effect)
    {
        var stored = effect switch
        {
            EvictSession evict => StoredEffect.Of("evict", evict.Origin, evict.Session),
            LookAtSession look => StoredEffect.Of("look", look.Origin, look.Session),
            SearchForPublishers search => new StoredEffect { Kind = "search", Origin = search.Origin },
            _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, "no stored name"),
        };
        return new EffectData(effect.Name, JsonSerializer.SerializeToUtf8Bytes(stored, StoredEffectContext.Default.StoredEffect));
    }

    /// <exception cref="FormatException">Not one of ours, or written by a newer version.</exception>
    public static LiveStreamEffect Decode(EffectData effect)
    {
        StoredEffect? stored;
        try
        {
            stored = JsonSerializer.Deserialize(effect.Body.Span, StoredEffectContext.Default.StoredEffect);
        }
        catch (JsonException json)
        {
            throw new FormatException($"The effect '{effect.Name}' is no JSON of ours: {json.Message}", json);
        }

        return stored switch
        {
            { Kind: "evict", Client: not null } => new EvictSession(stored.Session, stored.Origin),
            { Kind: "look", Client: not null } => new LookAtSession(stored.Session, stored.Origin),
            { Kind: "search" } => new SearchForPublishers(stored.Origin),
            _ => throw new FormatException($"The effect '{effect.Name}' is of the unknown kind '{stored?.Kind}': was it written by a newer version?"),
        };
    }
}

internal sealed record StoredEffect
{
    public required string Kind { get; init; }
    public required string Origin { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Server { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Service { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Client { get; init; }

    [JsonIgnore]
    public SessionId Session => new(Server ?? "", Service ?? "", Client ?? "");

    public static StoredEffect Of(string kind, string origin, SessionId session) =>
        new() { Kind = kind, Origin = origin, Server = session.ServerId, Service = session.ServiceId, Client = session.ClientId };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredEffect))]
internal sealed partial class StoredEffectContext : JsonSerializerContext;
