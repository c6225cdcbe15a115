using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// What the log says of hooks that are wrong: whoever knows a hook address can send thousands a second. The first of its kind at a server
/// at once, then at most one line a minute, which says how many there were since the line before.
/// </summary>
internal sealed class HookLog(ILogger logger, TimeProvider time)
{
    private readonly LineThrottle _throttle = new(TimeSpan.FromMinutes(1), time);

    public void Unreadable(string origin, string problem)
    {
        if (_throttle.May("unreadable", origin, out var since))
        {
            logger.LogWarning("A hook at the address of {Origin} can't be read: {Problem}{Others}", origin, problem, Others(since));
        }
    }

    public void WrongServer(string origin, string action, string named, string expected)
    {
        if (_throttle.May("wrong-server", origin, out var since))
        {
            logger.LogWarning(
                "Refused {Action} at the hook address of {Origin}: it names server {ServerId}, and the API of {Origin} is server "
                + "{Expected}. Is a token used twice, or origins.api wrong?{Others}",
                action, origin, named, origin, expected, Others(since));
        }
    }

    public void TooLongKey(string origin, int length, int longest)
    {
        if (_throttle.May("too-long", origin, out var since))
        {
            logger.LogWarning("A stream on {Origin} has a key of {Length} characters; keys over {Longest} pass unguarded, and would be "
                + "refused if admission.mode were enforce.{Others}", origin, length, longest, Others(since));
        }
    }

    /// <param name="reason">Why nobody will know before a person has helped; unknown for all that passes by itself.</param>
    public void Undecided(string origin, StreamKey key, string client, string why, RefusalReason reason, bool allowed)
    {
        // While the store is away every encoder of every server comes again and again.
        if (_throttle.May($"undecided {reason}", origin, out var since))
        {
            logger.LogError("{Key}: no decision for client {Client} of {Origin} ({Why}); {Answer} as hooks.when-unavailable says.{Others}",
                key, client, origin, why, allowed ? "allowed" : "refused", Others(since));
        }
    }

    private static string Others(int since) => since == 0 ? "" : $" ({since} more since the last line.)";
}
