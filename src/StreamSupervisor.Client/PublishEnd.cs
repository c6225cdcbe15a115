namespace StreamSupervisor.Client;

/// <summary>Whose fault a lost publish is, and so what helps.</summary>
public enum LossKind
{
    /// <summary>Nobody knows; treated as <see cref="Network"/>.</summary>
    Unknown,

    /// <summary>The server said no for now: trying again later helps.</summary>
    Temporary,

    /// <summary>The server said no for good: trying again without a change is in vain, and ends the session.</summary>
    Permanent,

    /// <summary>
    /// On this side: the input, the encoder, its settings. Waiting for the server does not help, mending the encoder does.
    /// </summary>
    Ours,

    /// <summary>The way between: refused, reset, timed out.</summary>
    Network,
}

/// <summary>How one publish ended.</summary>
/// <param name="Kind">Whose fault it is; without meaning when <paramref name="Finished"/>.</param>
/// <param name="Text">What happened, in a sentence.</param>
/// <param name="Finished">The broadcast is over: it ended because it was meant to.</param>
public sealed record PublishEnd(LossKind Kind, string Text, bool Finished = false)
{
    /// <summary>The broadcast is over.</summary>
    public static readonly PublishEnd Done = new(LossKind.Unknown, "The broadcast is over.", Finished: true);

    /// <summary>The sentence in Chinese; null where there is none.</summary>
    public string? TextZh { get; init; }
}

/// <summary>One permission to publish.</summary>
/// <param name="Target">Where; its address may hold a credential.</param>
/// <param name="Attempt">Which try it is since the encoder was last on air, from 1.</param>
/// <param name="Generation">The stream's generation; 0 without a supervisor.</param>
/// <param name="Supervised">False when no supervisor answered and this is the fallback address.</param>
public sealed record PublishPermit(PublishTarget Target, int Attempt, long Generation, bool Supervised);
