using System.Collections.Concurrent;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>
/// One SRS server that knows its clients and forgets them when they are deleted, unless it is told to hang or to be away.
/// </summary>
public sealed class FakeSrs(string name) : ISrsApi
{
    private readonly ConcurrentDictionary<string, ClientRow> _clients = new();
    private readonly ConcurrentQueue<string> _deleted = new();

    public string ServiceId { get; set; } = "run-1";

    /// <summary>Who answers at its address.</summary>
    public string ServerId { get; set; } = name;

    public bool IsAway { get; set; }

    /// <summary>DELETE answers that it will, and the client stays.</summary>
    public bool KeepsClients { get; set; }

    public IReadOnlyCollection<string> Deleted => _deleted;

    public void Add(SessionId session, StreamKey key) => _clients[session.ClientId] =
        new ClientRow(session.ClientId, "vid-1", "stream-1", "10.0.0.1", $"/{key.App}/{key.Stream}", "fmle-publish",
            Publishing: true, Alive: 1, ReceivedBytes: 1000);

    public Task<OriginProcess> GetProcessAsync(CancellationToken cancellation) => Answer(() => new OriginProcess(ServerId, ServiceId, "1", default));

    public Task<SrsAnswer<IReadOnlyList<StreamRow>>> GetStreamsAsync(CancellationToken cancellation) =>
        Answer(() => new SrsAnswer<IReadOnlyList<StreamRow>>([], ServerId, ServiceId));

    public Task<SrsAnswer<IReadOnlyList<ClientRow>>> GetClientsAsync(CancellationToken cancellation) =>
        Answer(() => new SrsAnswer<IReadOnlyList<ClientRow>>([.. _clients.Values], ServerId, ServiceId));

    public Task<SrsAnswer<ClientRow?>> GetClientAsync(string clientId, CancellationToken cancellation) =>
        Answer(() => new SrsAnswer<ClientRow?>(_clients.GetValueOrDefault(clientId), ServerId, ServiceId));

    public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) => Answer(() =>
    {
        _deleted.Enqueue(clientId);
        return new SrsAnswer<bool>(KeepsClients ? _clients.ContainsKey(clientId) : _clients.TryRemove(clientId, out _), ServerId, ServiceId);
    });

    private Task<T> Answer<T>(Func<T> answer) =>
        IsAway ? Task.FromException<T>(new SrsUnreachableException($"{ServerId} does not answer")) : Task.FromResult(answer());
}
