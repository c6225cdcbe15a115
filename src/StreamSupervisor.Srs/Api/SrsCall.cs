namespace StreamSupervisor.Srs.Api;

/// <summary>One call on its way through the handlers: how urgent it is, and what they found out about it.</summary>
internal sealed class SrsCall(SrsPriority priority)
{
    /// <summary>Where a request carries its call.</summary>
    public const string Property = "streamsupervisor.srs.call";

    private static readonly HttpRequestOptionsKey<SrsCall> Key = new(Property);

    public SrsPriority Priority { get; } = priority;

    /// <summary>The verb; empty until the call is sent.</summary>
    public string Method { get; private set; } = "";

    /// <summary>What was asked, for messages: <c>GET /api/v1/versions</c>.</summary>
    public string Asked { get; private set; } = "";

    /// <summary>When it got its place, a timestamp of the TimeProvider; null while it waits.</summary>
    public long? StartedAt { get; set; }

    /// <summary>How long it ran, its retry included and its waiting not; null when it never ran.</summary>
    public TimeSpan? Took { get; set; }

    /// <summary>The call that this request carries.</summary>
    public static SrsCall Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var call) ? call
            : throw new InvalidOperationException("A request to SRS without its SrsCall.");

    public void Asks(HttpRequestMessage request) =>
        (Method, Asked) = (request.Method.Method, $"{request.Method.Method} {request.RequestUri?.PathAndQuery}");
}
