namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The store cannot be used as it is: a newer or foreign schema, a broken file, a file in use, a missing right. Trying again does not help;
/// the message is for the person who starts the program, and says what to do.
/// </summary>
public sealed class StoreOpenException : Exception
{
    public StoreOpenException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>The store did not answer, or not in time. Trying again may help.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException(string message, Exception inner) : base(message, inner)
    {
    }
}
