using Akka.Event;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// What people are told of one server: once per change, then at most once a minute for each kind of line, so that a server that comes
/// and goes four times a second does not fill the log. A status that was kept back is said as soon as it may be, if it still holds.
/// </summary>
internal sealed class OriginLog(ILoggingAdapter log, string name)
{
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);
    private const int MostKinds = 1_000;

    private readonly Dictionary<string, TimeSpan> _saidAt = [];
    private OriginStatus _said;

    /// <summary>What changed.</summary>
    public void Changed(OriginEvent change, TimeSpan now)
    {
        switch (change)
        {
            case OriginEvent.ProcessLearnt(var process):
                log.Info("{0} is SRS {1}, server {2}, process {3}.", name, process.Version, process.ServerId, process.ServiceId);
                break;
            case OriginEvent.ProcessReplaced(var old, var process):
                Once("replaced", now, "{0} runs in a new process ({1} after {2}, SRS {3}): the sessions of the old one have ended.",
                    name, process.ServiceId, old.ServiceId, process.Version);
                break;
            case OriginEvent.ProcessRestored(var process, var wrong):
                Once("restored", now,
                    "{0} still runs in process {1}; {2} was another server's, or a late answer. The next sweep takes its publishers back.",
                    name, process.ServiceId, wrong.ServiceId);
                break;
            case OriginEvent.Misaddressed(var sentence):
                Once("misaddressed", now, "{0}", sentence);
                break;
            case OriginEvent.AddressedRight(var process):
                Once("addressed", now, "The API of {0} is the right server's again: {1}, process {2}.",
                    name, process.ServerId, process.ServiceId);
                break;
            case OriginEvent.HooksDisagree(var sentence):
                Once("disagree", now, "{0}", sentence);
                break;
            case OriginEvent.HooksAgree:
                Once("agree", now, "Hooks with the token of {0} and its API name the same server again.", name);
                break;
            case OriginEvent.KicksForbidden(var sentence):
                Once("kicks-forbidden", now, "{0} Encoders whose old session still holds their stream are refused until SRS drops it.",
                    sentence);
                break;
            case OriginEvent.KicksAllowed:
                Once("kicks-allowed", now, "{0}: its API allows kicks again.", name);
                break;
            case OriginEvent.StatusChanged(_, var to, var why):
                Status(to, why, now);
                break;
        }
    }

    /// <summary>Says what was kept back, if it still holds.</summary>
    public void StatusAgain(OriginSnapshot snapshot, TimeSpan now) => Status(snapshot.Status, snapshot.LastError, now);

    /// <summary>What a look found.</summary>
    public void Found(LookFinding finding, TimeSpan now)
    {
        switch (finding)
        {
            case LookFinding.Silent silent:
                log.Warning("{0}: {1} on {2} has been silent for {3:0.0} s after {4} bytes.",
                    silent.Key, silent.Session, name, silent.For.TotalSeconds, silent.Bytes);
                break;
            case LookFinding.SamplerStuck stuck:
                Once("sampler", now,
                    "{0} answers but has not sampled its bytes for {1:0} s (is the receiver of its heartbeat slow?): "
                    + "silence can't be seen now.",
                    name, stuck.Age.TotalSeconds);
                break;
            case LookFinding.Misnamed misnamed:
                Once($"misnamed/{misnamed.Key}", now,
                    "{0}: the list of streams of {1} names client {2} as its publisher, and {3} publishes it, as the list of clients says. "
                    + "Nothing is done about it; kick the session, not what the list names. If players get nothing, a new publish helps.",
                    misnamed.Key, name, misnamed.Named, misnamed.By);
                break;
            case LookFinding.Orphaned orphan:
                Once($"orphan/{orphan.Key}", now,
                    "{0}: {1} publishes on {2} for nobody: who plays it there has been sent nothing for {3:0} s. "
                    + "SRS 6.0.129 to 7.0.150 orphan a stream now and then; only a new publish helps: kick it, or set sweep.evict-orphans.",
                    orphan.Key, orphan.By, name, orphan.For.TotalSeconds);
                break;
        }
    }

    /// <summary>A warning, unless one of its kind was given within the last minute.</summary>
    public void Once(string kind, TimeSpan now, string format, params object?[] values)
    {
        if (May(kind, now))
        {
            log.Warning(format, values!);
        }
    }

    private void Status(OriginStatus status, string? why, TimeSpan now)
    {
        if (status == _said || !May(status.ToString(), now))
        {
            return;
        }

        var first = _said == OriginStatus.Unknown;
        _said = status;
        if (status != OriginStatus.Up)
        {
            log.Warning("{0} is {1}: {2}. Its publishers stay as they are; sessions there can't be removed until it answers.",
                name, status == OriginStatus.Down ? "down" : "suspect", why?.TrimEnd('.'));
        }
        else if (!first)
        {
            log.Info("{0} answers again.", name);
        }
    }

    private bool May(string kind, TimeSpan now)
    {
        if (_saidAt.TryGetValue(kind, out var at) && now - at < Apart)
        {
            return false;
        }

        if (_saidAt.Count >= MostKinds)
        {
            _saidAt.Clear();
        }

        _saidAt[kind] = now;
        return true;
    }
}
