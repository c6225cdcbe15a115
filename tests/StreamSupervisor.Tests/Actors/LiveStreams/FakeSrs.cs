using System.Collections.Concurrent;
using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>
/// One SRS server that knows its clients and forgets them when they are deleted, unless it is told to hang or to be away.
/// </summary>
public sealed class FakeSrs(string name) : ISrsApi
{
    private readonly ConcurrentDictionary<string, SrsClient> _clients = new();
    private readonly ConcurrentQueue<string> _deleted = new();

    public string ServiceId { get; set; } = "run-1";

    public bool IsAway { get; set; }

    /// <summary>DELETE answers that it will, and the client stays.</summary>
    public bool KeepsClients { get; set; }

    public IReadOnlyCollection<string> Deleted => _deleted;

    public void Add(SessionId session, StreamKey key) => _clients[session.ClientId] =
        new SrsClient(session.ClientId, "vid-1", "stream-1", "10.0.0.1", $"/{key.App}/{key.Stream}", "fmle-publish",
            Publishing: true, Alive: 1, ReceivedBytes: 1000);

    public Task<SrsProcess> GetProcessAsync(CancellationToken cancellation) => Answer(() => new SrsProcess(name, ServiceId, "1", default));

    public Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation) =>
        Answer(() => new SrsAnswer<IReadOnlyList<SrsStream>>([], name, ServiceId));

    public Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation) =>
        Answer(() => new SrsAnswer<IReadOnlyList<SrsClient>>([.. _clients.Values], name, ServiceId));

    public Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation) =>
        Answer(() => new SrsAnswer<SrsClient?>(_clients.GetValueOrDefault(clientId), name, ServiceId));

    public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) => Answer(() =>
    {
        _deleted.Enqueue(clientId);
        return new SrsAnswer<bool>(KeepsClients ? _clients.ContainsKey(clientId) : _clients.TryRemove(clientId, out _), name, ServiceId);
    });

    private Task<T> Answer<T>(Func<T> answer) =>
        IsAway ? Task.FromException<T>(new SrsUnreachableException($"{name} does not answer")) : Task.FromResult(answer());
}
