using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Tests.Actors.Index;

/// <summary>What waits to be written into the index of streams.</summary>
public sealed class WaitingChangesTests
{
    private readonly WaitingChanges _waiting = new(capacity: 4);

    [Fact]
    public void The_key_that_waits_longest_is_first_also_when_others_came_into_the_places_of_those_that_are_gone()
    {
        Keep("a", "b", "c");
        Keys(_waiting.Take(2)).ShouldBe(["a", "b"]);

        Keep("d", "e", "f");
        Keys(_waiting.Take(2)).ShouldBe(["c", "d"]);
        Keys(_waiting.Take(9)).ShouldBe(["e", "f"]);
        _waiting.Take(9).ShouldBeEmpty();
    }

    [Fact]
    public void Of_a_key_the_newest_waits_in_the_place_of_the_first()
    {
        _waiting.Keep(Change("a", 2)).ShouldBeTrue();
        _waiting.Keep(Change("b", 1)).ShouldBeTrue();
        _waiting.Keep(Change("a", 3)).ShouldBeTrue();
        _waiting.Keep(Change("a", 1)).ShouldBeTrue("it is known, and older");

        _waiting.Count.ShouldBe(2);
        _waiting.Take(2).Select(change => (change.Key, change.Sequence)).ShouldBe([("a", 3), ("b", 1)]);
    }

    [Fact]
    public void Beyond_its_room_no_other_key_is_taken_but_those_that_wait_are_still_renewed()
    {
        Keep("a", "b", "c", "d");
        _waiting.Keep(Change("e", 1)).ShouldBeFalse();
        _waiting.Keep(Change("d", 9)).ShouldBeTrue();

        _waiting.Take(4)[^1].Sequence.ShouldBe(9);
        _waiting.Keep(Change("e", 1)).ShouldBeTrue();
        _waiting.Clear();
        _waiting.Count.ShouldBe(0);
        _waiting.Take(9).ShouldBeEmpty();
    }

    /// <summary>Rows a second: a tenth of a process of the database while few wait, and more than come where very many do.</summary>
    [Theory]
    [InlineData(1, 0, 100)]
    [InlineData(1000, 0, 500)]
    [InlineData(1000, 4999, 500)]
    [InlineData(1000, 10_000, 166)]
    [InlineData(1000, 100_000, 23)]
    public void The_more_wait_the_sooner_the_next_batch(int rows, int waiting, int pauseInMilliseconds) =>
        ((int)StreamIndexWriter.PauseAfter(rows, waiting).TotalMilliseconds).ShouldBe(pauseInMilliseconds);

    private void Keep(params string[] keys) => keys.ShouldAllBe(key => _waiting.Keep(Change(key, 1)));

    private static LiveStreamChanged Change(string key, long sequence) => new(key, sequence, null);

    private static IEnumerable<string> Keys(List<LiveStreamChanged> taken) => taken.Select(change => change.Key);
}
