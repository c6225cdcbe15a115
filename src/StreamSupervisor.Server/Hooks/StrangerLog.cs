namespace StreamSupervisor.Server.Hooks;

/// <summary>Calls with a token that is nobody's: one line in ten seconds, however many there are.</summary>
/// <param name="kind">What the address would be: <c>hook</c>.</param>
/// <param name="setting">The setting that holds its tokens.</param>
internal sealed class StrangerLog(string kind, string setting, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly System.Threading.Lock _gate = new();
    private long? _loggedAt;
    private int _strangers;

    public void Note(HttpContext context)
    {
        int strangers;
        lock (_gate)
        {
            _strangers++;
            if (_loggedAt is { } last && time.GetElapsedTime(last) < Every)
            {
                return;
            }

            _loggedAt = time.GetTimestamp();
            strangers = _strangers;
            _strangers = 0;
        }

        logger.LogWarning("{Count} calls of {Kind} addresses that don't exist, the last from {Address}. If it is an SRS server, compare "
            + "the token in its srs.conf with {Setting}.",
            strangers, kind, context.Connection.RemoteIpAddress, setting);
    }
}
