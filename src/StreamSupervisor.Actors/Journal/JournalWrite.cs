using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Serialization;

namespace StreamSupervisor.Actors.Journal;

/// <summary>Rows of one actor that are written together or not at all, and who waits for them.</summary>
internal sealed class JournalWrite(long createdTicks)
{
    private readonly TaskCompletionSource<IImmutableList<Exception>?> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<JournalRow> Rows { get; } = [];

    /// <summary>Its time in <c>created</c>, in .NET ticks.</summary>
    public long CreatedTicks => createdTicks;

    /// <summary>
    /// Completes with null (nothing was rejected) when all of its rows are durable; fails when none is, or nobody knows.
    /// </summary>
    public Task<IImmutableList<Exception>?> Written => _written.Task;

    public void Succeed() => _written.TrySetResult(null);

    public void Fail(Exception why) => _written.TrySetException(why);

    /// <summary>
    /// The rows of what an actor persists at once; null where the plugin of Akka.Persistence.Sql must see to it: tags, rejections.
    /// </summary>
    public static JournalWrite? Of(IEnumerable<AtomicWrite> messages, Akka.Serialization.Serialization serialization)
    {
        var write = new JournalWrite(TimeProvider.System.GetUtcNow().UtcTicks);
        foreach (var one in messages.SelectMany(message => (IImmutableList<IPersistentRepresentation>)message.Payload))
        {
            if (one.Payload is Tagged || serialization.FindSerializerFor(one.Payload) is not SerializerWithStringManifest serializer)
            {
                return null;
            }

            try
            {
                write.Rows.Add(new JournalRow(one.PersistenceId, one.SequenceNr, serializer.Identifier, serializer.Manifest(one.Payload),
                    serializer.ToBinary(one.Payload)));
            }
            catch (Exception rejected) when (rejected is not OutOfMemoryException)
            {
                return null;
            }
        }

        return write;
    }
}

/// <summary>A row of <c>event_journal</c>.</summary>
internal readonly record struct JournalRow(string PersistenceId, long SequenceNumber, int Serializer, string Manifest, byte[] Message);
