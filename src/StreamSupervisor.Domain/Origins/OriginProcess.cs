namespace StreamSupervisor.Domain.Origins;

/// <summary>The SRS process behind an API address, as <c>/api/v1/versions</c> names it.</summary>
/// <param name="ServerId">SRS's <c>server_id</c>; stays over restarts when it is configured, else changes with each start.</param>
/// <param name="ServiceId">SRS's <c>service_id</c>; changes with each start. On SRS 4 <c>pid:start-time</c> stands in for it.</param>
/// <param name="Pid">The process id of the operating system, as text.</param>
/// <param name="Version">SRS's version.</param>
public sealed record OriginProcess(string ServerId, string ServiceId, string Pid, SrsVersion Version)
{
    /// <summary>Whether these names mean this process. An empty name was not said and fits.</summary>
    public bool IsNamed(string serverId, string serviceId) => IsServer(serverId) && (serviceId.Length == 0 || serviceId == ServiceId);

    /// <summary>
    /// Whether this name means its server. An empty name was not said and fits (hooks of SRS 4.0.0 to 4.0.184 have none).
    /// </summary>
    public bool IsServer(string serverId) => serverId.Length == 0 || ServerId.Length == 0 || serverId == ServerId;
}
