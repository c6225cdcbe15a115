namespace StreamSupervisor.Domain;

/// <summary>
/// Names one attempt to publish. A client id alone names nothing: SRS gives it out at random, unique only within one process,
/// and a process is named by its service id, which changes with every start.
/// </summary>
/// <param name="ServerId">SRS's <c>server_id</c>: the node; stays over restarts when it is configured.</param>
/// <param name="ServiceId">SRS's <c>service_id</c>: the process. SRS 4 has none; there <c>pid:start-time</c> stands in for it.</param>
/// <param name="ClientId">SRS's <c>client_id</c>: the connection.</param>
public readonly record struct SessionId(string ServerId, string ServiceId, string ClientId)
{
    public override string ToString() => $"{ServerId}/{ServiceId}/{ClientId}";

    /// <summary>Whether this session lived in another process of the same node, so that it is over for certain.</summary>
    public bool IsOfAnEarlierProcess(string serverId, string serviceId) => ServerId == serverId && ServiceId != serviceId;
}
