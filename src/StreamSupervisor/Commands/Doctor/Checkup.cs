using System.Data.Common;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>Something to look at. Changes nothing.</summary>
/// <param name="Subject">Whose findings it brings.</param>
/// <param name="Name">What is said of it when it ends without an answer.</param>
/// <param name="Run">Brings the findings; may be given up at any time.</param>
internal sealed record DoctorCheck(string Subject, string Name, Func<CancellationToken, Task<IReadOnlyList<Finding>>> Run);

/// <summary>All checks side by side, each with its own deadline: one that hangs costs only its own line.</summary>
internal static class Checkup
{
    /// <summary>The findings in the order of the checks.</summary>
    /// <param name="within">For each.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        IReadOnlyList<DoctorCheck> checks, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        var findings = await Task.WhenAll(checks.Select(check => RunAsync(check, within, time, cancellation)));
        return [.. findings.SelectMany(found => found)];
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(
        DoctorCheck check, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            // On a thread of its own, and not waited for beyond the deadline: a look at a file on a dead server can't be given up.
            return await Task.Run(() => check.Run(either.Token), either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [new Finding(check.Subject, check.Name, Verdict.Failed, $"gave no answer within {within.TotalSeconds:0.###} s.",
                "Something on the way hangs: network, disk, or the other end. --timeout gives it longer.")];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or HttpRequestException or DbException
            or StoreOpenException or StoreUnavailableException or SrsUnreachableException)
        {
            return [new Finding(check.Subject, check.Name, Verdict.Failed, failure.Message)];
        }
    }
}
