using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Srs;

/// <summary>Remembers what entities were asked and told, and answers as a test says.</summary>
internal sealed class FakeRegion : IShardRegion<LiveStreamCommand, LiveStreamReply>
{
    public List<(string EntityId, LiveStreamCommand Command)> Asked { get; } = [];
    public List<(string EntityId, LiveStreamCommand Command)> Told { get; } = [];
    public bool MailboxFull { get; set; }

    /// <summary>Entities whose mailbox is full.</summary>
    public HashSet<string> Full { get; } = [];
    public Func<LiveStreamCommand, AskResult<LiveStreamReply>> Answer { get; set; } = _ => AskResult<LiveStreamReply>.Answered(Ack.Instance);
    public Action<string, LiveStreamCommand>? OnTell { get; set; }

    public IEnumerable<T> ToldOf<T>() where T : LiveStreamCommand => Told.Select(told => told.Command).OfType<T>();

    public IEnumerable<T> AskedOf<T>() where T : LiveStreamCommand => Asked.Select(asked => asked.Command).OfType<T>();

    public Task<AskResult<LiveStreamReply>> AskAsync(string entityId, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        Asked.Add((entityId, command));
        return Task.FromResult(Answer(command));
    }

    public bool Tell(string entityId, LiveStreamCommand command)
    {
        if (MailboxFull || Full.Contains(entityId))
        {
            return false;
        }

        Told.Add((entityId, command));
        OnTell?.Invoke(entityId, command);
        return true;
    }
}
