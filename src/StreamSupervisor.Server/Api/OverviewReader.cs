using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// Counts everything for all who ask at once, and keeps what it has found for a second: fifty open pages cost as much as one. Where
/// counting takes long it is kept longer, so that on this member it is under way for a twentieth of the time at most.
/// </summary>
/// <param name="index">For the streams.</param>
/// <param name="origins">What is known of every SRS node.</param>
/// <param name="drained">Which of them take no new streams.</param>
/// <param name="members">The cluster as this member sees it.</param>
/// <param name="counts">What the members count.</param>
/// <param name="time">Says what is still new.</param>
internal sealed class OverviewReader(StreamIndex index, Func<IReadOnlyList<OriginView>> origins,
    Func<Task<IReadOnlySet<string>>> drained, Func<MembershipReport> members, Func<CancellationToken, Task<ClusterCounts>> counts,
    TimeProvider time)
{
    private const int Rest = 20;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    /// <summary>Idle streams may be millions, and nobody acts on their number.</summary>
    private static readonly TimeSpan IdleKeptFor = TimeSpan.FromMinutes(1);

    private readonly Kept<OverviewView> _view = new(KeptFor, time);
    private readonly Kept<IdleStreams> _idle = new(IdleKeptFor, time);

    /// <summary>The numbers.</summary>
    /// <exception cref="ApiProblemException">This member ends.</exception>
    /// <exception cref="StreamSupervisor.Actors.Journal.StoreUnavailableException">The store did not answer.</exception>
    public Task<OverviewView> GetAsync(CancellationToken cancellation) => _view.GetAsync(CountAsync).WaitAsync(cancellation);

    private async Task<OverviewView> CountAsync()
    {
        var report = Report();
        var asked = counts(CancellationToken.None);
        var (now, nodes) = (time.GetUtcNow(), origins());
        var idle = await _idle.GetAsync(async () => new IdleStreams(await index.CountIdleAsync()));
        var streams = await index.CountAsync(now);
        var all = await asked;
        return new OverviewView(
            now, StreamCountsView.Of(streams, idle.Number), OriginCountsView.Of(nodes, await drained()), MemberCountsView.Of(report),
            TroubleView.Of(streams, all.All, nodes), LastMinuteView.Of(all));
    }

    private MembershipReport Report()
    {
        try
        {
            return members();
        }
        catch (InvalidOperationException ended)
        {
            throw new ApiProblemException(Problems.MemberEnding.Of(
                $"The actors of this member have ended ({ended.Message.TrimEnd('.')}). Ask another member."));
        }
    }

    private sealed record IdleStreams(long Number);

    /// <summary>One reading for all who ask while it is under way or new. A failure is told to those who waited, and not kept.</summary>
    private sealed class Kept<T>(TimeSpan atLeast, TimeProvider time)
        where T : class
    {
        private readonly System.Threading.Lock _lock = new();
        private Task<T>? _reading;
        private long _until;

        public Task<T> GetAsync(Func<Task<T>> read)
        {
            lock (_lock)
            {
                if (_reading is null or { IsFaulted: true } or { IsCanceled: true }
                    || (_reading.IsCompleted && time.GetTimestamp() >= _until))
                {
                    _reading = Task.Run(() => ReadAsync(read));
                }

                return _reading;
            }
        }

        private async Task<T> ReadAsync(Func<Task<T>> read)
        {
            var began = time.GetTimestamp();
            var value = await read();
            var took = time.GetElapsedTime(began);
            var keep = took * Rest > atLeast ? took * Rest : atLeast;
            lock (_lock)
            {
                _until = time.GetTimestamp() + (long)(keep.TotalSeconds * time.TimestampFrequency);
            }

            return value;
        }
    }
}
