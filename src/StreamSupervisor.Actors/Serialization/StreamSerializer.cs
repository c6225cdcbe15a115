using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Serialization;

/// <summary>
/// Writes and reads what the journal keeps and what goes between members: the events under their stored names (<see cref="EventCodec"/>),
/// everything else by the <see cref="MessageTable"/>. It makes no type of a name that came over the wire.
/// </summary>
public sealed class StreamSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Stored with every row of the journal; never changes.</summary>
    public const int Id = 1028;

    /// <summary>What the configuration calls it.</summary>
    public const string Name = "stream-supervisor";

    public override int Identifier => Id;

    /// <exception cref="ArgumentException">The message has no line in <see cref="MessageTable"/>, or an event no stored name.</exception>
    public override string Manifest(object o) => o is EventBatch batch
        ? batch.Events is [var single] ? EventCodec.KindOf(single) : EventCodec.BatchKind
        : MessageTable.Of(o).Manifest;

    /// <exception cref="ArgumentException">The message has no line in <see cref="MessageTable"/>, or a batch is empty.</exception>
    public override byte[] ToBinary(object obj) =>
        obj is EventBatch batch ? EventCodec.EncodeBatch(batch).Payload : MessageTable.Of(obj).Write(obj);

    /// <exception cref="SerializationException">The name is not known here, or the bytes can't be read. The message says which version to
    /// start.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            // Names of messages and of events have nothing in common: a row of the journal is never taken for a command.
            return MessageTable.Find(manifest) is { } kind ? kind.Read(bytes) : EventCodec.DecodeBatch(manifest, bytes);
        }
        catch (FormatException e)
        {
            throw new SerializationException(e.Message, e);
        }
    }
}
