using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hooks;

namespace StreamSupervisor.Tests.Hooks;

public class HookTokensTests
{
    [Fact]
    public void A_token_names_its_node_and_nothing_else_does()
    {
        var tokens = new HookTokens([new OriginOptions { Name = "srs-1", HookToken = "s3cret-of-1" }]);

        tokens.Find("s3cret-of-1").ShouldBe("srs-1");
        tokens.Find("s3cret-of-2").ShouldBeNull();
        tokens.Find("s3cret-of-1 ").ShouldBeNull();
        tokens.Find("").ShouldBeNull();
        tokens.Find(null).ShouldBeNull();
        tokens.Find(new string('x', 100_000)).ShouldBeNull();
    }
}
