namespace StreamSupervisor.Simulator.Servers;

/// <summary>
/// A version of SRS and what it does differently from the others. Everything here was read in the source of that version or measured on a
/// real server of it; the order of calls of a publisher is drawn in <c>SimulatedConnection.Publish.cs</c>.
/// </summary>
/// <param name="Major">As <c>/api/v1/versions</c> gives it.</param>
/// <param name="Minor">As <c>/api/v1/versions</c> gives it.</param>
/// <param name="Revision">As <c>/api/v1/versions</c> gives it.</param>
public sealed record SrsModel(int Major, int Minor, int Revision)
{
    /// <summary>4.0.271: no service id, Publish.Start before every publish hook, false <c>on_unpublish</c> of refused clients.</summary>
    public static SrsModel V4 { get; } = Of(4, 0, 271);

    /// <summary>5.0.216: the plain order; sources are never thrown away.</summary>
    public static SrsModel V5 { get; } = Of(5, 0, 216);

    /// <summary>6.0.157: with the cleanup trap.</summary>
    public static SrsModel V6 { get; } = Of(6, 0, 157);

    /// <summary>7.0.18: as 6.0.157.</summary>
    public static SrsModel V7 { get; } = Of(7, 0, 18);

    /// <summary>7.0.62: the publish token is the busy check, before the source and before <c>on_publish</c>.</summary>
    public static SrsModel V7Token { get; } = Of(7, 0, 62);

    /// <summary>The busy check comes first: a publish token is taken before the source is looked up and before <c>on_publish</c>.</summary>
    public bool TakesTokenFirst { get; init; }

    /// <summary>Every 3 s a timer throws away sources that nobody publishes or plays, fresh ones too: the cleanup trap.</summary>
    public bool CleansUpFreshSources { get; init; }

    /// <summary>The API asks for credentials when it is configured to (5.0.152, 6.0.40 and later).</summary>
    public bool HasApiAuthentication { get; init; }

    /// <summary>Answers and hooks name the process by a service id and a pid.</summary>
    public bool HasServiceId => Major >= 5;

    /// <summary>A client that waits in <c>on_publish</c> is in <c>/clients</c> already, and can be deleted.</summary>
    public bool ListsClientBeforeOnPublish => Major >= 5;

    /// <summary>The encoder hears Publish.Start before <c>on_publish</c> is sent, so a refusal looks to it like a drop.</summary>
    public bool StartsBeforeOnPublish => Major < 5;

    /// <summary><c>on_unpublish</c> is sent for a client that was refused with StreamBusy too.</summary>
    public bool UnpublishesRefusedClients => Major < 5;

    /// <summary>A forward backend that fails leaves the source taken for ever.</summary>
    public bool KeepsSourceOfFailedForward => Major >= 5;

    /// <summary>The name in <c>Server</c> and <c>User-Agent</c>.</summary>
    public string Signature => $"SRS/{Version}({Codename})";

    /// <summary>The version as text.</summary>
    public string Version => $"{Major}.{Minor}.{Revision}";

    private string Codename => Major switch { 4 => "Leo", 5 => "Bee", _ => "Hang" };

    /// <summary>The model of any version from 4.0 on.</summary>
    public static SrsModel Of(int major, int minor, int revision)
    {
        var version = (major, minor, revision);
        return new SrsModel(major, minor, revision)
        {
            TakesTokenFirst = version.CompareTo((7, 0, 62)) >= 0,
            CleansUpFreshSources = version.CompareTo((6, 0, 129)) >= 0 && version.CompareTo((7, 0, 151)) < 0,
            HasApiAuthentication = major switch
            {
                < 5 => false,
                5 => version.CompareTo((5, 0, 152)) >= 0,
                6 => version.CompareTo((6, 0, 40)) >= 0,
                _ => true,
            },
        };
    }
}
