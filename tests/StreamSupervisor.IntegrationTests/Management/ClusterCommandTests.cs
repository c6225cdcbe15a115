using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.IntegrationTests.Management;

public sealed class ClusterCommandTests
{
    [Fact]
    public async Task Members_are_plain_columns_outside_a_terminal()
    {
        await using var server = await ClusterServer.StartAsync();
        var (exitCode, output, error) = await RunAsync(server, "members");
        exitCode.ShouldBe(0, error);
        output.ShouldBe(
            """
            NAME   NODE                                    STATE     SHARDS  BEAT       INCARNATION                           NOTES
            one    akka.tls://streamsupervisor@one:8560    active    21      0.4s ago   00000001-0000-0000-0000-000000000000  answers
            three  akka.tls://streamsupervisor@three:8560  active    21      1.0s ago   00000003-0000-0000-0000-000000000000  not heard, no session at the store
            two    akka.tls://streamsupervisor@two:8560    draining  21      1.0s ago   00000002-0000-0000-0000-000000000000  -
            nine   nine:8560                               dead      -       90.0s ago  00000009-0000-0000-0000-000000000000  its lease was over.

            """);
        (await RunAsync(server, "members", "--json")).Output.ShouldContain("\"selfNode\": \"akka.tls://streamsupervisor@one:8560\"");
    }

    [Fact]
    public async Task Shards_are_listed_all_or_those_of_one_member()
    {
        await using var server = await ClusterServer.StartAsync();
        (await RunAsync(server, "shards")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(64);
        var (_, output, _) = await RunAsync(server, "shards", "--owner", "one");
        output.Split('\n')[1].TrimEnd().ShouldBe("0      one    akka.tls://streamsupervisor@one:8560  3");
        (await RunAsync(server, "shards", "--json", "--owner", "two")).Output.ShouldContain("\"local\": false");
    }

    [Fact]
    public async Task Drain_sends_the_named_member_away_or_the_one_that_is_asked()
    {
        await using var server = await ClusterServer.StartAsync();
        var (exitCode, output, error) = await RunAsync(server, "drain", "two:8560");
        exitCode.ShouldBe(0, error);
        output.ShouldBe($"Leaving akka.tls://streamsupervisor@two:8560: its shards go to the others, then its process ends.{Environment.NewLine}");

        (exitCode, _, error) = await RunAsync(server, "drain");
        exitCode.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("the last member");
        (await RunAsync(server, "drain", "--force", "--why", "upgrade")).ExitCode.ShouldBe(0);
        server.Cluster.Records.ShouldBe(["local leave two: ", $"{ApiClientSwitches.UserName ?? "local"} leave one: upgrade"]);
        server.Cluster.Orders.ShouldBe([$"leave {FakeCluster.IdOf(2)}", $"leave {FakeCluster.IdOf(1)}"]);
    }

    [Fact]
    public async Task Down_declares_a_member_dead_and_says_who_and_why_for_the_audit()
    {
        await using var server = await ClusterServer.StartAsync();
        var (exitCode, output, error) = await RunAsync(server, "down", "three", "--why", "its disk is gone");
        exitCode.ShouldBe(0, error);
        output.ShouldBe(
            $"Downing akka.tls://streamsupervisor@three:8560: its shards go to the others, and its process ends when it notices.{Environment.NewLine}");
        var by = ApiClientSwitches.UserName ?? "local";
        server.Cluster.Orders.ShouldBe([$"down {FakeCluster.IdOf(3)} {by}"]);
        server.Cluster.Records.ShouldBe([$"{by} down three: its disk is gone"]);

        (await RunAsync(server, "down", "one", "--why", "x")).Error.ShouldContain("operation=Leave");
        (await RunAsync(server, "down", "one", "--why", "x", "--force")).ExitCode.ShouldBe(0);
        (await RunAsync(server, "down", "three")).ExitCode.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task A_mistake_is_one_sentence_and_an_exit_code()
    {
        await using var server = await ClusterServer.StartAsync(keys: new ApiKeyOptions { Name = "watch", Key = "read-read-read-read", Role = "read" });
        (await RunAsync(server, "shards", "--owner", "nobody")).ExitCode.ShouldBe(ExitCodes.Failed);
        (await RunAsync(server, "drain", "two")).ExitCode.ShouldBe(ExitCodes.Forbidden);
        (await RunAsync(server, "drain", "two", "--api-key", "read-read-read-read")).Error.ShouldContain("the role viewer");
        (await RunAsync(server, "drain", "two", "three")).ExitCode.ShouldBe(ExitCodes.Usage);
        (await RunAsync(server, "members", "--help")).Output.ShouldContain("management.listen");
        var gone = server.Address;
        await server.DisposeAsync();
        (await RunAsync(gone, "members")).ExitCode.ShouldBe(ExitCodes.Unreachable);
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(ClusterServer server, params string[] arguments) => RunAsync(server.Address, arguments);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Uri server, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandTree.RunAsync(["cluster", .. arguments, "--server", server.ToString()], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
