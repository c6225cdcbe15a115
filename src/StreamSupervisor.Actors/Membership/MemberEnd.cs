namespace StreamSupervisor.Actors.Membership;

/// <summary>Why this member must end though nobody told the process so.</summary>
/// <param name="Why">A sentence for the log.</param>
/// <param name="Expelled">True: the others go on without it, so it stops at once. False: somebody asked it to leave, so it leaves in the ordinary way.</param>
public sealed record MemberEnd(string Why, bool Expelled)
{
    /// <summary>EX_TEMPFAIL: service managers start the program again, which then joins as a new incarnation.</summary>
    public const int ExpelledExitCode = 75;

    /// <summary>The exit code of the program.</summary>
    public int ExitCode => Expelled ? ExpelledExitCode : 0;
}
