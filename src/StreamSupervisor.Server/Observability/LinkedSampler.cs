using OpenTelemetry.Trace;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// What begins a trace of its own because of a request (an effect) is traced like that request; all else by <paramref name="others"/>. Else
/// a takeover's trace would mostly point to a removal that nobody recorded.
/// </summary>
internal sealed class LinkedSampler(Sampler others) : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        foreach (var link in samplingParameters.Links ?? [])
        {
            return new SamplingResult(link.Context.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded));
        }

        return others.ShouldSample(samplingParameters);
    }
}
