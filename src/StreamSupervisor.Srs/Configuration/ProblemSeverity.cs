namespace StreamSupervisor.Srs.Configuration;

/// <summary>How bad a mistake in a configuration file is.</summary>
internal enum ProblemSeverity
{
    /// <summary>The server would start; somebody should know.</summary>
    Warning,

    /// <summary>The server does not start.</summary>
    Error,
}
