using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Counts for the head of the pages, looked up at most once a second for all of them.</summary>
internal sealed class DashboardCounts(ApiContext api) : IDisposable
{
    private const int Most = 1000;
    private static readonly LiveStreamPhase[] Counted = [LiveStreamPhase.Live, LiveStreamPhase.Handover, LiveStreamPhase.Interrupted];
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private (HeaderCounts? Counts, long At) _last;

    /// <summary>The counts; null where the store does not answer.</summary>
    public async Task<HeaderCounts?> GetAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_last.Counts is null || api.Time.GetElapsedTime(_last.At) > Fresh)
            {
                _last = (await CountAsync(cancellation), api.Time.GetTimestamp());
            }

            return _last.Counts;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<HeaderCounts?> CountAsync(CancellationToken cancellation)
    {
        try
        {
            Dictionary<string, long> states = [];
            foreach (var phase in Counted)
            {
                states[Words.Of(phase)] = (await api.Index.ListAsync(new StreamIndexQuery("", Most, phase), cancellation)).Count;
            }

            var origins = api.Origins();
            return new HeaderCounts(states, null, null, null, origins.Count(origin => origin.State == "up"), origins.Count);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }
}
