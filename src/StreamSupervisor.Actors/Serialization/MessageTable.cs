using System.Collections.Frozen;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>
/// All that goes between members, and the snapshot. A message without a line here does not leave its member (<see
/// cref="ThrowingSerializer"/>). A new message needs a line in the table of its kind and a golden file, and is learnt by readers one
/// release before anything sends it; a new property of an old one needs a default value in its constructor.
/// </summary>
internal static class MessageTable
{
    private static readonly MessageKind[] Kinds = [.. StreamMessages.Kinds, .. OriginMessageKinds.Kinds, .. MemberMessageKinds.Kinds];

    private static readonly FrozenDictionary<Type, MessageKind> ByType = Kinds.ToFrozenDictionary(kind => kind.Type);
    private static readonly FrozenDictionary<string, MessageKind> ByManifest = Kinds.ToFrozenDictionary(kind => kind.Manifest);

    /// <summary>Every name with the class that has it.</summary>
    public static IReadOnlyList<(string Manifest, Type Type)> Names { get; } = [.. Kinds.Select(kind => (kind.Manifest, kind.Type))];

    /// <summary>What Akka is told to give to our serializer.</summary>
    public static IReadOnlyList<Type> Bindings { get; } = [typeof(EventBatch), .. Kinds.Select(kind => kind.Type)];

    /// <exception cref="ArgumentException">The message has no line in the table.</exception>
    public static MessageKind Of(object message) => ByType.TryGetValue(message.GetType(), out var kind)
        ? kind
        : throw new ArgumentException($"{message.GetType().Name} has no name between members: add it to MessageTable.", nameof(message));

    /// <summary>The kind of a name; null where this version does not know it.</summary>
    public static MessageKind? Find(string manifest) => ByManifest.GetValueOrDefault(manifest);
}
