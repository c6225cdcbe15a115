using System.Net;
using StreamSupervisor.IntegrationTests.Registrations;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>How the process of a member ends that an operator ends, with whole programs on one real database.</summary>
[Collection(PostgresFixture.Name)]
public sealed class OrderedEndTests(PostgresFixture postgres)
{
    [PostgresTheory]
    [InlineData("DELETE", "", 0)]
    [InlineData("PUT", "?operation=Down&force=true", 75)]
    public async Task A_member_that_an_operator_ends_waits_for_nobody_and_its_streams_go_to_the_others(string verb, string operation, int exitCode)
    {
        await using var members = await ThreeMembers.StartAsync(postgres);
        var key = await members.KeyOwnedByAsync(1);

        (await members.OrderAsync(new HttpMethod(verb), $"{ThreeMembers.NameOf(1)}{operation}")).ShouldBe(HttpStatusCode.OK, members.Output);

        (await members.ExitCodeAsync(1)).ShouldBe(exitCode, members.OutputOf(1));
        members.OutputOf(1).ShouldNotContain("timed out", Case.Insensitive, members.OutputOf(1));
        members.OutputOf(1).ShouldNotContain("Leaving took longer", Case.Insensitive, members.OutputOf(1));
        await Eventually.HoldsAsync("another member has the stream", async () =>
        {
            await members.AskForAsync(key);
            return await members.OwnerOfAsync(key) is { } owner && owner != ThreeMembers.NameOf(1);
        });
    }
}
