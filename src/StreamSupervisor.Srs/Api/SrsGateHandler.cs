namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The outermost handler: the circuit and the gate. An open circuit fails a call at once, without a place; whoever waited at the gate while
/// it opened fails as soon as it is let in. So a server that hangs empties its own line within one timeout.
/// </summary>
internal sealed class SrsGateHandler(SrsEndpoint endpoint, SrsGate gate, SrsCircuit circuit, TimeProvider time) : DelegatingHandler
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
            throw endpoint.Unreachable(call, outcome == SrsGateOutcome.Full
                ? $"was not asked: {SrsGate.MaxWaiting} calls to it wait already"
                : $"was not asked: the calls before this one took {SrsGate.LongestWait.TotalSeconds:0} s");
        }

        try
        {
            return circuit.MayCall() ? await CallAsync(call, request, cancellationToken) : throw CircuitIsOpen(call);
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task<HttpResponseMessage> CallAsync(SrsCall call, HttpRequestMessage request, CancellationToken cancellation)
    {
        var startedAt = time.GetTimestamp();
        call.StartedAt = startedAt;
        try
        {
            var response = await base.SendAsync(request, cancellation);

            // 5xx is a proxy in front of a server that is gone. Any other status is an answer, whether we can use it or not.
            circuit.Report(answered: (int)response.StatusCode < 500);
            return response;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            circuit.Withdraw();
            throw;
        }
        catch (HttpRequestException tooLong) when (tooLong.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            circuit.Report(answered: true);
            throw;
        }
        catch
        {
            circuit.Report(answered: false);
            throw;
        }
        finally
        {
            call.Took = time.GetElapsedTime(startedAt);
        }
    }

    private SrsUnreachableException CircuitIsOpen(SrsCall call) =>
        endpoint.Unreachable(call, "was not asked: it has failed several times in a row");
}
