namespace StreamSupervisor.Srs.Api;

/// <summary>Tells the node's record about every answer and every failure, whoever asked.</summary>
internal sealed class ObservedSrsApi(Origin origin, ISrsApi api) : ISrsApi
{
    public Task<SrsProcess> GetProcessAsync(CancellationToken cancellation) =>
        ObserveAsync(api.GetProcessAsync(cancellation), _ => ""); // the record learns this one itself

    public Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation) =>
        ObserveAsync(api.GetStreamsAsync(cancellation), answer => answer.ServiceId);

    public Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation) =>
        ObserveAsync(api.GetClientsAsync(cancellation), answer => answer.ServiceId);

    public Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation) =>
        ObserveAsync(api.GetClientAsync(clientId, cancellation), answer => answer.ServiceId);

    public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) =>
        ObserveAsync(api.DeleteClientAsync(clientId, cancellation), answer => answer.ServiceId);

    public Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation) =>
        ObserveAsync(api.GetSampleAgeAsync(cancellation), _ => "");

    public Task<double?> GetCpuPercentAsync(CancellationToken cancellation) =>
        ObserveAsync(api.GetCpuPercentAsync(cancellation), _ => "");

    private async Task<T> ObserveAsync<T>(Task<T> call, Func<T, string> serviceIdOf)
    {
        try
        {
            var answer = await call;
            origin.Answered(serviceIdOf(answer));
            return answer;
        }
        catch (SrsUnreachableException unreachable)
        {
            origin.Failed(unreachable.Message);
            throw;
        }
    }
}
