using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public class RollbackSweepTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private readonly RollbackSweep _sweep = new();

    [Fact]
    public void Nothing_is_wanted_before_the_store_has_gone_back()
    {
        _sweep.IsWanted.ShouldBeFalse();
        _sweep.Begin(0, Now).ShouldBeFalse();
        _sweep.Looked(Now, isSettled: true).ShouldBeFalse();
        (_sweep.Swept, _sweep.Epoch).ShouldBe((0, 0));
    }

    [Fact]
    public void An_epoch_is_news_once_and_an_older_one_never()
    {
        _sweep.Begin(3, Now).ShouldBeTrue();
        _sweep.Begin(3, Now + Moment).ShouldBeFalse();
        _sweep.Begin(2, Now + Moment).ShouldBeFalse();
        (_sweep.IsWanted, _sweep.Epoch, _sweep.Swept).ShouldBe((true, 3, 0));
    }

    [Fact]
    public void A_look_counts_when_it_began_since_and_no_stream_had_to_be_told()
    {
        _sweep.Begin(3, Now);
        _sweep.Looked(Now - Moment, isSettled: true).ShouldBeFalse();
        _sweep.Looked(Now + Moment, isSettled: false).ShouldBeFalse();
        _sweep.IsWanted.ShouldBeTrue();

        _sweep.Looked(Now, isSettled: true).ShouldBeTrue();
        (_sweep.IsWanted, _sweep.Swept).ShouldBe((false, 3));
        _sweep.Looked(Now, isSettled: true).ShouldBeFalse();
    }

    [Fact]
    public void A_look_at_another_server_at_its_address_counts_no_more()
    {
        _sweep.Again();
        _sweep.IsWanted.ShouldBeFalse();

        _sweep.Begin(3, Now);
        _sweep.Looked(Now, isSettled: true).ShouldBeTrue();
        _sweep.Again();
        (_sweep.IsWanted, _sweep.Swept).ShouldBe((true, 0));
        _sweep.Looked(Now, isSettled: true).ShouldBeTrue();
        _sweep.Swept.ShouldBe(3);
    }

    [Fact]
    public void Rows_that_never_settle_are_looked_at_thirty_times_in_each_epoch()
    {
        foreach (var epoch in new[] { 3, 4 })
        {
            _sweep.Begin(epoch, Now);
            for (var look = 1; look < 30; look++)
            {
                _sweep.Looked(Now, isSettled: false).ShouldBeFalse();
            }

            _sweep.Looked(Now, isSettled: false).ShouldBeTrue();
            _sweep.Swept.ShouldBe(epoch);
        }
    }
}
