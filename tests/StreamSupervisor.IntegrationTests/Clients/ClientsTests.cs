using StreamSupervisor.IntegrationTests.Deployment;

namespace StreamSupervisor.IntegrationTests.Clients;

/// <summary>The clients for encoders that are not C#, each run as people run it.</summary>
public sealed class ClientsTests(ClientsStage stage) : IClassFixture<ClientsStage>
{
    public static TheoryData<string> Clients => [.. ClientsStage.Clients];

    [ClientTheory]
    [MemberData(nameof(Clients))]
    public Task It_waits_for_its_turn_comes_back_after_each_loss_and_ends_with_the_sentence_when_it_is_refused_for_good(string client) =>
        stage.TroubledDayOf(client);

    [ClientTheory]
    [MemberData(nameof(Clients))]
    public Task An_encoder_that_ends_well_ends_the_broadcast(string client) => stage.QuietDayOf(client);

    [ClientTheory]
    [MemberData(nameof(Clients))]
    public Task A_late_goodbye_does_not_end_what_the_encoder_has_registered_since(string client) => stage.LateDayOf(client);

    [Theory]
    [InlineData("curl/publish.sh")]
    [InlineData("python/streamsupervisor.py")]
    [InlineData("javascript/streamsupervisor.mjs")]
    [InlineData("obs/streamsupervisor.lua")]
    public void The_page_about_the_clients_leads_to_it(string file)
    {
        RepositoryFiles.Exists($"src/Clients/{file}").ShouldBeTrue();
        RepositoryFiles.Read("src/Clients/README.md").ShouldContain($"]({file})");
    }

    [ClientTheory]
    [InlineData("javascript/streamsupervisor.mjs")]
    public async Task In_a_page_it_publishes_by_WHIP(string client)
    {
        var script = RepositoryFiles.PathOf("tests/StreamSupervisor.IntegrationTests/Clients/whip.mjs");
        using var node = ClientProcess.Start("", "node", script, RepositoryFiles.PathOf($"src/Clients/{client}"));
        (await node.ExitCodeAsync()).ShouldBe(0, node.Output);
    }
}
