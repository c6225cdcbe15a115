using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace StreamSupervisor.Client;

/// <summary>
/// Keeps one encoder on air: asks the supervisor, publishes where it is told, and when the publish is lost finds out whether and when
/// another try makes sense, and asks again.
/// <code>
///   register --publish--> publish --lost--> (permanent: end) --> pause --> register ...
///      |  \--wait--> long poll until the way is free
///      |  \--refused--> (permanent: end) --> pause
///      \--nobody answers--> publish to the fallback address, if there is one, else pause
/// </code>
/// <para>
/// It never loops in vain: a permanent refusal ends it, tries come in bursts with a rest between them, a server that names a delay is
/// believed, and every pause is jittered. It never holds the encoder hostage: without a supervisor it publishes to the fallback address. It
/// does not look at the media, but asks: a publish that the supervisor has seen end is stopped, though its encoder may not have noticed.
/// </para>
/// </summary>
public sealed partial class EncoderSession
{
    private static readonly TimeSpan s_shortestPoll = TimeSpan.FromMilliseconds(250);

    private readonly SupervisorClient _supervisor;
    private readonly EncoderSessionOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private string _registrationId = "";
    private string? _lastError;
    private int _failures;
    private DateTimeOffset? _lostAt;

    /// <summary>Makes a session. It can be run once.</summary>
    /// <param name="supervisor">How to reach the supervisors.</param>
    /// <param name="options">What to publish.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="random">The source of the jitter; null for a shared one.</param>
    public EncoderSession(SupervisorClient supervisor, EncoderSessionOptions options, TimeProvider? time = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(supervisor);
        ArgumentNullException.ThrowIfNull(options);
        _supervisor = supervisor;
        _options = options;
        _time = time ?? TimeProvider.System;
        _random = random ?? Random.Shared;
    }

    /// <summary>Runs until the broadcast is over, a permanent refusal, or cancellation (which says goodbye and throws).</summary>
    /// <param name="publish">
    /// Publishes until it ends and says how it ended. A <see cref="SocketException"/>, <see cref="IOException"/> or
    /// <see cref="TimeoutException"/> counts as a loss by the network; any other exception ends the session with it.
    /// </param>
    /// <param name="cancellation">Ends the session; the broadcast is then over.</param>
    /// <returns>What happens, as it happens; the session goes on as the events are taken. The last one is
    /// <see cref="SessionEnded"/>.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<SessionEvent> RunAsync(Func<PublishPermit, CancellationToken, Task<PublishEnd>> publish,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(publish);
        await foreach (var happened in StepsAsync(publish, cancellation))
        {
            _options.Log?.Invoke(LevelOf(happened), $"{_options.Key}: {happened.Describe("en")}");
            yield return happened;
        }
    }

    private async IAsyncEnumerable<SessionEvent> StepsAsync(Func<PublishPermit, CancellationToken, Task<PublishEnd>> publish,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return new Registering(_time.GetUtcNow(), _failures + 1);
                var (answer, why) = await AskAsync(id => id.RegisterAsync(Request(), cancellation));

                while (answer is { Decision: RegistrationDecision.Wait, RegistrationId.Length: > 0 } wait)
                {
                    yield return new Waiting(_time.GetUtcNow(), wait);
                    _registrationId = wait.RegistrationId;
                    (answer, why) = await NextDecisionAsync(wait, cancellation);
                }

                CountRegistration(answer);
                var failedBecause = new LocalizedText(why ?? "", why ?? "");
                TimeSpan? advised = null;
                if (answer is { Decision: RegistrationDecision.Publish, Publish.Count: > 0 }
                    || (answer is null && _options.FallbackUrl is not null))
                {
                    if (answer is null)
                    {
                        yield return new SupervisorUnreachable(_time.GetUtcNow(), why!);
                    }

                    _registrationId = answer?.RegistrationId ?? _registrationId;
                    foreach (var target in answer?.Publish ?? [new PublishTarget("fallback", _options.FallbackUrl!)])
                    {
                        var permit = new PublishPermit(target, _failures + 1, answer?.Generation ?? 0, Supervised: answer is not null);
                        var started = _time.GetUtcNow();
                        if (_lostAt is { } lost)
                        {
                            ClientMetrics.OffAir.Record((started - lost).TotalSeconds);
                        }

                        yield return new Publishing(started, permit);
                        var end = await PublishWatchedAsync(publish, permit, cancellation);
                        var lasted = _time.GetUtcNow() - started;
                        yield return new PublishEnded(_time.GetUtcNow(), end, lasted);
                        if (end.Finished || end.Kind == LossKind.Permanent)
                        {
                            yield return await EndAsync(end);
                            yield break;
                        }

                        NoteLoss(end, lasted);
                        failedBecause = new LocalizedText(end.Text, end.TextZh ?? end.Text);

                        // The next address is for a server that cannot be reached, not for one that was on air a moment ago: then the
                        // supervisor may know better by now.
                        if (end.Kind != LossKind.Network || lasted >= _options.Retry.StableAfter)
                        {
                            break;
                        }
                    }
                }
                else if (answer is null)
                {
                    yield return new SupervisorUnreachable(_time.GetUtcNow(), why!);
                    _failures++;
                }
                else
                {
                    yield return new RefusedBySupervisor(_time.GetUtcNow(), answer);
                    failedBecause = answer.Text ?? new LocalizedText(answer.Reason ?? "Refused.", answer.Reason ?? "被拒绝。");
                    if (answer.IsPermanent)
                    {
                        yield return new SessionEnded(_time.GetUtcNow(), SessionEnd.PermanentlyRefused, failedBecause);
                        yield break;
                    }

                    _failures++;
                    advised = answer.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
                }

                if (_failures > 0)
                {
                    // A server that names a delay is asked again then; one that says only that its tries are used up wants a rest.
                    var restNow = advised is null && answer?.AttemptsLeft == 0;
                    if (_options.Retry.DelayAfter(_failures, _random, restNow) is not { } pause)
                    {
                        await GoodbyeAsync();
                        yield return new SessionEnded(_time.GetUtcNow(), SessionEnd.GaveUp, failedBecause);
                        yield break;
                    }

                    // The server knows what it waits for; our own pause is for when it does not say.
                    var delay = advised > pause.Delay ? advised.Value : pause.Delay;
                    var over = Task.Delay(delay, _time, cancellation);
                    yield return new BackingOff(_time.GetUtcNow(), delay, pause.IsRest);
                    await over;
                }
            }
        }
        finally
        {
            // Also when the caller stops taking events or cancels: to the people who watch, both mean that this broadcast is over.
            await GoodbyeAsync();
        }
    }

    private void NoteLoss(PublishEnd end, TimeSpan lasted)
    {
        ClientMetrics.Losses.Add(1, new KeyValuePair<string, object?>("kind", end.Kind.ToString().ToLowerInvariant()));
        _lostAt = _time.GetUtcNow();
        _lastError = $"{end.Kind.ToString().ToLowerInvariant()}: {end.Text}";

        // Whoever was on air begins a new burst, without a pause before its first try: the viewers are waiting.
        _failures = lasted >= _options.Retry.StableAfter ? 0 : _failures + 1;
    }

    private async Task<SessionEnded> EndAsync(PublishEnd end)
    {
        await GoodbyeAsync();
        var text = new LocalizedText(end.Text, end.TextZh ?? end.Text);
        return new SessionEnded(_time.GetUtcNow(), end.Finished ? SessionEnd.Finished : SessionEnd.PermanentlyRefused, text);
    }

    /// <summary>Best effort: the supervisor finds out by itself when the reservation and the reconnect window run out.</summary>
    private async Task GoodbyeAsync()
    {
        if (_registrationId.Length == 0)
        {
            return;
        }

        var id = _registrationId;
        _registrationId = "";
        try
        {
            using var timeout = new CancellationTokenSource(_options.GoodbyeTimeout, _time);
            await _supervisor.GoodbyeAsync(id, timeout.Token);
        }
        catch (Exception e) when (e is SupervisorUnavailableException or SupervisorProblemException or OperationCanceledException)
        {
            // Nobody is left to tell.
        }
    }

    private static ClientLogLevel LevelOf(SessionEvent happened) => happened switch
    {
        Publishing { Permit.Supervised: true } or PublishEnded { End.Finished: true } or SessionEnded { End: SessionEnd.Finished } =>
            ClientLogLevel.Information,
        Registering or Waiting or BackingOff => ClientLogLevel.Debug,
        _ => ClientLogLevel.Warning,
    };

    private static void CountRegistration(RegistrationAnswer? answer) => ClientMetrics.Registrations.Add(1,
        new KeyValuePair<string, object?>("decision", answer?.Decision.ToString().ToLowerInvariant() ?? "unanswered"));
}
