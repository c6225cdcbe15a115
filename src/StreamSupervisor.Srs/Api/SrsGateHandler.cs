namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The outermost handler: the circuit and the gate. An open circuit fails a call at once, without a place; whoever waits at the gate while
/// it opens fails too. So a server that hangs empties its own line as soon as its calls are late.
/// </summary>
/// <param name="endpoint">Whom it asks, for messages.</param>
/// <param name="gate">The places.</param>
/// <param name="circuit">Whether it answers at all.</param>
/// <param name="lateAfter">A call that has no answer for so long is late.</param>
/// <param name="time">Measures.</param>
internal sealed class SrsGateHandler(SrsEndpoint endpoint, SrsGate gate, SrsCircuit circuit, TimeSpan lateAfter, TimeProvider time)
    : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = SrsCall.Of(request);
        call.Asks(request);
        if (circuit.IsOpen)
        {
            throw CircuitIsOpen(call);
        }

        var outcome = await gate.EnterAsync(call.Priority, cancellationToken);
        if (outcome != SrsGateOutcome.Entered)
        {
            throw outcome switch
            {
                SrsGateOutcome.SentAway => CircuitIsOpen(call),
                SrsGateOutcome.Full => endpoint.Unreachable(call, $"was not asked: {SrsGate.MaxWaiting} calls to it wait already"),
                _ => endpoint.Unreachable(call, $"was not asked: the calls before this one took {SrsGate.LongestWait.TotalSeconds:0} s"),
            };
        }

        try
        {
            return circuit.TryPass() is { } passage
                ? await CallAsync(call, passage, request, cancellationToken)
                : throw CircuitIsOpen(call);
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task<HttpResponseMessage> CallAsync(
        SrsCall call, SrsCircuit.Passage passage, HttpRequestMessage request, CancellationToken cancellation)
    {
        await using var late = time.CreateTimer(_ => Late(passage), null, lateAfter, Timeout.InfiniteTimeSpan);
        var startedAt = time.GetTimestamp();
        call.StartedAt = startedAt;
        try
        {
            var response = await base.SendAsync(request, cancellation);

            // 5xx is a proxy in front of a server that is gone. Any other status is an answer, whether we can use it or not.
            Report(passage, answered: (int)response.StatusCode < 500);
            return response;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            passage.Withdraw();
            throw;
        }
        catch (HttpRequestException tooLong) when (tooLong.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            Report(passage, answered: true);
            throw;
        }
        catch
        {
            Report(passage, answered: false);
            throw;
        }
        finally
        {
            call.Took = time.GetElapsedTime(startedAt);
        }
    }

    private void Late(SrsCircuit.Passage passage)
    {
        if (passage.Late())
        {
            gate.SendAway();
        }
    }

    private void Report(SrsCircuit.Passage passage, bool answered)
    {
        if (passage.Report(answered))
        {
            gate.SendAway();
        }
    }

    private SrsUnreachableException CircuitIsOpen(SrsCall call) =>
        endpoint.Unreachable(call, "was not asked: several calls in a row failed or are late");
}
