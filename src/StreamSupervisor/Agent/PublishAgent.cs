using System.ComponentModel;
using System.Runtime.InteropServices;
using StreamSupervisor.Client;

namespace StreamSupervisor.Agent;

/// <summary>Runs an encoder's command wherever and whenever the supervisor says, and tells a person what goes on.</summary>
internal sealed class PublishAgent(EncoderSession session, IReadOnlyList<string> command, string? language, TextWriter error,
    TimeProvider time)
{
    /// <summary>
    /// How long an encoder may take to end its stream after a signal. Shorter than the 2 s that the command line gives us.
    /// </summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1.5);

    private PosixSignal _signal = PosixSignal.SIGINT;

    /// <summary>Which signal the encoder gets when the run is cancelled.</summary>
    public void StopBy(PosixSignal signal) => _signal = signal;

    /// <returns>One of <see cref="PublishExit"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var guardian = PublishGuardian.Start();
        try
        {
            await foreach (var happened in session.RunAsync((permit, stop) => RunChildAsync(permit, guardian, stop), cancellation))
            {
                // Not what the sentence at the end repeats.
                if (happened is not Registering and not PublishEnded { End: { Finished: true } or { Kind: LossKind.Permanent } })
                {
                    await error.WriteLineAsync($"streamsupervisor: {happened.Describe(language)}");
                }

                if (happened is SessionEnded { End: var end })
                {
                    return end switch
                    {
                        SessionEnd.Finished => PublishExit.Finished,
                        SessionEnd.PermanentlyRefused => PublishExit.PermanentlyRefused,
                        _ => PublishExit.GaveUp,
                    };
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to stop: the exit code says by what, as shells have it.
        }

        return _signal == PosixSignal.SIGTERM ? PublishExit.Terminated : PublishExit.Interrupted;
    }

    private async Task<PublishEnd> RunChildAsync(PublishPermit permit, PublishGuardian guardian, CancellationToken stop)
    {
        PublishChild child;
        try
        {
            child = PublishChild.Start(command, permit.Target.Url, guardian.Mark, error);
        }
        catch (Win32Exception e)
        {
            return new PublishEnd(LossKind.Permanent, $"The command '{command[0]}' cannot be started: {e.Message}.")
            {
                TextZh = $"无法启动命令“{command[0]}”:{e.Message}。",
            };
        }

        using (child)
        {
            guardian.Watch(child.Id);
            try
            {
                var ended = child.WaitAsync(time);
                if (await Task.WhenAny(ended, WhenStopped(stop)) != ended)
                {
                    child.Signal(_signal);
                    await Task.WhenAny(ended, Task.Delay(s_grace, time, CancellationToken.None));
                    stop.ThrowIfCancellationRequested();
                }

                return PublishLossClassifier.Classify(await ended, child.LastLines, permit.Target.Url);
            }
            finally
            {
                // Nothing to do for one that has ended; the last word for one that would not.
                child.Kill();
                guardian.Forget();
            }
        }
    }

    private static Task WhenStopped(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stop.Register(stopped.SetResult);
        return stopped.Task;
    }
}

/// <summary>What <c>publish</c> says to scripts when it ends, after the manner of BSD's sysexits. Numbers are for ever.</summary>
internal static class PublishExit
{
    /// <summary>The command ended by itself with 0: the broadcast is over.</summary>
    public const int Finished = 0;

    /// <summary>The policy's tries are used up (EX_TEMPFAIL): starting again later may help.</summary>
    public const int GaveUp = 75;

    /// <summary>Refused for good (EX_NOPERM): starting again without a change is in vain.</summary>
    public const int PermanentlyRefused = 77;

    /// <summary>Ended by SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;
}
