using StreamSupervisor.Actors.Index;
using StreamSupervisor.Domain;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Actors.Index;

/// <summary>Rows of the index that a member took with it are found, in steps that do not keep the hooks waiting.</summary>
public sealed class LaggingSearchTests
{
    private const long Newest = 1_000_000;

    private readonly VirtualTime _time = new();
    private readonly List<(long After, long UpTo)> _looked = [];
    private Func<long, long, IReadOnlyList<string>> _lagging = (_, _) => [];

    [Fact]
    public async Task It_looks_at_the_newest_at_once_and_behind_them_in_steps_as_far_back_as_a_writer_can_lag()
    {
        var search = Search();
        await search.BeginAsync(CancellationToken.None);
        _looked.ShouldBe([(Newest - LaggingSearch.AtOnce, Newest)]);

        await NextAfter(search, TimeSpan.Zero);
        _looked.Count.ShouldBe(1, "a step has its time");
        for (var asked = 0; asked < 1000; asked++)
        {
            await NextAfter(search, LaggingSearch.Pause);
        }

        _looked.Skip(1).ShouldAllBe(step => step.UpTo - step.After == LaggingSearch.Step);
        _looked.Zip(_looked.Skip(1)).ShouldAllBe(pair => pair.Item2.UpTo == pair.Item1.After, "nothing is left out, and nothing comes twice");
        _looked[^1].After.ShouldBe(Newest - LaggingSearch.Depth);
    }

    [Fact]
    public async Task It_gives_the_keys_that_lag_and_not_those_of_the_rehearsal()
    {
        var search = Search();
        _lagging = (_, upTo) => upTo == Newest ? ["live/new", StageKey] : ["live/old"];
        (await search.BeginAsync(CancellationToken.None)).ShouldBe(["live/new"]);
        (await NextAfter(search, LaggingSearch.Pause)).ShouldBe(["live/old"]);
    }

    [Fact]
    public async Task A_step_that_failed_is_taken_again()
    {
        var search = Search();
        await search.BeginAsync(CancellationToken.None);
        _lagging = (_, _) => throw new InvalidOperationException("away");
        await Should.ThrowAsync<InvalidOperationException>(() => NextAfter(search, LaggingSearch.Pause));
        _lagging = (_, _) => ["live/old"];
        (await NextAfter(search, TimeSpan.Zero)).ShouldBe(["live/old"]);
        _looked[^1].ShouldBe(_looked[^2]);
    }

    [Fact]
    public async Task Before_its_beginning_and_in_a_short_journal_nothing_is_left_to_look_at()
    {
        var search = Search(newest: 3);
        (await NextAfter(search, LaggingSearch.Pause)).ShouldBeEmpty();
        await search.BeginAsync(CancellationToken.None);
        await NextAfter(search, LaggingSearch.Pause);
        _looked.ShouldBe([(3 - LaggingSearch.AtOnce, 3)]);
    }

    private static string StageKey => $"{StreamKey.ReservedVhost}/warm-up/one";

    private LaggingSearch Search(long newest = Newest) => new(_ => Task.FromResult(newest), (after, upTo, _) =>
    {
        _looked.Add((after, upTo));
        return Task.FromResult(_lagging(after, upTo));
    }, _time);

    private Task<IReadOnlyList<string>> NextAfter(LaggingSearch search, TimeSpan pause)
    {
        _time.Advance(pause);
        return search.NextAsync(CancellationToken.None);
    }
}
