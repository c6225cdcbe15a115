namespace StreamSupervisor.Client;

/// <summary>An error of the supervisor's API (problem+json).</summary>
public sealed record SupervisorProblem
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>What kind of error it is.</summary>
    public string Title { get; init; } = "";

    /// <summary>What is wrong here and what to do.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The stable name, such as <c>bad-stream-key</c> or <c>api-key-missing</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The field or parameter that is wrong; null where it is none in particular.</summary>
    public string? Field { get; init; }

    /// <summary><c>temporary</c> or <c>permanent</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The title in Chinese; null where there is none.</summary>
    public string? TitleZh { get; init; }
}

/// <summary>The supervisor answered, and the answer is that the call is wrong. Asking again or elsewhere gives the same answer.</summary>
public sealed class SupervisorProblemException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="problem">What the supervisor said.</param>
    public SupervisorProblemException(SupervisorProblem problem)
        : base($"{problem?.Title} ({problem?.Status} {problem?.Reason}). {problem?.Detail}") => Problem = problem!;

    /// <summary>What the supervisor said.</summary>
    public SupervisorProblem Problem { get; }
}

/// <summary>No supervisor gave a usable answer: unreachable, timed out, overloaded or broken. Nothing is known; ask again later.</summary>
public sealed class SupervisorUnavailableException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What happened at each address.</param>
    /// <param name="inner">The last fault.</param>
    public SupervisorUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
