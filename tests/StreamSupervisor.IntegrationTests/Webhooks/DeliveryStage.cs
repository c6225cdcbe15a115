using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Journal;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>A journal that fills, and senders that tell receivers of it, as a member would.</summary>
internal sealed class DeliveryStage : IAsyncDisposable
{
    private readonly JournalStore _store;
    private readonly JournalMember _member;
    private readonly EventFeed _feed;
    private readonly List<(CancellationTokenSource Stop, Task Running, WebhookPost Post)> _running = [];
    private readonly ConcurrentDictionary<string, int> _numbers = new();

    private DeliveryStage(JournalStore store, JournalMember member)
    {
        (_store, _member) = (store, member);
        (_feed, Rows, Notices) = (new EventFeed(store, TimeProvider.System), new WebhookStore(store), new NoticeStore(store, TimeProvider.System));
    }

    public WebhookStore Rows { get; }
    public NoticeStore Notices { get; }

    /// <summary>Quick enough for a test, and everything else as in the program.</summary>
    public static WebhookPace Quick { get; } = new()
    {
        Timeout = TimeSpan.FromSeconds(5), Poll = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(50),
        LongestPause = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>One that never parks.</summary>
    public static WebhookPace Patient { get; } = Quick with { LongestPause = TimeSpan.FromHours(1), FirstPause = TimeSpan.FromMilliseconds(1) };

    public static async Task<DeliveryStage> StartAsync(StoreFixture stores, bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        var store = await JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);
        return new DeliveryStage(store, JournalMember.Start(location));
    }

    public static WebhookTarget Target(string url, params string[] events) =>
        new(0, new WebhookOptions { Url = url, Secret = WebhookReceiver.Secret, Events = [.. events] });

    /// <summary>A publisher is let in and goes again; two rows, two messages.</summary>
    /// <param name="key"><c>app/stream</c>.</param>
    public async Task PublishAsync(string key)
    {
        var (id, number) = (StreamKey.Parse(key).ToString(), _numbers.AddOrUpdate(key, 1, (_, before) => before + 1));
        var by = Happened.Encoder with { Session = Happened.Encoder.Session with { ClientId = $"c{number}" } };
        await _member.WriteAsync(id, new Admitted(Happened.At, by, number, AdmissionRule.KeyFree, AskedIn.OnPublish, Happened.At, Happened.At,
            SameBroadcast: number > 1));
        await _member.WriteAsync(id, new PublisherLost(Happened.At, by.Session, by.Origin, LossCause.Closed, Happened.At, NeverActive: false));
    }

    /// <summary>Sends until it is stopped, as the member does that sends for all.</summary>
    /// <returns>Stops it, with whatever is under way: a member that dies.</returns>
    public async Task<Func<Task>> SendAsync(WebhookTarget target, WebhookPace? pace = null)
    {
        var claimed = await Rows.ClaimAsync(target.Id, 0, 0);
        var messages = new WebhookMessages(_feed, new Timeline(_store), Notices, "urn:uuid:test");
        var post = new WebhookPost(target, (pace ?? Quick).InFlight, (pace ?? Quick).Timeout, TimeProvider.System);
        var stop = new CancellationTokenSource();
        var delivery = new WebhookDelivery(target, messages, Rows, post, pace ?? Quick, TimeProvider.System, NullLogger.Instance);
        var running = Task.Run(() => delivery.RunAsync(claimed.Version, stop.Token));
        _running.Add((stop, running, post));
        return () => EndAsync(stop, running);
    }

    public async Task<WebhookRow> RowAsync(WebhookTarget target) => (await Rows.FindAsync(target.Id)).ShouldNotBeNull();

    public async ValueTask DisposeAsync()
    {
        foreach (var (stop, running, post) in _running)
        {
            await EndAsync(stop, running);
            stop.Dispose();
            post.Dispose();
        }

        await _member.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static async Task EndAsync(CancellationTokenSource stop, Task running)
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }
}
