namespace StreamSupervisor.Domain;

/// <summary>Where the SRS process of a session stands, as far as is known. Zero never means yes.</summary>
public enum ProcessStanding
{
    /// <summary>Nobody has said yet, or the address of the API is another server's now: the server must be asked who it is.</summary>
    Unknown,

    /// <summary>It is the process that runs there.</summary>
    Current,

    /// <summary>Another process followed it: whatever it held is gone.</summary>
    Superseded,
}
