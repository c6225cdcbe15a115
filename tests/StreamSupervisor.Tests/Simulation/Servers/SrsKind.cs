namespace StreamSupervisor.Tests.Simulation.Servers;

/// <summary>A version of SRS and what it does differently from the others, as read in its source and measured on real servers.</summary>
/// <param name="TakesTokenFirst">The busy check comes before <c>on_publish</c> (7.0.62 and later).</param>
/// <param name="CleansUpFreshSources">A source that is not active yet is thrown away by a timer of 3 s.</param>
internal sealed record SrsKind(int Major, int Minor, int Revision, bool TakesTokenFirst, bool CleansUpFreshSources)
{
    public static readonly SrsKind V4 = new(4, 0, 271, false, false);
    public static readonly SrsKind V5 = new(5, 0, 216, false, false);
    public static readonly SrsKind V6 = new(6, 0, 157, false, true);
    public static readonly SrsKind V7 = new(7, 0, 18, false, true);
    public static readonly SrsKind V7Token = new(7, 0, 62, true, true);
    public static readonly SrsKind V8 = new(8, 0, 5, true, false);

    /// <summary>Answers and hooks name the process.</summary>
    public bool HasServiceId => Major >= 5;

    /// <summary>A client that waits in <c>on_publish</c> is listed already and can be deleted.</summary>
    public bool ListsClientBeforeOnPublish => Major >= 5;

    /// <summary>The encoder hears Publish.Start before <c>on_publish</c> is sent.</summary>
    public bool StartsBeforeOnPublish => Major < 5;

    /// <summary><c>on_unpublish</c> is sent for a client that was refused as busy too.</summary>
    public bool UnpublishesRefusedClients => Major < 5;

    /// <summary>A forward backend that fails leaves the key taken for ever: the ghost.</summary>
    public bool KeepsSourceOfFailedForward => Major >= 5;

    public override string ToString() => $"{Major}.{Minor}.{Revision}";
}
