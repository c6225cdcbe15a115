using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>
/// Stands in the place of Akka's JSON serializer (id 1), which writes and reads the names of .NET types: whoever can send a message could
/// have any type made here, and renaming a class would orphan a journal. A message that comes this far has no line in <see
/// cref="MessageTable"/>.
/// </summary>
public sealed class ThrowingSerializer : Serializer
{
    /// <summary>The id of the serializer that it replaces.</summary>
    public const int Id = 1;

    private static long _calls;

    public ThrowingSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    /// <summary>As Akka makes a serializer that has settings of its own.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Of the serializer that it replaces; not used.</param>
    public ThrowingSerializer(ExtendedActorSystem system, Config settings) : base(system) => _ = settings;

    /// <summary>How often it was called in this process; anything but 0 is a mistake of ours or an attack.</summary>
    public static long Calls => Interlocked.Read(ref _calls);

    public override int Identifier => Id;

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj) =>
        throw Refused($"{obj?.GetType().FullName ?? "null"} has no serializer: add it to MessageTable, or keep it within the member");

    public override object FromBinary(byte[] bytes, Type type) =>
        throw Refused($"a message of type {type?.FullName ?? "unknown"} came in Akka's JSON, which no member of ours writes");

    private static SerializationException Refused(string why)
    {
        _ = Interlocked.Increment(ref _calls);
        return new SerializationException($"Not serialized: {why}.");
    }
}
