using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using StreamSupervisor.TestKit.Metrics;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>The door to the streams: what is sent again, what ends when, and what is refused.</summary>
public sealed class LiveStreamRegionTests : ActorTest
{
    private readonly VirtualTime _time = new(Scene.Start);
    private readonly TestProbe _streams;
    private readonly IActorRef _hub;
    private readonly LiveStreamRegion _region;
    private long _last;

    public LiveStreamRegionTests() : base("akka.loglevel = WARNING")
    {
        _streams = CreateTestProbe();
        _region = LiveStreamRegion.Start(Sys, _streams, _time, new LiveStreamSettings { MaxAsks = 3, MaxTells = 2, MaxWaitingTells = 2 });
        _hub = Sys.ActorSelection("/user/asks").ResolveOne(TimeSpan.FromSeconds(5)).Result;
        AwaitCondition(() => _time.NextDue is not null);
    }

    [Fact]
    public async Task An_answer_completes_its_ask()
    {
        var ask = AskAsync();
        Answer(_streams.ExpectMsg<StreamEnvelope>());

        (await ask).ShouldBe(AskResult.Answered(Ack.Instance));
        _region.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_of_another_member_is_measured_from_the_first_sending()
    {
        using var forwards = new InstrumentReader("streamsupervisor.forward.duration");
        var elsewhere = new MemberElsewhere();
        var took = TimeSpan.FromMilliseconds(137);

        var ask = AskAsync();
        var sent = _streams.ExpectMsg<StreamEnvelope>();
        _time.Advance(took);
        _hub.Tell(new StreamAnswer(sent.AskId, Ack.Instance), elsewhere);
        (await ask).Status.ShouldBe(AskStatus.Answered);
        forwards.Measured("outcome", "answered").Count(seconds => seconds == took.TotalSeconds).ShouldBe(1);

        ask = AskAsync();
        sent = _streams.ExpectMsg<StreamEnvelope>();
        _time.Advance(took);
        _hub.Tell(new StreamRefusal(sent.AskId, AskStatus.Overloaded, "too much"), elsewhere);
        (await ask).Status.ShouldBe(AskStatus.Overloaded);
        forwards.Measured("outcome", "overloaded").ShouldBe([took.TotalSeconds]);

        ask = AskAsync();
        _time.Advance(took);
        Answer(_streams.ExpectMsg<StreamEnvelope>());
        _ = await ask;
        forwards.Measured("outcome", "answered").Count(seconds => seconds == took.TotalSeconds).ShouldBe(1, "this member's own answer is no forward");
    }

    [Fact]
    public async Task What_is_not_answered_is_sent_again_and_then_given_up()
    {
        var ask = AskAsync(seconds: 2);
        var first = _streams.ExpectMsg<StreamEnvelope>();
        foreach (var pause in (int[])[200, 400, 800])
        {
            _time.Advance(TimeSpan.FromMilliseconds(pause - 60));
            _streams.ExpectNoMsg(TimeSpan.FromMilliseconds(20));
            _time.Advance(TimeSpan.FromMilliseconds(60));
            _streams.ExpectMsg<StreamEnvelope>().ShouldBe(first);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        (await ask).Status.ShouldBe(AskStatus.Unknown);
        _region.Waiting.ShouldBe(0);
    }

    [Fact]
    public void When_a_member_is_removed_everything_is_sent_again_at_once()
    {
        _ = AskAsync();
        var first = _streams.ExpectMsg<StreamEnvelope>();

        _hub.Tell(RuntimeHelpers.GetUninitializedObject(typeof(ClusterEvent.MemberRemoved)));

        _streams.ExpectMsg<StreamEnvelope>().ShouldBe(first);
    }

    [Fact]
    public async Task A_refusal_of_the_stream_is_the_result()
    {
        var ask = AskAsync();
        var sent = _streams.ExpectMsg<StreamEnvelope>();
        _hub.Tell(new StreamRefusal(sent.AskId, AskStatus.Failed, "broken"));

        (await ask).ShouldBe(AskResult.Not(AskStatus.Failed, "broken"));
    }

    [Fact]
    public async Task Too_many_asks_are_refused_and_messages_wait_for_their_turn()
    {
        var asks = Enumerable.Range(0, 3).Select(_ => AskAsync()).ToList();
        (await AskAsync()).Status.ShouldBe(AskStatus.Overloaded);
        _streams.ReceiveN(3);
        asks.ShouldAllBe(ask => !ask.IsCompleted);

        for (var i = 0; i < 5; i++)
        {
            _region.Tell("live/cam1", new ReportUnpublished(Scene.Encoder($"c{i}").Session));
        }

        var told = _streams.ReceiveN(2).Cast<StreamEnvelope>().ToList();
        _streams.ExpectNoMsg(TimeSpan.FromMilliseconds(20));
        Answer(told[0]);
        Answer(told[1]);
        _streams.ReceiveN(2).Cast<StreamEnvelope>()
            .Select(envelope => ((ReportUnpublished)envelope.Command).Session.ClientId).ShouldBe(["c2", "c3"]);
    }

    [Fact]
    public async Task A_caller_that_goes_away_waits_no_longer()
    {
        using var caller = new CancellationTokenSource();
        var ask = _region.AskAsync("live/cam1", GetState.Instance, _time.GetUtcNow().AddSeconds(5), caller.Token);
        _streams.ExpectMsg<StreamEnvelope>();
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(ask);
        _region.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_member_that_stops_answers_unavailable()
    {
        var ask = AskAsync();
        _streams.ExpectMsg<StreamEnvelope>();
        Sys.Stop(_hub);

        (await ask).Status.ShouldBe(AskStatus.Unavailable);
        (await AskAsync()).Status.ShouldBe(AskStatus.Unavailable);
    }

    [Fact]
    public async Task A_yes_that_is_said_anew_is_given_while_it_is_young()
    {
        LiveStreamRegion.IsYoung(TimeSpan.FromMilliseconds(500)).ShouldBeTrue();
        LiveStreamRegion.IsYoung(TimeSpan.FromMilliseconds(501)).ShouldBeFalse();

        var (ask, request) = AskAbout();
        Answer(Next(), new StateReply(Live(evicting: true)));
        var again = Next();
        again.Command.ShouldBe(request);
        _time.Advance(TimeSpan.FromMilliseconds(450));
        Answer(again, new Allowed(2));
        (await ask).Reply.ShouldBe(new Allowed(2));

        (ask, request) = AskAbout();
        Answer(Next(), new StateReply(Live(evicting: true)));
        again = Next();
        _time.Advance(TimeSpan.FromMilliseconds(600));
        Answer(again, new Allowed(2));
        var check = Next();
        check.Command.ShouldBe(GetState.Instance, "it is old once more");
        Answer(check, new StateReply(Live(evicting: false)));
        (await ask).Reply.ShouldBe(new Allowed(2));
    }

    /// <summary>A wire that was cut brings it when it is repaired, after the client was taken for gone and the next one was let in.</summary>
    [Fact]
    public async Task A_yes_that_was_long_on_its_way_is_asked_about_before_it_is_given()
    {
        var (ask, request) = AskAbout();
        var check = Next();
        check.Command.ShouldBe(GetState.Instance);
        Answer(check, new StateReply(Live(evicting: false)));
        (await ask).Reply.ShouldBe(new Allowed(1), "it is still so");

        (ask, request) = AskAbout();
        check = Next();
        Answer(check, new StateReply(Live(evicting: true)));
        var again = Next();
        again.Command.ShouldBe(request);
        Answer(check, new Allowed(1));
        Answer(again, new Refused(2, RefusalReason.Superseded, null));
        (await ask).Reply.ShouldBeOfType<Refused>().Reason.ShouldBe(RefusalReason.Superseded);
    }

    [Fact]
    public async Task What_is_said_about_a_yes_must_be_young_too_and_no_word_is_no_yes()
    {
        var (ask, _) = AskAbout();
        var check = Next();
        _time.Advance(TimeSpan.FromMilliseconds(700));
        Answer(check, new StateReply(Live(evicting: false)));
        _streams.FishForMessage<StreamEnvelope>(message => message.AskId != check.AskId).Command.ShouldBe(GetState.Instance);

        _time.Advance(TimeSpan.FromSeconds(9));
        (await ask).Status.ShouldBe(AskStatus.Unknown);
    }

    private static Publisher Waiting => Scene.Encoder("new");

    private static LiveStreamState Live(bool evicting) => new()
    {
        Key = StreamKey.Parse("live/cam1"),
        Session = new Session(Waiting, 1, Scene.Start, ConfirmBy: Scene.Start.AddSeconds(8), Confirmed: false, Adopted: false, SilentSince: null),
        Evictions = evicting ? [new Eviction(Waiting, EvictionCause.Takeover, Scene.Start, Stalled: false)] : [],
    };

    private (Task<AskResult> Ask, RequestPublish Request) AskAbout()
    {
        var request = Scene.Ask(Waiting);
        var yes = AskResult.Answered(new Allowed(1));
        return (_region.AskAboutAsync("live/cam1", request, yes, _time.GetUtcNow().AddSeconds(9), CancellationToken.None), request);
    }

    /// <summary>The next question; those that are sent again are passed over.</summary>
    private StreamEnvelope Next()
    {
        var next = _streams.FishForMessage<StreamEnvelope>(message => message.AskId > _last);
        _last = next.AskId;
        return next;
    }

    private Task<AskResult> AskAsync(int seconds = 5) =>
        _region.AskAsync("live/cam1", GetState.Instance, _time.GetUtcNow().AddSeconds(seconds), CancellationToken.None);

    private void Answer(StreamEnvelope envelope, LiveStreamReply? reply = null) =>
        _hub.Tell(new StreamAnswer(envelope.AskId, reply ?? Ack.Instance));

    /// <summary>Who answers from another member: its path names a host.</summary>
#pragma warning disable MA0097 // Akka compares references; nobody compares this one.
    private sealed class MemberElsewhere : MinimalActorRef
#pragma warning restore MA0097
    {
        public override ActorPath Path { get; } = ActorPath.Parse("akka.tls://streamsupervisor@two:8560/system/sharding/live-stream");

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
