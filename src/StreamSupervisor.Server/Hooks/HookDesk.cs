using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Effects;
using StreamSupervisor.Server.Sweeping;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Answers hooks. Knows no HTTP: a hook comes in parsed and with the node that its address named.
/// <para>
/// Only two hooks are ever waited with: <c>on_publish</c>, and <c>on_connect</c> of a client that is known to publish. Both end as one
/// question to the entity of the key, asked again until the deadline as long as nobody knows the answer (the same attempt always hears the
/// same). All others are answered at once: SRS waits for each answer, from 7.0.62 on the key stays busy until <c>on_unpublish</c> is
/// answered, and a viewer's <c>on_connect</c> must cost it nothing. What they say is in the entity's mailbox before they are answered.
/// </para>
/// <para>
/// How it can fail: no decision in time, then <see cref="HooksOptions.WhenUnavailable"/> speaks. A lost or doubled hook harms nothing: the
/// sweep finds what the first would have said, and a session's name tells the second from one of its successor.
/// </para>
/// <para>
/// Whom it believes: a hook has no proof but its address. So what it says of its server must fit what the node's own API says; before
/// the API was reached once, a publisher waits for that.
/// </para>
/// </summary>
internal sealed partial class HookDesk
{
    private readonly IShardRegion<LiveStreamCommand, LiveStreamReply> _region;
    private readonly LiveDirectory _directory;
    private readonly AttemptReader _read;
    private readonly KeyRules _rules;
    private readonly ReleaseCues _cues;
    private readonly LateTells _tells;
    private readonly HooksOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, ClientIndex> _clients;

    /// <param name="stopping">The end of the program: what is still being retried in the background is given up.</param>
    public HookDesk(OriginRegistry origins, IShardRegion<LiveStreamCommand, LiveStreamReply> region, LiveDirectory directory, AttemptReader read,
        KeyRules rules, ReleaseCues cues, HooksOptions options, TimeProvider time, ILogger<HookDesk> logger, CancellationToken stopping)
    {
        _region = region;
        _directory = directory;
        _read = read;
        _rules = rules;
        _cues = cues;
        _options = options;
        _time = time;
        _logger = logger;
        _tells = new LateTells(region, time, logger, stopping);
        _clients = origins.All.ToDictionary(origin => origin.Name, _ => new ClientIndex(options.MaxSessionsPerOrigin));
    }

    /// <summary>Messages to streams that could not be delivered yet.</summary>
    public int WaitingTells => _tells.Waiting;

    /// <summary>
    /// Gets a client that closed and is known for nothing here: another member may know it, since any of them takes any hook. Set once, before the
    /// first hook.
    /// </summary>
    public Action<string, SessionId>? ClosedUnknown { get; set; }

    /// <summary>
    /// Whether all hooks of a node come to this member: false in a cluster. A viewer that connected here and played there would look, when
    /// it leaves, like a publisher that SRS refused, and the publisher of the stream would be removed for it.
    /// </summary>
    public bool SeesEveryHook { get; set; } = true;

    /// <summary>The answer to a hook.</summary>
    /// <exception cref="OperationCanceledException">SRS went away while it was held.</exception>
    public async ValueTask<SrsHookReply> HandleAsync(Origin origin, SrsHook call, CancellationToken cancellation)
    {
        var startedAt = _time.GetTimestamp();
        var result = "failed";
        try
        {
            var reply = call.Action switch
            {
                HookAction.OnPublish => await PublishAsync(origin, call, AskedIn.OnPublish, cancellation),
                HookAction.OnConnect => await ConnectAsync(origin, call, cancellation),
                HookAction.OnPlay => Play(origin, call),
                HookAction.OnUnpublish => Unpublish(origin, call),
                HookAction.OnClose => Close(origin, call),
                _ => SrsHookReply.Yes,
            };
            result = reply.Code == 0 ? "allowed" : "refused";
            return reply;
        }
        catch (OperationCanceledException)
        {
            result = "withdrawn";
            throw;
        }
        finally
        {
            HookTelemetry.Answered(call.Action, result, _time.GetElapsedTime(startedAt));
        }
    }

    private SrsHookReply Play(Origin origin, SrsHook call)
    {
        if (Name(origin, call, out var client) is { } refused)
        {
            return refused;
        }

        origin.NotePlayHook();
        _clients[origin.Name].Plays(client);
        return SrsHookReply.Yes;
    }

    private SrsHookReply Unpublish(Origin origin, SrsHook call)
    {
        if (Name(origin, call, out var client) is { } refused)
        {
            return refused;
        }

        if (KeyOf(call) is { } key)
        {
            _tells.Tell(key.ToString(), new ReportUnpublished(client));
        }

        return SrsHookReply.Yes;
    }

    private SrsHookReply Close(Origin origin, SrsHook call)
    {
        if (Name(origin, call, out var client) is { } refused)
        {
            return refused;
        }

        _cues.Fire(client);
        _clients[origin.Name].Closed(client, out var published, out var onlyConnected);

        // After a restart of ours the index is empty, but the entities remember whom they admitted.
        published ??= _directory.KeyOf(client);
        if (published is { } key)
        {
            _tells.Tell(key.ToString(), new ReportClosed(client));
        }

        else
        {
            ClosedUnknown?.Invoke(origin.Name, client);
        }

        if (onlyConnected is { } connected && SaysThatSrsRefused(origin))
        {
            _tells.Tell(connected.Key.ToString(), new ReportRefusedUnseen(connected.By));
        }

        return SrsHookReply.Yes;
    }

    /// <summary>
    /// A client has closed, as another member was told, which knows nothing of it. Says nothing of a publisher that SRS refused: what the
    /// client did in between, any other member may have been told.
    /// </summary>
    public void ClosedElsewhere(string origin, SessionId client)
    {
        if (!_clients.TryGetValue(origin, out var clients))
        {
            return;
        }

        _cues.Fire(client);
        clients.Closed(client, out var published, out _);
        if ((published ?? _directory.KeyOf(client)) is { } key)
        {
            _tells.Tell(key.ToString(), new ReportClosed(client));
        }
    }

    /// <summary>
    /// Whether "connected, then closed, and neither published nor played" means a publisher that SRS refused as busy: only where the busy
    /// check comes before <c>on_publish</c>, and only once this node has sent an <c>on_play</c>. Without that hook a viewer leaves the same trace,
    /// and would kick the publisher by leaving. A node that never had a viewer keeps the rule off; it is the careful side.
    /// </summary>
    private bool SaysThatSrsRefused(Origin origin) => SeesEveryHook && origin.PlayHookSeen && origin.CallOrder is { BusyCheckComesBeforeOnPublish: true };

    /// <summary>The key of a hook that is not about credentials; null when it names none.</summary>
    private StreamKey? KeyOf(SrsHook call)
    {
        var named = new StreamKey(call.Vhost, call.App, call.Stream);
        return named.IsValid ? _rules.EffectiveKeyOf(named) : null;
    }

    /// <summary>
    /// Names the client of a hook that is answered at once, from what is known now: it can't be waited for the node's API. A name that
    /// is wrong names nobody.
    /// </summary>
    /// <returns>The refusal; null when it was named.</returns>
    private SrsHookReply? Name(Origin origin, SrsHook call, out SessionId client)
    {
        var process = origin.Process;
        client = new SessionId(call.ServerId, call.ServiceId.Length > 0 ? call.ServiceId : process?.ServiceId ?? "", call.ClientId);
        if (call.ServiceId.Length > 0 && origin.Supersedes(call.ServiceId))
        {
            return HookRefusals.ReplacedProcess;
        }

        origin.Heard(call.ServiceId);
        if (process is not null && process.ServerId != call.ServerId)
        {
            // A server without a configured server_id names itself anew at each start: not worth a word before its API was asked.
            if (call.ServiceId.Length == 0 || call.ServiceId == process.ServiceId)
            {
                LogWrongServer(origin, call, process.ServerId);
            }

            return HookRefusals.WrongServer;
        }

        return null;
    }

    private void LogWrongServer(Origin origin, SrsHook call, string expected) => _logger.LogWarning(
        "Refused {Action} at the hook address of {Origin}: it names server {ServerId}, and the API of {Origin} is server {Expected}. Is a token used twice, or origins.api wrong?",
        call.Action, origin.Name, call.ServerId, origin.Name, expected);
}
