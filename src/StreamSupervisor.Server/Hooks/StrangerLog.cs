namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Calls with a token that is nobody's: a line at once, the next after ten seconds, then ever more rarely, down to one in ten minutes. A
/// scan that goes on for a day is 150 lines, however many calls it makes.
/// </summary>
/// <param name="kind">What the address would be: <c>hook</c>.</param>
/// <param name="setting">The setting that holds its tokens.</param>
internal sealed class StrangerLog(string kind, string setting, TimeProvider time, ILogger logger)
{
    private readonly LineThrottle _throttle = new(TimeSpan.FromSeconds(10), time, atMost: TimeSpan.FromMinutes(10));

    public void Note(HttpContext context)
    {
        if (_throttle.May(kind, "", out var others))
        {
            logger.LogWarning("{Count} calls of {Kind} addresses that don't exist, the last from {Address}. If it is an SRS server, "
                + "compare the token in its srs.conf with {Setting}.",
                others + 1, kind, context.Connection.RemoteIpAddress, setting);
        }
    }
}
