using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public sealed class CallOrderTests
{
    private const int Hold = 5_000;

    /// <summary>The last two columns: the hold in on_publish, in milliseconds, out of a policy of 5 s.</summary>
    [Theory]
    [InlineData("4.0.271", true, false, 5_000, 5_000)]
    [InlineData("5.0.216", true, false, 5_000, 5_000)]
    [InlineData("6.0.128", true, false, 5_000, 5_000)]
    [InlineData("6.0.129", true, true, 2_500, 100)]
    [InlineData("6.0.157", true, true, 2_500, 100)]
    [InlineData("7.0.18", true, true, 2_500, 100)]
    [InlineData("7.0.61", true, true, 2_500, 100)]
    [InlineData("7.0.62", false, true, 100, 100)]
    [InlineData("7.0.150", false, true, 100, 100)]
    [InlineData("7.0.151", false, false, 5_000, 5_000)]
    [InlineData("7.1.0", false, false, 5_000, 5_000)]
    [InlineData("8.0.0", false, true, 100, 100)]
    [InlineData("8.0.4", false, true, 100, 100)]
    [InlineData("8.0.5", false, false, 5_000, 5_000)]
    [InlineData("9.0.0", false, false, 5_000, 5_000)]
    public void What_a_version_allows_while_a_publisher_waits(string version, bool waitsInOnPublish, bool trapped, int sameNode, int otherNode)
    {
        var order = CallOrder.Of(Version(version));

        order.HandoverMayWaitInOnConnect.ShouldBeTrue();
        order.HandoverMayWaitInOnPublish.ShouldBe(waitsInOnPublish);
        order.BusyCheckComesBeforeOnPublish.ShouldBe(!waitsInOnPublish);
        order.HeldFirstPublishIsOrphaned.ShouldBe(trapped);
        order.Limits(Milliseconds(Hold), AskedIn.OnPublish).ShouldBe(new HoldLimits(Milliseconds(sameNode), Milliseconds(otherNode)));
        order.Limits(Milliseconds(Hold), AskedIn.OnConnect).ShouldBe(new HoldLimits(Milliseconds(Hold), Milliseconds(Hold)));
    }

    [Theory]
    [InlineData("4.0.271")]
    [InlineData("6.0.157")]
    [InlineData("7.0.62")]
    [InlineData("8.0.5")]
    public void A_version_never_holds_longer_than_the_policy(string version)
    {
        foreach (var hold in new[] { TimeSpan.Zero, Milliseconds(50), Milliseconds(2_000), Milliseconds(8_000) })
        {
            foreach (var hook in Enum.GetValues<AskedIn>())
            {
                var limits = CallOrder.Of(Version(version)).Limits(hold, hook);
                limits.SameNode.ShouldBeLessThanOrEqualTo(hold);
                limits.OtherNode.ShouldBeLessThanOrEqualTo(limits.SameNode);
            }
        }
    }

    private static TimeSpan Milliseconds(int value) => TimeSpan.FromMilliseconds(value);

    private static SrsVersion Version(string text)
    {
        var parts = text.Split('.').Select(int.Parse).ToArray();
        return new(parts[0], parts[1], parts[2]);
    }
}
