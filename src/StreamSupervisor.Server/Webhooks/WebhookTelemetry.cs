using System.Diagnostics.Metrics;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What is counted of webhooks, by the member that sends. The label is the name of the receiver or its number.</summary>
internal static class WebhookTelemetry
{
    private static readonly Counter<long> Messages = Telemetry.Meter.CreateCounter<long>("streamsupervisor.webhooks.messages", "{message}",
        "Messages that were posted to a receiver, by whether it took them.");

    /// <summary>What an alert may rest on is there from the start, at 0.</summary>
    public static void Begin(IEnumerable<string> webhooks)
    {
        foreach (var webhook in webhooks)
        {
            Messages.Add(0, new("webhook", webhook), new("result", "taken"));
            Messages.Add(0, new("webhook", webhook), new("result", "failed"));
        }
    }

    public static void Sent(string webhook, bool isTaken) =>
        Messages.Add(1, new("webhook", webhook), new("result", isTaken ? "taken" : "failed"));
}

/// <summary>How each receiver does, as the member that sends saw its row last; the others say nothing.</summary>
internal sealed class WebhookGauges : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private volatile IReadOnlyList<(string Name, WebhookRow Row)> _known = [];

    public WebhookGauges() => _meter.CreateObservableGauge("streamsupervisor.webhooks.parked", () => _known.Select(one =>
        new Measurement<int>(one.Row.IsParked ? 1 : 0, new KeyValuePair<string, object?>("webhook", one.Name))),
        unit: null, "1 for a receiver that is sent nothing until a person orders it; only the member that sends says so.");

    /// <summary>What is known now; nothing where another member sends.</summary>
    public void Note(IReadOnlyList<(string Name, WebhookRow Row)> known) => _known = known;

    public void Dispose() => _meter.Dispose();
}
