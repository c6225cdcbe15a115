using System.Diagnostics.Metrics;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using StreamSupervisor.TestKit.Metrics;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>How many commands wait for the journal, as the metrics show it.</summary>
public sealed class JournalWaitingTests : LiveStreamStage
{
    [Fact]
    public void Commands_wait_until_their_record_is_written()
    {
        using var meter = new Meter(nameof(JournalWaitingTests));
        using var waiting = ReaderOf(meter);
        waiting.Read().ShouldBe(0);

        Journal.HoldWrites();
        Ask(Scene.Ask(Scene.Encoder("one")));
        Ask(Scene.Ask(Scene.Encoder("two")));
        AwaitAssert(() => waiting.Read().ShouldBe(2));

        Journal.LetWritesGo();
        AwaitAssert(() => waiting.Read().ShouldBe(0));
    }

    [Fact]
    public void Commands_whose_record_failed_wait_no_longer()
    {
        using var meter = new Meter(nameof(JournalWaitingTests));
        using var waiting = ReaderOf(meter);
        Journal.HoldWrites();
        Journal.FailWrites = new InvalidOperationException("The disk is full.");
        Ask(Scene.Ask(Scene.Encoder("one")));
        Ask(Scene.Ask(Scene.Encoder("two"), credential: CredentialVerdict.Wrong));
        Ask(Scene.Ask(Scene.Encoder("three"), credential: CredentialVerdict.Wrong));
        AwaitAssert(() => waiting.Read().ShouldBe(3));

        Journal.LetWritesGo();
        AwaitAssert(() => waiting.Read().ShouldBe(0));
    }

    private InstrumentReader ReaderOf(Meter meter)
    {
        Services.Gauges.Register(meter, Services.Quarantine, Services.Lost, TimeProvider.System);
        return new InstrumentReader("streamsupervisor.journal.waiting", meter);
    }
}
