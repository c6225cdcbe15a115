using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Coworkers;

namespace StreamSupervisor.Tests.Coworkers;

public class CoworkerTokensTests
{
    [Fact]
    public void Only_the_token_for_this_purpose_lets_a_server_ask()
    {
        var tokens = new CoworkerTokens([
            new OriginOptions { Name = "srs-1", HookToken = "hooks-of-1", CoworkersToken = "asks-of-1" },
            new OriginOptions { Name = "srs-2", HookToken = "hooks-of-2" },
        ]);

        tokens.Find("asks-of-1").ShouldBe("srs-1");
        tokens.Find("hooks-of-1").ShouldBeNull();
        tokens.Find("hooks-of-2").ShouldBeNull();
        tokens.Find("").ShouldBeNull();
    }
}
