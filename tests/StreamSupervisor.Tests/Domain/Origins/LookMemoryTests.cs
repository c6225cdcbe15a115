using System.Collections.Immutable;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>
/// A look at many streams of which all is as believed. It happens every few seconds for as long as they are on air, so it must not cost
/// memory for each of them: what is allocated for a hundred thousand rows lies around until the next full collection.
/// </summary>
public class LookMemoryTests
{
    private const int Count = 5000;
    private const long ForEachRow = 8;

    private static readonly OriginProcess Process = new("server-1", "process-1", "1", new SrsVersion(6, 0, 157));
    private readonly RowReader _rows = new(key => key, (_, _) => "key");
    private readonly BeliefBook _beliefs = new(LookScene.Name);
    private TimeSpan _elapsed = TimeSpan.FromDays(1);

    public LookMemoryTests()
    {
        for (var i = 0; i < Count; i++)
        {
            var by = new Publisher(new SessionId(Process.ServerId, Process.ServiceId, $"c{i}"), LookScene.Name, "10.0.0.9", "key");
            var session = new Session(by, 1, default, null, Confirmed: true, Adopted: false, SilentSince: null);
            _beliefs.Changed(StreamBelief.Of(new LiveStreamState { Key = KeyOf(i), Generation = 1, Session = session }, 1), TimeSpan.Zero);
        }
    }

    [Fact]
    public void To_compare_them_allocates_next_to_nothing()
    {
        var sightings = new Sightings(LookScene.Name, _rows);
        var known = new OriginSnapshot(LookScene.Name, OriginStatus.Up, null, Process);
        AllocatedByTheSecond(look => sightings.Compare(look, _beliefs, known)).ShouldBeLessThan(Count * ForEachRow);
    }

    [Fact]
    public void To_watch_their_bytes_allocates_next_to_nothing()
    {
        var silence = new SilenceDetector(LookScene.Name, _rows, TimeSpan.FromSeconds(6));
        AllocatedByTheSecond(look => silence.Observe(look, TimeSpan.FromSeconds(5), _beliefs)).ShouldBeLessThan(Count * ForEachRow);
    }

    private long AllocatedByTheSecond(Func<Look, LookStep> take)
    {
        var (first, second) = (LookNow(1000), LookNow(2000));
        take(first).Reports.ShouldBeEmpty();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var step = take(second);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        step.Reports.ShouldBeEmpty();
        return allocated;
    }

    private Look LookNow(long bytes)
    {
        _elapsed += TimeSpan.FromSeconds(5);
        var rows = Enumerable.Range(0, Count).Select(i => new StreamRow($"vid-{i}", KeyOf(i).Vhost, KeyOf(i).App, KeyOf(i).Stream,
            Active: true, $"c{i}", bytes, 1) { HasMedia = true });
        return new Look(Process, rows.ToImmutableArray(), new Moment(default, _elapsed), _elapsed, TimeSpan.Zero);
    }

    private static StreamKey KeyOf(int number) => StreamKey.Parse($"live/cam{number}");
}
