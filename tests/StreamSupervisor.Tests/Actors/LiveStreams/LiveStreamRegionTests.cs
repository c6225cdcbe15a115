using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using StreamSupervisor.Actors.LiveStreams;
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

    private Task<AskResult> AskAsync(int seconds = 5) =>
        _region.AskAsync("live/cam1", GetState.Instance, _time.GetUtcNow().AddSeconds(seconds), CancellationToken.None);

    private void Answer(StreamEnvelope envelope) => _hub.Tell(new StreamAnswer(envelope.AskId, Ack.Instance));

    /// <summary>Who answers from another member: its path names a host.</summary>
#pragma warning disable MA0097 // Akka compares references; nobody compares this one.
    private sealed class MemberElsewhere : MinimalActorRef
#pragma warning restore MA0097
    {
        public override ActorPath Path { get; } = ActorPath.Parse("akka.tls://streamsupervisor@two:8560/system/sharding/live-stream");

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
