namespace StreamSupervisor.Client;

/// <summary>How much a line of the log matters.</summary>
public enum ClientLogLevel
{
    /// <summary>The normal course of things, step by step.</summary>
    Debug,

    /// <summary>The stream is on air, or its broadcast has ended.</summary>
    Information,

    /// <summary>Something went wrong; what is done about it stands in the line.</summary>
    Warning,
}

/// <summary>
/// Where the library's log goes. A delegate and no logging package, so that the library needs nothing but the framework:
/// <c>Log = (level, line) =&gt; logger.Log(Enum.Parse&lt;LogLevel&gt;(level.ToString()), "{Line}", line)</c>.
/// </summary>
/// <param name="level">How much it matters.</param>
/// <param name="line">One sentence without secrets.</param>
public delegate void ClientLog(ClientLogLevel level, string line);
