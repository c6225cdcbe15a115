using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.IntegrationTests.Registrations;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>One member sends for all; when it is killed, another goes on where it was.</summary>
[Collection(PostgresFixture.Name)]
public sealed class WebhooksAcrossMembersTests(PostgresFixture postgres, ITestOutputHelper log)
{
    private const int Keys = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [PostgresFact]
    public async Task A_member_that_is_killed_while_it_sends_leaves_nothing_out_and_nothing_out_of_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var hanging = await WebhookReceiver.StartAsync();
        var ever = new TaskCompletionSource();
        hanging.Answer = async _ =>
        {
            await ever.Task;
            return StatusCodes.Status204NoContent;
        };
        var count = 0;
        receiver.Answer = _ => Task.FromResult(Interlocked.Increment(ref count) % 9 == 0
            ? StatusCodes.Status500InternalServerError
            : StatusCodes.Status204NoContent);
        await using var members = await ThreeMembers.StartAsync(postgres, $"webhooks = [ {hanging.Hocon()}, {receiver.Hocon()} ]");
        try
        {
            await BeganAsync(members.AddressOf(0));
            var sender = await SenderAsync(members);
            log.WriteLine($"{ThreeMembers.NameOf(sender)} sends");

            // SRS finds somebody, whoever is killed.
            var survivor = (sender + 1) % 3;
            await members.Srs.SendHooksToAsync(members.AddressOf(survivor).ToString().TrimEnd('/'));
            using var over = new CancellationTokenSource();
            var publishing = Task.WhenAll(Enumerable.Range(0, Keys).Select(number => PublishAsync(members, receiver, $"live/told{number}", over.Token)));
            await Eventually.HoldsAsync("some are told", () => Task.FromResult(receiver.Taken.Count > 2 * Keys), Patience);

            await members.KillAsync(sender);
            await receiver.GoAwayAsync();
            await Eventually.HoldsAsync("another sends", async () => await SenderAsync(members, but: sender) >= 0, Patience);
            await receiver.ComeBackAsync();
            var told = receiver.Taken.Count;
            await Eventually.HoldsAsync("more are told", () => Task.FromResult(receiver.Taken.Count > told + (2 * Keys)), Patience);
            await over.CancelAsync();
            await publishing;

            for (var number = 0; number < Keys; number++)
            {
                await IsToldAsync(members, receiver, $"live/told{number}");
            }

            Promises.Hold(receiver);
            await Eventually.HoldsAsync("its death is told", () => Task.FromResult(DeadIn(receiver).SequenceEqual([ThreeMembers.NameOf(sender)])), Patience);
            await ReturnAndLeaveAsync(members, receiver, sender);
            log.WriteLine($"{receiver.Messages.Count} messages came, {receiver.Taken.Count} were taken, "
                + $"{receiver.Taken.Count - receiver.Taken.DistinctBy(message => message.Id).Count()} twice");
            hanging.Messages.ShouldBeEmpty("it has answered nobody, and kept nobody waiting");
            ever.SetResult();
        }
        catch
        {
            log.WriteLine(members.Output);
            throw;
        }
    }

    private static IEnumerable<string> DeadIn(WebhookReceiver receiver) =>
        receiver.Taken.Where(message => message.Type == "member.dead").Select(message => message.Subject).Distinct();

    /// <summary>A member that was killed is started again, and ends in good order: both is told by the one that sends.</summary>
    private static async Task ReturnAndLeaveAsync(ThreeMembers members, WebhookReceiver receiver, int member)
    {
        int Told(string type) => receiver.Taken.Where(message => (message.Type, message.Subject) == (type, ThreeMembers.NameOf(member)))
            .DistinctBy(message => message.Id).Count();
        var joined = Told("member.joined");
        await members.StartAgainAsync(member);
        await Eventually.HoldsAsync("its return is told", () => Task.FromResult(Told("member.joined") == joined + 1), Patience);
        await members.LeaveAsync(member);
        await Eventually.HoldsAsync("its leave is told", () => Task.FromResult(Told("member.left") == 1), Patience);
        Told("member.dead").ShouldBe(1);
    }

    /// <summary>The newest events may be under way still: waits until everything in the journal was told, and nothing else was.</summary>
    private static Task IsToldAsync(ThreeMembers members, WebhookReceiver receiver, string key) => Eventually.HoldsAsync(
        $"all of {key} is told",
        async () =>
        {
            var journal = await members.JournalAsync(key);
            var expected = journal.GroupBy(row => row.Sequence / 1000).SelectMany(row => NoticesOf([.. row]));
            var subject = $"__defaultVhost__/{key}";
            return expected.SequenceEqual(receiver.Taken.Where(message => message.Subject == subject).DistinctBy(message => message.Id)
                .Select(message => (message.Type, message.Sequence)));
        },
        Patience);

    private static IEnumerable<(string Type, long Sequence)> NoticesOf(ImmutableArray<JournalRow> row) =>
        StreamNotice.Of([.. row.Select(one => one.Event)]).Where(notice => notice.Kind != NoticeKind.StreamRefused)
            .Select(notice => (NoticeKinds.NameOf(notice.Kind), row[notice.Place].Sequence));

    /// <summary>Publishes and hangs up, again and again, each time when the one before was told. Who is refused while a member dies tries
    /// again.</summary>
    private static async Task PublishAsync(ThreeMembers members, WebhookReceiver receiver, string key, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var told = CountOf(receiver, key);
            var encoder = await EncoderEnd.DialAsync(members.Srs[0]);
            var outcome = await encoder.PublishAsync(key);
            await encoder.HangUpAsync();
            await encoder.Closed.WaitAsync(Patience, CancellationToken.None);
            await Eventually.HoldsAsync($"{key} is told", () => Task.FromResult(
                outcome != PublishOutcome.Started || over.IsCancellationRequested || CountOf(receiver, key) > told), Patience);
        }
    }

    private static int CountOf(WebhookReceiver receiver, string key) =>
        receiver.Taken.Count(message => message.Subject == $"__defaultVhost__/{key}");

    private static async Task BeganAsync(Uri member)
    {
        using var http = new HttpClient();
        await Eventually.HoldsAsync("the receivers are known", async () =>
            (await http.GetFromJsonAsync<JsonElement>(new Uri(member, "/api/v1/webhooks"))).GetProperty("webhooks").EnumerateArray()
                .All(one => one.GetProperty("state").GetString() != "starting"), Patience);
    }

    /// <summary>The member whose log says that it sends; -1: none says so yet.</summary>
    private static Task<int> SenderAsync(ThreeMembers members, int but = -1) => Task.FromResult(
        Enumerable.Range(0, 3).Where(member => member != but
            && members.OutputOf(member).Contains("This member sends the webhooks", StringComparison.Ordinal)).DefaultIfEmpty(-1).First());
}
