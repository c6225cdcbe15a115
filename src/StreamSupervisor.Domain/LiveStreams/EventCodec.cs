using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// Events as the journal keeps them: a name and JSON (<see cref="StoredJson"/>). Names are for ever, and not the names of the classes:
/// renaming a class must not orphan a journal. A new event needs a line here, one in <see cref="StoredJson"/> and a golden file, and is
/// learnt by readers one release before anything writes it.
/// </summary>
public static partial class EventCodec
{
    private static readonly (string Kind, JsonTypeInfo Type)[] Table =
    [
        ("admitted", Stored.Json.Admitted),
        ("attempt-refused", Stored.Json.AttemptRefused),
        ("handover-started", Stored.Json.HandoverStarted),
        ("takeover-contested", Stored.Json.TakeoverContested),
        ("challenger-replaced", Stored.Json.ChallengerReplaced),
        ("eviction-ordered", Stored.Json.EvictionOrdered),
        ("eviction-finished", Stored.Json.EvictionFinished),
        ("eviction-stalled", Stored.Json.EvictionStalled),
        ("publisher-confirmed", Stored.Json.PublisherConfirmed),
        ("confirmation-overdue", Stored.Json.ConfirmationOverdue),
        ("publisher-silent", Stored.Json.PublisherSilent),
        ("publisher-lost", Stored.Json.PublisherLost),
        ("broadcast-ended", Stored.Json.BroadcastEnded),
        ("session-adopted", Stored.Json.SessionAdopted),
        ("late-hook-ignored", Stored.Json.LateHookIgnored),
        ("key-wedged", Stored.Json.KeyWedged),
        ("wedge-cleared", Stored.Json.WedgeCleared),
        ("fight-detected", Stored.Json.FightDetected),
        ("search-ordered", Stored.Json.SearchOrdered),
        ("search-finished", Stored.Json.SearchFinished),
        ("flapping-seen", Stored.Json.FlappingSeen),
        ("key-reserved", Stored.Json.KeyReserved),
        ("reservation-ended", Stored.Json.ReservationEnded),
        ("encoder-registered", Stored.Json.EncoderRegistered),
        ("registration-refused", Stored.Json.RegistrationRefused),
        ("key-locked", Stored.Json.KeyLocked),
        ("key-unlocked", Stored.Json.KeyUnlocked),
        ("key-pinned", Stored.Json.KeyPinned),
        ("operator-acted", Stored.Json.OperatorActed),
        ("decision-observed", Stored.Json.DecisionObserved),
        ("answer-repeated", Stored.Json.AnswerRepeated),
        ("eviction-dropped", Stored.Json.EvictionDropped),
        ("relay-admitted", Stored.Json.RelayAdmitted),
        ("relay-ended", Stored.Json.RelayEnded),
    ];

    private static readonly FrozenDictionary<Type, (string Kind, JsonTypeInfo Type)> ByType = Table.ToFrozenDictionary(e => e.Type.Type);
    private static readonly FrozenDictionary<string, JsonTypeInfo> ByKind = Table.ToFrozenDictionary(e => e.Kind, e => e.Type);

    /// <summary>Every stored name with the event that it stands for.</summary>
    public static IReadOnlyList<(string Kind, Type Event)> Kinds { get; } = [.. Table.Select(e => (e.Kind, e.Type.Type))];

    /// <summary>The stored name of an event, as the timeline shows it too.</summary>
    public static string KindOf(LiveStreamEvent @event) => EntryOf(@event).Kind;

    /// <summary>The name and the payload of an event.</summary>
    public static (string Kind, byte[] Payload) Encode(LiveStreamEvent @event)
    {
        var (kind, type) = EntryOf(@event);
        return (kind, JsonSerializer.SerializeToUtf8Bytes(@event, type));
    }

    /// <summary>The event that was stored.</summary>
    /// <exception cref="FormatException">The name is not known here, or the payload can't be read.</exception>
    public static LiveStreamEvent Decode(string kind, ReadOnlySpan<byte> payload) => ByKind.TryGetValue(kind, out var type)
        ? (LiveStreamEvent)Stored.Read($"event '{kind}'", payload, type)
        : throw new FormatException($"The event '{kind}' is not known to this version; a newer one wrote it. Start that version instead.");

    private static (string Kind, JsonTypeInfo Type) EntryOf(LiveStreamEvent @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        return ByType.TryGetValue(@event.GetType(), out var entry)
            ? entry
            : throw new InvalidOperationException($"{@event.GetType().Name} has no stored name: add it to the table of EventCodec.");
    }
}
