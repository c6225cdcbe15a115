namespace StreamSupervisor.Client;

/// <summary>What an <see cref="EncoderSession"/> publishes and how it behaves.</summary>
public sealed record EncoderSessionOptions
{
    /// <summary>The stream key: <c>app/stream</c> or <c>vhost/app/stream</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Names the encoder. Keep it over restarts: it is the identity that may take its own stream back.</summary>
    public required string EncoderId { get; init; }

    /// <summary>The credential for the key, as the query of a publish address; null where none is asked for.</summary>
    public string? Credential { get; init; }

    /// <summary>The origin that the encoder would like best.</summary>
    public string? PreferOrigin { get; init; }

    /// <summary>Where to publish when no supervisor answers. Null: wait until one does.</summary>
    public string? FallbackUrl { get; init; }

    /// <summary>When to try again.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>How long one question for the next decision waits at the supervisor. Default 2.5 s.</summary>
    public TimeSpan LongPoll { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// How often the supervisor is asked whether the encoder is still on air, while it is. An encoder whose network went away without a
    /// word writes into the void and does not notice; the supervisor does. Default 2 s; zero for never.
    /// </summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a goodbye may take when the session ends. Default 2 s.</summary>
    public TimeSpan GoodbyeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes one sentence for each thing that happens, in English; null for none. It must be quick and must not throw.</summary>
    public ClientLog? Log { get; init; }
}
