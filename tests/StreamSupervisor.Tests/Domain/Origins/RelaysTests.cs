using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

public class RelaysTests
{
    private readonly Relays _relays = new(
        [
            new RelayAddresses("srs-a", ["10.0.0.1", "a.example"], []),
            new RelayAddresses("srs-b", ["10.0.0.2"], ["srs-a", "192.0.2.7"]),
            new RelayAddresses("srs-c", ["10.0.0.2"], []),
        ],
        new Dictionary<string, IReadOnlyCollection<string>> { ["a.example"] = ["203.0.113.1", "2001:db8::1"] });

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("203.0.113.1")]
    [InlineData("2001:DB8:0::1")]
    public void An_address_of_another_server_is_known_however_it_is_written(string address)
    {
        var relay = _relays.RelayOf(address, "srs-c");
        relay.ShouldNotBeNull();
        relay.Origin.ShouldBe("srs-a");
        relay.Configured.ShouldBeFalse();
    }

    [Fact]
    public void A_server_that_relays_from_names_is_configured() => _relays.RelayOf("10.0.0.1", "srs-b")!.Configured.ShouldBeTrue();

    [Fact]
    public void An_address_that_relays_from_names_is_configured_though_it_is_no_server_of_ours()
    {
        var relay = _relays.RelayOf("192.0.2.7", "srs-b");
        relay.ShouldNotBeNull();
        relay.Configured.ShouldBeTrue();
        relay.Origin.ShouldBe("192.0.2.7");
        _relays.RelayOf("192.0.2.7", "srs-c").ShouldBeNull();
    }

    [Fact]
    public void Servers_that_share_an_address_are_all_named() => _relays.RelayOf("10.0.0.2", "srs-a")!.Origins.ShouldBe(["srs-b", "srs-c"]);

    [Fact]
    public void What_comes_from_a_servers_own_address_is_no_relay_of_itself() => _relays.RelayOf("10.0.0.1", "srs-a").ShouldBeNull();

    [Fact]
    public void An_encoder_is_no_relay() => _relays.RelayOf("198.51.100.9", "srs-b").ShouldBeNull();
}
