using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>What a counter can be told: every way through the kernel, and nothing else.</summary>
public abstract record CounterCommand;

/// <summary>Counts one attempt, once however often it is asked; answers the number that it got.</summary>
public sealed record Count(string Attempt) : CounterCommand;

/// <summary>Answers the total and writes nothing.</summary>
public sealed record Read : CounterCommand;

/// <summary>Answers nothing until <see cref="Open"/>; the first ask of an attempt is recorded.</summary>
public sealed record AwaitOpening(string Attempt) : CounterCommand;

/// <summary>Answers whoever waits under this attempt.</summary>
public sealed record Open(string Attempt) : CounterCommand;

/// <summary>Starts an effect of this name.</summary>
public sealed record Order(string Work) : CounterCommand;

/// <summary>Ends the effect of this name.</summary>
public sealed record Deliver(string Work) : CounterCommand;

/// <summary>Wants to be woken then.</summary>
public sealed record SetAlarm(DateTimeOffset At) : CounterCommand;

/// <summary>Must stay in memory, or need not.</summary>
public sealed record Settle(bool Resident) : CounterCommand;

/// <summary>A message that throws.</summary>
public sealed record Poison : CounterCommand;

/// <summary>Writes an event that cannot be read again.</summary>
public sealed record Corrupt : CounterCommand;

/// <summary>A deadline has come.</summary>
public sealed record Ring : CounterCommand;

/// <summary>Any event: its stored name and one text.</summary>
public readonly record struct CounterEvent(string Kind, string Text);

/// <summary>A counter's state.</summary>
public sealed record CounterState(ImmutableList<string> Attempts, ImmutableHashSet<string> Held, DateTimeOffset? Alarm, int Rings, bool Resident)
{
    public static readonly CounterState Empty = new([], [], null, 0, false);
}

/// <summary>A counter's answer.</summary>
public sealed record CounterReply(long Number);

/// <summary>The sample entity: linear, idempotent for an attempt, with a way into every part of the kernel.</summary>
public sealed class CounterBehavior : IEntityBehavior<CounterState, CounterCommand, CounterEvent, CounterReply>
{
    private static readonly CounterReply Ack = new(0);

    public CounterCommand Wake { get; } = new Ring();

    /// <summary>Called before every decision: a test may look, or throw.</summary>
    public Action<string, CounterCommand>? Deciding { get; set; }

    /// <summary>Called with every state that is labelled: a test may throw.</summary>
    public Action<CounterState>? Labelling { get; set; }

    public CounterState Initial(string entityId) => CounterState.Empty;

    public EntityDecision<CounterEvent, CounterReply> Decide(string entityId, CounterState state, CounterCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        Deciding?.Invoke(entityId, command);
        return command switch
        {
            Count count when state.Attempts.IndexOf(count.Attempt) is var at and >= 0 => Reply(at + 1),
            Count count => Reply(state.Attempts.Count + 1, new CounterEvent("counted", count.Attempt)),
            Read => Reply(state.Attempts.Count),
            AwaitOpening wait when state.Held.Contains(wait.Attempt) => new([], false, null),
            AwaitOpening wait => new([new CounterEvent("held", wait.Attempt)], false, null),
            Open open => Reply(0, new CounterEvent("opened", open.Attempt)),
            Order order => Reply(0, new CounterEvent("ordered", order.Work)),
            Deliver deliver => Reply(0, new CounterEvent("delivered", deliver.Work)),
            SetAlarm alarm => Reply(0, new CounterEvent("alarm", alarm.At.UtcTicks.ToString(CultureInfo.InvariantCulture))),
            Settle settle => Reply(0, new CounterEvent("settled", settle.Resident ? "yes" : "no")),
            Ring when state.Alarm <= now => Reply(0, new CounterEvent("rang", "")),
            Ring => new([], true, Ack),
            Corrupt => Reply(0, new CounterEvent("corrupt", "")),
            _ => throw new InvalidOperationException("poison"),
        };

        static EntityDecision<CounterEvent, CounterReply> Reply(long number, params CounterEvent[] events) => new(events, true, new CounterReply(number));
    }

    public CounterState Evolve(CounterState state, CounterEvent @event)
    {
        ArgumentNullException.ThrowIfNull(state);
        return @event.Kind switch
        {
            "counted" => state with { Attempts = state.Attempts.Add(@event.Text) },
            "held" => state with { Held = state.Held.Add(@event.Text) },
            "opened" => state with { Held = state.Held.Remove(@event.Text) },
            "alarm" => state with { Alarm = new DateTimeOffset(long.Parse(@event.Text, CultureInfo.InvariantCulture), TimeSpan.Zero) },
            "rang" => state with { Alarm = null, Rings = state.Rings + 1 },
            "settled" => state with { Resident = @event.Text == "yes" },
            _ => state,
        };
    }

    public DateTimeOffset? WakeAt(CounterState state) => state?.Alarm;

    public string? TicketOf(CounterCommand command) => (command as AwaitOpening)?.Attempt;

    public (string Ticket, CounterReply Reply)? AnswerOf(CounterEvent @event) => @event.Kind == "opened" ? (@event.Text, new CounterReply(1)) : null;

    public EffectData? EffectStartedBy(CounterEvent @event) => @event.Kind == "ordered" ? new EffectData(@event.Text, default) : null;

    public string? EffectEndedBy(CounterEvent @event) => @event.Kind == "delivered" ? @event.Text : null;

    public bool MayPassivate(CounterState state) => state is not { Resident: true };

    public EntityLabels LabelsOf(CounterState state)
    {
        Labelling?.Invoke(state);
        return new("counting", "", state is { Resident: true }, default);
    }

    public EventData Encode(CounterEvent @event) => new(@event.Kind, Encoding.UTF8.GetBytes(@event.Text));

    public CounterEvent Decode(string kind, ReadOnlyMemory<byte> payload) => kind == "corrupt"
        ? throw new FormatException("corrupt is no event of ours")
        : new CounterEvent(kind, Encoding.UTF8.GetString(payload.Span));

    public ReadOnlyMemory<byte> EncodeState(CounterState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Encoding.UTF8.GetBytes(string.Join('\n',
            [state.Alarm?.UtcTicks.ToString(CultureInfo.InvariantCulture) ?? "", state.Rings.ToString(CultureInfo.InvariantCulture), state.Resident ? "yes" : "no",
                string.Join(',', state.Held.Order(StringComparer.Ordinal)), .. state.Attempts]));
    }

    public CounterState DecodeState(ReadOnlyMemory<byte> snapshot)
    {
        var lines = Encoding.UTF8.GetString(snapshot.Span).Split('\n');
        return new CounterState([.. lines[4..]], lines[3].Length == 0 ? [] : [.. lines[3].Split(',')],
            lines[0].Length == 0 ? null : new DateTimeOffset(long.Parse(lines[0], CultureInfo.InvariantCulture), TimeSpan.Zero),
            int.Parse(lines[1], CultureInfo.InvariantCulture), lines[2] == "yes");
    }
}
