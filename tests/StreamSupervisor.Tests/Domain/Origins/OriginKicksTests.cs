using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public class OriginKicksTests
{
    private readonly OriginState _state = new("srs-1");

    [Fact]
    public void An_api_that_forbids_kicks_is_named_once_and_until_one_is_allowed()
    {
        _state.KickAnswered(null).ShouldBeEmpty();
        _state.KickAnswered("srs-1 forbids DELETE (405)").ShouldBe([new OriginEvent.KicksForbidden("srs-1 forbids DELETE (405)")]);
        _state.KickAnswered("srs-1 forbids DELETE (403)").ShouldBeEmpty();
        _state.Snapshot().KicksForbidden.ShouldBe("srs-1 forbids DELETE (403)");
        _state.Snapshot().WhyLockedOut.ShouldBeNull("encoders are served");

        _state.KickAnswered(null).ShouldBe([new OriginEvent.KicksAllowed()]);
        _state.Snapshot().KicksForbidden.ShouldBeNull();
    }
}
