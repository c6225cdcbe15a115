using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Peers;

/// <summary>
/// Commands and replies on their way between members: a name and JSON (<see cref="PeerJson"/>). Two versions of the program run side by side
/// during a rolling restart, so names are as those of events: not the names of classes, and for ever. A new command needs a line
/// here, one in <see cref="PeerJson"/> and a golden file; a new property of an old one needs a default value in its constructor.
/// </summary>
internal static class PeerCodec
{
    private static readonly (string Name, JsonTypeInfo Type)[] Commands =
    [
        ("request-publish", PeerWire.Json.RequestPublish),
        ("note-unpublished", PeerWire.Json.ReportUnpublished),
        ("note-closed", PeerWire.Json.ReportClosed),
        ("note-refused-unseen", PeerWire.Json.ReportRefusedUnseen),
        ("note-publisher-seen", PeerWire.Json.ReportPublisherSeen),
        ("note-publisher-missing", PeerWire.Json.ReportPublisherMissing),
        ("note-silent", PeerWire.Json.ReportSilent),
        ("note-process-replaced", PeerWire.Json.ReportProcessReplaced),
        ("note-evicted", PeerWire.Json.ReportEvicted),
        ("note-eviction-stalled", PeerWire.Json.ReportEvictionStalled),
        ("note-searched", PeerWire.Json.ReportSearched),
        ("reserve", PeerWire.Json.Reserve),
        ("cancel-reservation", PeerWire.Json.CancelReservation),
        ("register", PeerWire.Json.Register),
        ("renew-registration", PeerWire.Json.RenewRegistration),
        ("wake", PeerWire.Json.Wake),
        ("kick", PeerWire.Json.Kick),
        ("release", PeerWire.Json.Release),
        ("lock", PeerWire.Json.Lock),
        ("unlock", PeerWire.Json.Unlock),
        ("pin", PeerWire.Json.Pin),
        ("inspect", PeerWire.Json.GetState),
    ];

    private static readonly (string Name, JsonTypeInfo Type)[] Replies =
    [
        ("allowed", PeerWire.Json.Allowed),
        ("refused", PeerWire.Json.Refused),
        ("process-in-doubt", PeerWire.Json.ProcessInDoubt),
        ("noted", PeerWire.Json.Ack),
        ("done", PeerWire.Json.Done),
        ("registration", PeerWire.Json.RegistrationReply),
    ];

    /// <summary>The state goes as the snapshot keeps it, and is read with the same care.</summary>
    private const string InspectedName = "inspected";

    private static readonly FrozenDictionary<Type, (string Name, JsonTypeInfo Type)> ByType =
        Commands.Concat(Replies).ToFrozenDictionary(entry => entry.Type.Type);

    private static readonly FrozenDictionary<string, JsonTypeInfo> CommandsByName = Commands.ToFrozenDictionary(entry => entry.Name, entry => entry.Type);
    private static readonly FrozenDictionary<string, JsonTypeInfo> RepliesByName = Replies.ToFrozenDictionary(entry => entry.Name, entry => entry.Type);

    private static readonly FrozenDictionary<string, AskStatus> StatusByName =
        Enum.GetValues<AskStatus>().ToFrozenDictionary(NameOf);

    /// <summary>Every name with what it stands for.</summary>
    public static IReadOnlyList<(string Name, Type Type)> Names { get; } =
        [.. Commands.Concat(Replies).Select(entry => (entry.Name, entry.Type.Type)), (InspectedName, typeof(StateReply))];

    public static byte[] EncodeAsk(string entityId, LiveStreamCommand command, TimeSpan wait) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("entity", entityId);
        writer.WriteNumber("waitMs", (long)Math.Ceiling(wait.TotalMilliseconds));
        WriteCommand(writer, command);
        writer.WriteEndObject();
    });

    /// <exception cref="FormatException">It can't be read, or holds a command that only another version knows.</exception>
    public static (string EntityId, LiveStreamCommand Command, TimeSpan Wait) DecodeAsk(ReadOnlySpan<byte> body)
    {
        var ask = Read("ask", body, PeerWire.Json.PeerAsk);
        return (ask.Entity, DecodeCommand(ask.Command, ask.Data), TimeSpan.FromMilliseconds(Math.Clamp(ask.WaitMs, 0, int.MaxValue)));
    }

    public static byte[] EncodeTells(IReadOnlyList<(string EntityId, LiveStreamCommand Command)> tells) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("tells");
        foreach (var (entityId, command) in tells)
        {
            writer.WriteStartObject();
            writer.WriteString("entity", entityId);
            WriteCommand(writer, command);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Those that can be read, with their positions; one that can't is left out: what it says is found by the sweep.</summary>
    /// <param name="body">The body.</param>
    /// <param name="unread">Why the first of those was left out; null when all could be read.</param>
    /// <exception cref="FormatException">It is no batch at all.</exception>
    public static IReadOnlyList<(int Position, string EntityId, LiveStreamCommand Command)> DecodeTells(ReadOnlySpan<byte> body, out string? unread)
    {
        unread = null;
        var tells = Read("batch of tells", body, PeerWire.Json.PeerTells).Tells;
        var read = new List<(int, string, LiveStreamCommand)>(tells.Count);
        for (var i = 0; i < tells.Count; i++)
        {
            try
            {
                read.Add((i, tells[i].Entity, DecodeCommand(tells[i].Command, tells[i].Data)));
            }
            catch (FormatException problem)
            {
                unread ??= problem.Message;
            }
        }

        return read;
    }

    public static byte[] EncodeAnswer(PeerAnswer<LiveStreamReply> answer) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", NameOf(answer.Result.Status));
        if (answer.NotOwner)
        {
            writer.WriteBoolean("notOwner", true);
        }

        if (answer.Result.Why is { } why)
        {
            writer.WriteString("why", why);
        }

        if (answer.Result.Reply is StateReply inspected)
        {
            writer.WriteString("reply", InspectedName);
            writer.WritePropertyName("data");
            writer.WriteRawValue(StateCodec.Encode(inspected.State), skipInputValidation: true);
        }
        else if (answer.Result.Reply is { } reply)
        {
            var (name, type) = EntryOf(reply);
            writer.WriteString("reply", name);
            writer.WritePropertyName("data");
            JsonSerializer.Serialize(writer, reply, type);
        }

        writer.WriteEndObject();
    });

    /// <exception cref="FormatException">It can't be read, or holds a reply that only another version knows.</exception>
    public static PeerAnswer<LiveStreamReply> DecodeAnswer(ReadOnlySpan<byte> body)
    {
        var answer = Read("answer", body, PeerWire.Json.PeerReply);
        var status = StatusByName.GetValueOrDefault(answer.Status);
        return status == AskStatus.Answered
            ? new(AskResult<LiveStreamReply>.Answered(DecodeReply(answer)), NotOwner: false)
            : new(AskResult<LiveStreamReply>.Not(status, answer.Why ?? ""), answer.NotOwner);
    }

    private static LiveStreamCommand DecodeCommand(string name, JsonElement data)
    {
        if (!CommandsByName.TryGetValue(name, out var type))
        {
            throw new FormatException($"The command '{name}' is not known to this version; the member that sent it runs a newer one.");
        }

        var command = (LiveStreamCommand)Read($"command '{name}'", data, type);

        // The generated reader makes null of what is missing here: a sender that does not name nodes names none.
        return command is Release { Origins: null } release ? release with { Origins = [] } : command;
    }

    private static LiveStreamReply DecodeReply(PeerReply answer)
    {
        if (answer is not { Reply: { } name, Data: { } data })
        {
            throw new FormatException("The answer holds no reply.");
        }

        if (name == InspectedName)
        {
            return new StateReply(StateCodec.Decode(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(data)));
        }

        return RepliesByName.TryGetValue(name, out var type)
            ? (LiveStreamReply)Read($"reply '{name}'", data, type)
            : throw new FormatException($"The reply '{name}' is not known to this version; the member that sent it runs a newer one.");
    }

    private static void WriteCommand(Utf8JsonWriter writer, LiveStreamCommand command)
    {
        var (name, type) = EntryOf(command);
        writer.WriteString("command", name);
        writer.WritePropertyName("data");
        JsonSerializer.Serialize(writer, command, type);
    }

    private static (string Name, JsonTypeInfo Type) EntryOf(object message) => ByType.TryGetValue(message.GetType(), out var entry)
        ? entry
        : throw new InvalidOperationException($"{message.GetType().Name} has no name between members: add it to the tables of PeerCodec.");

    private static T Read<T>(string what, ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new FormatException($"The {what} is empty.");
        }
        catch (JsonException problem)
        {
            throw new FormatException($"The {what} can't be read: {problem.Message}", problem);
        }
    }

    private static object Read(string what, JsonElement data, JsonTypeInfo type)
    {
        try
        {
            return data.Deserialize(type) ?? throw new FormatException($"The {what} is empty.");
        }
        catch (JsonException problem)
        {
            throw new FormatException($"The {what} can't be read: {problem.Message}", problem);
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PeerWire.Json.Options.Encoder, SkipValidation = true }))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string NameOf(AskStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());
}
