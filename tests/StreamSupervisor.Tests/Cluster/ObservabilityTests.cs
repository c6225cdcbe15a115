using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

[Collection("spans and instruments are listened to by name")]
public sealed class ObservabilityTests
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());

    [Fact]
    public void The_way_of_one_ask_is_ask_decide_append()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Read());
        var spans = new List<Activity>();
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "StreamSupervisor",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == caller.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        member.Journal.OnNext(new AppendFault.Delay(TimeSpan.FromSeconds(1)));

        member.Ask("a", new Count("1"));

        spans.Select(span => span.OperationName).ShouldBe(["ask", "decide", "append"]);
        spans[0].ParentSpanId.ShouldBe(caller.SpanId);
        spans[1].ParentSpanId.ShouldBe(spans[0].SpanId);
        spans[2].ParentSpanId.ShouldBe(spans[0].SpanId);
        spans[2].Duration.ShouldBe(TimeSpan.FromSeconds(1));
        spans[0].GetTagItem("outcome").ShouldBe("Answered");
        Activity.Current.ShouldBe(caller);
    }

    [Fact]
    public void What_the_kernel_does_is_measured()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { MailboxSize = 1 });
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "StreamSupervisor.Cluster" && ReferenceEquals(instrument.Meter, member.Region.Metrics.Meter))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Note(Instrument instrument, double value) => measured[instrument.Name] = measured.GetValueOrDefault(instrument.Name) + value;
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        listener.Start();

        member.Ask("a", new SetAlarm(_simulation.Time.GetUtcNow() + TimeSpan.FromHours(1)));
        member.Ask("a", new Order("work"));
        for (var i = 0; i < 3; i++)
        {
            member.Ask("b", new Poison());
        }

        var asks = Enumerable.Range(0, 3).Select(n => member.AskAsync("c", new Count($"{n}"))).ToArray();
        _simulation.Run(() => Task.WhenAll(asks));
        listener.RecordObservableInstruments();

        measured["streamsupervisor.journal.batch.size"].ShouldBe(4);
        measured.ShouldContainKey("streamsupervisor.journal.append.duration");
        measured["streamsupervisor.mailbox.rejected"].ShouldBe(1);
        measured["streamsupervisor.entity.recoveries"].ShouldBe(5);
        measured["streamsupervisor.entity.faults"].ShouldBe(3);
        measured["streamsupervisor.entities"].ShouldBe(3);
        measured["streamsupervisor.entities.quarantined"].ShouldBe(1);
        measured["streamsupervisor.effects.running"].ShouldBe(1);
        measured["streamsupervisor.wakeups.pending"].ShouldBe(1);
        measured["streamsupervisor.shards.serving"].ShouldBe(ShardMap.Shards);
    }
}
