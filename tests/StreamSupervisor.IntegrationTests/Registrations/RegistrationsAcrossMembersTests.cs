using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;
using Xunit.Abstractions;
using ClientDecision = StreamSupervisor.Client.RegistrationDecision;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>Registrations when there are several members, and one of them dies.</summary>
[Collection(PostgresFixture.Name)]
public sealed class RegistrationsAcrossMembersTests(PostgresFixture postgres, ITestOutputHelper log)
{
    private const int Owner = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [PostgresFact]
    public async Task Two_hundred_registrations_for_one_key_over_three_members_of_which_one_is_killed_leave_one_publisher_and_everybody_else_hears_why()
    {
        await using var members = await ThreeMembers.StartAsync(postgres);
        try
        {
            var key = await members.KeyOwnedByAsync(Owner);
            var crowd = new EncoderCrowd(members, key);
            using var over = new CancellationTokenSource();
            var watching = crowd.WatchServersAsync(over.Token);
            var running = crowd.RunAsync(over.Token);

            await Eventually.HoldsAsync("some have been answered", () => Task.FromResult(crowd.Heard.Count >= EncoderCrowd.Calls / 5), Patience);
            await members.KillAsync(Owner);
            log.WriteLine($"killed the owner after {crowd.Heard.Count} answers");
            await Eventually.HoldsAsync("all are on air or have given up", () => Task.FromResult(crowd.Trying == 0), Patience);

            ImmutableArray<string> active = [];
            await Eventually.HoldsAsync("one is on air", async () => (active = await members.Srs.ActiveAsync(key)).Length == 1, Patience);
            var journal = await members.JournalAsync(key);
            await over.CancelAsync();
            await running;
            var moments = await watching;
            log.WriteLine($"{crowd.Heard.Count} answers: {string.Join(", ", crowd.Heard.CountBy(one => $"{one.Answer.Decision} {one.Answer.Reason}"))}; "
                + $"{journal.Length} events, {journal.Count(row => row.Event is Admitted)} admissions, {moments} looks at the servers");

            // The journal keeps the promises, and goes on under another owner.
            var final = Story.Check(key, journal);
            (await members.OwnerOfAsync(key)).ShouldNotBeNull().ShouldNotBe(ThreeMembers.NameOf(Owner));
            final.Session!.By.Session.ClientId.ShouldBe(active[0]);

            // It says of every answer what the answer said.
            crowd.Heard.Count.ShouldBeGreaterThanOrEqualTo(EncoderCrowd.Calls);
            foreach (var heard in crowd.Heard)
            {
                Story.CheckAnswer(journal, heard);
            }

            // Nobody was left without a word: whoever is not on air was refused with a reason, or was on air and had to go.
            crowd.Overlaps.ShouldBeEmpty();
            foreach (var encoder in crowd.Names.Where(name => name != final.Session.By.Identity))
            {
                (crowd.Heard.Any(one => one.Encoder == encoder && one.Answer.Reason is not null) || crowd.WasOnAir(encoder)).ShouldBeTrue(encoder);
            }
        }
        catch
        {
            log.WriteLine(members.Output);
            throw;
        }
    }

    [PostgresFact]
    public async Task Any_member_answers_polls_watches_and_drains_for_all_and_a_reservation_runs_out_though_its_owner_is_dead()
    {
        await using var members = await ThreeMembers.StartAsync(postgres, "registrations.reserve = 10s");
        using var http = new HttpClient();
        try
        {
            // Drained on one member, it is drained on all.
            await DrainAsync(http, members.AddressOf(0), draining: true);
            foreach (var member in new[] { 0, 1, 2 })
            {
                await Eventually.HoldsAsync($"member {member} knows", async () => await DrainedAsync(http, members.AddressOf(member)) == "srs-2", Patience);
            }

            // Long polls and streams of decisions at members that do not own the key.
            var watched = await members.KeyOwnedByAsync(Owner, "watched");
            var stale = await EncoderEnd.DialAsync(members.Srs[0]);
            (await stale.PublishAsync(watched)).ShouldBe(PublishOutcome.Started);
            await members.Srs.SlowDownAsync(TimeSpan.FromSeconds(1));
            var answer = await members.ClientOfOnly(0).RegisterAsync(new RegistrationRequest(watched, "ann", 1));
            answer.Decision.ShouldBe(ClientDecision.Wait);
            var poll = members.ClientOfOnly(0).GetAsync(answer.RegistrationId, TimeSpan.FromSeconds(20));
            var decisions = new List<ClientDecision>();
            await foreach (var decision in members.ClientOfOnly(1).WatchAsync(answer.RegistrationId))
            {
                decisions.Add(decision.Decision);
                if (decision.Decision == ClientDecision.Publish)
                {
                    break;
                }
            }

            decisions.ShouldBe([ClientDecision.Wait, ClientDecision.Publish]);
            var free = await poll;
            free.Decision.ShouldBe(ClientDecision.Publish);
            free.Publish.Select(target => target.Origin).ShouldBe(["srs-1"]);
            await members.Srs.SlowDownAsync(TimeSpan.Zero);

            // What the owner promised before it died, the next one knows, and ends by itself.
            var reserved = await members.KeyOwnedByAsync(Owner, "reserved");
            (await members.ClientOfOnly(1).RegisterAsync(new RegistrationRequest(reserved, "bob", 1))).Decision.ShouldBe(ClientDecision.Publish);
            await members.KillAsync(Owner);
            (await members.ClientOf(0).RegisterAsync(new RegistrationRequest(reserved, "carol", 1))).Reason.ShouldBe("reserved");
            await Eventually.HoldsAsync("the reservation has run out", async () => (await members.JournalAsync(reserved)).Any(row => row.Event is ReservationEnded), Patience);
            var journal = await members.JournalAsync(reserved);
            journal.Count(row => row.Event is ReservationEnded).ShouldBe(1);
            (await members.OwnerOfAsync(reserved)).ShouldNotBeNull().ShouldNotBe(ThreeMembers.NameOf(Owner));
            (await members.ClientOf(0).RegisterAsync(new RegistrationRequest(reserved, "carol", 2))).Decision.ShouldBe(ClientDecision.Publish);

            // Nor does a node come back into the choice because somebody died.
            (await DrainedAsync(http, members.AddressOf(1))).ShouldBe("srs-2");
            await DrainAsync(http, members.AddressOf(1), draining: false);
            await Eventually.HoldsAsync("nothing is drained any more", async () => await DrainedAsync(http, members.AddressOf(0)) == "", Patience);
        }
        catch
        {
            log.WriteLine(members.Output);
            throw;
        }
    }

    /// <summary>Orders again what was not answered in time, as the answer (504) says: three members that begin at once on two cores are slow.</summary>
    private static Task DrainAsync(HttpClient http, Uri member, bool draining) => Eventually.HoldsAsync("the order is carried out", async () =>
    {
        using var answer = await http.PutAsJsonAsync(new Uri(member, "/api/v1/origins/srs-2"), new { draining, why = "new disk" });
        return answer.StatusCode == HttpStatusCode.GatewayTimeout ? false : answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }, Patience);

    private static async Task<string> DrainedAsync(HttpClient http, Uri member)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(new Uri(member, "/api/v1/origins"));
        return string.Join(' ', page.GetProperty("origins").EnumerateArray().Where(origin => origin.GetProperty("draining").GetBoolean())
            .Select(origin => origin.GetProperty("name").GetString()));
    }
}

/// <summary>What an encoder was told.</summary>
internal sealed record HeardAnswer(string Encoder, int Attempt, RegistrationAnswer Answer);

/// <summary>A hundred encoders that were all given the same key. Each sends its first announcement twice, over two members, as one does whose network is bad.</summary>
internal sealed class EncoderCrowd(ThreeMembers members, string key)
{
    public const int Calls = 200;
    private const int Encoders = Calls / 2;
    private const int Attempts = 3;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<string, bool> _wereOnAir = new();
    private int _trying = Encoders;

    public ImmutableArray<string> Names { get; } = [.. Enumerable.Range(0, Encoders).Select(number => $"encoder-{number}")];

    public ConcurrentQueue<HeardAnswer> Heard { get; } = new();

    /// <summary>Moments at which two published at once.</summary>
    public ConcurrentQueue<string> Overlaps { get; } = new();

    /// <summary>Encoders that are neither on air nor have given up.</summary>
    public int Trying => Volatile.Read(ref _trying);

    public bool WasOnAir(string encoder) => _wereOnAir.ContainsKey(encoder);

    public Task RunAsync(CancellationToken over) => Task.WhenAll(Names.Select((name, number) => RunAsync(name, number, over)));

    /// <returns>How often it looked.</returns>
    public async Task<int> WatchServersAsync(CancellationToken over)
    {
        var looks = 0;
        for (; !over.IsCancellationRequested; looks++)
        {
            var first = await members.Srs.ActiveAsync(key);
            if (first.Length > 1)
            {
                // The servers are looked at one after another: only who is there in both looks was there together with the others.
                var together = first.Intersect(await members.Srs.ActiveAsync(key)).ToArray();
                if (together.Length > 1)
                {
                    Overlaps.Enqueue(string.Join(", ", together));
                }
            }

            await Task.Delay(5, CancellationToken.None);
        }

        return looks;
    }

    private async Task RunAsync(string name, int number, CancellationToken over)
    {
        string? lastError = null;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(number, attempt == 1 ? 2 : 1).Select(member => RegisterAsync(member % 3, name, attempt, lastError)));
            var answer = answers.FirstOrDefault(one => one.Decision != ClientDecision.Refused) ?? answers[0];
            while (answer.Decision == ClientDecision.Wait)
            {
                answer = await AskAsync(number % 3, client => client.GetAsync(answer.RegistrationId, TimeSpan.FromSeconds(2.5))) ?? new RegistrationAnswer();
                Hear(name, attempt, answer);
            }

            if (answer.Decision == ClientDecision.Publish)
            {
                lastError = await PublishAsync(name, answer.Publish[0], over);
                if (over.IsCancellationRequested)
                {
                    return;
                }
            }
            else
            {
                var advised = TimeSpan.FromMilliseconds(answer.RetryAfterMs ?? 0);
                await Task.Delay(advised < LongestPause ? advised : LongestPause, CancellationToken.None);
            }
        }

        Interlocked.Decrement(ref _trying);
    }

    /// <returns>Why it is off the air again.</returns>
    private async Task<string> PublishAsync(string name, PublishTarget target, CancellationToken over)
    {
        var encoder = await EncoderEnd.DialAsync(members.ServerOf(target.Origin));
        if (await encoder.PublishAsync(key, new Uri(target.Url).Query) is var outcome && outcome != PublishOutcome.Started)
        {
            return outcome.ToString();
        }

        _wereOnAir[name] = true;
        Interlocked.Decrement(ref _trying);
        await encoder.KeepSendingAsync(over);
        if (over.IsCancellationRequested)
        {
            return "over";
        }

        Interlocked.Increment(ref _trying);
        return (await encoder.Closed).ToString();
    }

    private async Task<RegistrationAnswer> RegisterAsync(int member, string name, int attempt, string? lastError)
    {
        var request = new RegistrationRequest(key, name, attempt) { LastError = lastError };
        var answer = (await AskAsync(member, client => client.RegisterAsync(request)))!;
        Hear(name, attempt, answer);
        return answer;
    }

    private void Hear(string name, int attempt, RegistrationAnswer answer) => Heard.Enqueue(new HeardAnswer(name, attempt, answer));

    /// <summary>Asks until somebody answers: asking again is safe, it is the same attempt.</summary>
    /// <returns>Null when there is no such registration any more.</returns>
    private async Task<RegistrationAnswer?> AskAsync(int member, Func<SupervisorClient, Task<RegistrationAnswer>> ask)
    {
        while (true)
        {
            try
            {
                return await ask(members.ClientOf(member));
            }
            catch (SupervisorUnavailableException)
            {
                await Task.Delay(LongestPause, CancellationToken.None);
            }
            catch (SupervisorProblemException gone) when (gone.Problem.Reason == "registration-unknown")
            {
                return null;
            }
        }
    }
}

/// <summary>The promises about registrations, read from the journal.</summary>
internal static class Story
{
    /// <returns>The state that the events end in.</returns>
    public static LiveStreamState Check(string key, ImmutableArray<JournalRow> journal)
    {
        var state = new LiveStreamState { Key = StreamKey.Parse(key) };
        var (sequence, generation) = (0L, 0L);
        foreach (var row in journal)
        {
            // The next event of its row, or the first of the next row: nothing is missing and nobody has written beside the owner.
            row.Sequence.ShouldBeOneOf(sequence + 1, ((sequence / 1000) + 1) * 1000);
            sequence = row.Sequence;
            switch (row.Event)
            {
                case Admitted admitted:
                    admitted.Generation.ShouldBe(++generation);
                    state.Session.ShouldBeNull($"{sequence}: two sessions at once");
                    (state.ReservedFor is null || state.ReservedUntil <= admitted.At || state.ReservedFor == admitted.By.Identity).ShouldBeTrue($"{sequence}: past a reservation");
                    break;
                case EncoderRegistered registered:
                    (state.ReservedFor is null || state.ReservedUntil <= registered.At || state.ReservedFor == registered.EncoderId)
                        .ShouldBeTrue($"{sequence}: reserved for two at once");
                    break;
            }

            state = LiveStream.Evolve(state, row.Event);
        }

        return state;
    }

    public static void CheckAnswer(ImmutableArray<JournalRow> journal, HeardAnswer heard)
    {
        var (encoder, attempt, answer) = heard;
        var story = $"{encoder}, attempt {attempt}: {answer.Decision} {answer.Reason} {answer.RegistrationId}";
        if (answer.Decision == ClientDecision.Refused)
        {
            // The end of a registration that another one replaced is no refusal of its own.
            if (answer.Reason is not null)
            {
                journal.ShouldContain(row => row.Event is RegistrationRefused && Fits((RegistrationRefused)row.Event, heard), story);
                answer.Text!.En.ShouldNotBeNullOrEmpty(story);
                answer.Text.Zh.ShouldNotBeNullOrEmpty(story);
                answer.RetryAfterMs.ShouldNotBeNull(story);
            }

            return;
        }

        var registered = journal.SingleOrDefault(row => row.Event is EncoderRegistered one && one.RegistrationId == answer.RegistrationId)?.Event as EncoderRegistered;
        registered.ShouldNotBeNull(story);
        (registered.EncoderId, registered.Attempt).ShouldBe((encoder, attempt), story);
        var generations = journal.TakeWhile(row => row.Event != registered).Count(row => row.Event is Admitted);
        answer.Generation.ShouldBeInRange(generations, journal.Count(row => row.Event is Admitted), story);
    }

    private static bool Fits(RegistrationRefused refused, HeardAnswer heard) =>
        refused.EncoderId == heard.Encoder && refused.Attempt == heard.Attempt && RefusalCatalog.Of(refused.Reason).Name == heard.Answer.Reason;
}
