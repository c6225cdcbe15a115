namespace StreamSupervisor.Tests.Hosting;

public class HeapKeeperTests
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(400, 500, false)]
    [InlineData(400, 501, true)]
    [InlineData(400, 300, false)]
    [InlineData(10, 42, false)] // a small heap may grow without being collected all the time
    [InlineData(10, 43, true)]
    [InlineData(0, 0, false)]
    public void The_oldest_generation_is_collected_when_it_has_grown_by_a_quarter(long left, long now, bool isDue) =>
        HeapKeeper.IsDue(left * Megabyte, now * Megabyte).ShouldBe(isDue);
}
