namespace StreamSupervisor;

/// <summary>What the program says to scripts when it ends. Numbers are forever.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command was understood and carried out, and the answer is no: a check found errors, a stream does not exist.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the settings are wrong: nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>No supervisor answers at the address.</summary>
    public const int Unreachable = 3;

    /// <summary>The supervisor answers, and does not let us: no key, or one that may only read.</summary>
    public const int Forbidden = 4;

    /// <summary>Ended by Ctrl+C, as shells count it (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>A fault in the program: the only case in which a stack trace is shown (BSD's EX_SOFTWARE).</summary>
    public const int Bug = 70;
}

/// <summary>The user's mistake, or the world's: shown as one sentence, without a stack trace.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
