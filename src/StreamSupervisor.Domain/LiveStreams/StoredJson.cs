using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// How everything that is stored looks: camelCase, enums by their names in kebab-case, times in ISO 8601 to the tick, durations as
/// <c>[d.]hh:mm:ss[.fffffff]</c>, nulls written out.
/// </summary>
/// <remarks>
/// A reader skips properties that it does not know, so a newer writer may add some. It refuses a record that lacks one, so a new
/// property of an old record needs a default value in its constructor: with it, what was stored before can still be read, and without it
/// a golden file fails.
/// </remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(StoredSessionId),
        typeof(StoredStreamKey),
        typeof(StoredEnum<AdmissionRule>),
        typeof(StoredEnum<AskedIn>),
        typeof(StoredEnum<EvictionCause>),
        typeof(StoredEnum<LossCause>),
        typeof(StoredEnum<RefusalReason>),
        typeof(StoredEnum<ReleaseProof>),
    ])]
[JsonSerializable(typeof(Admitted))]
[JsonSerializable(typeof(AttemptRefused))]
[JsonSerializable(typeof(HandoverStarted))]
[JsonSerializable(typeof(TakeoverContested))]
[JsonSerializable(typeof(ChallengerReplaced))]
[JsonSerializable(typeof(EvictionOrdered))]
[JsonSerializable(typeof(EvictionFinished))]
[JsonSerializable(typeof(EvictionStalled))]
[JsonSerializable(typeof(PublisherConfirmed))]
[JsonSerializable(typeof(ConfirmationOverdue))]
[JsonSerializable(typeof(PublisherSilent))]
[JsonSerializable(typeof(PublisherLost))]
[JsonSerializable(typeof(BroadcastEnded))]
[JsonSerializable(typeof(SessionAdopted))]
[JsonSerializable(typeof(LateHookIgnored))]
[JsonSerializable(typeof(KeyWedged))]
[JsonSerializable(typeof(WedgeCleared))]
[JsonSerializable(typeof(FightDetected))]
[JsonSerializable(typeof(SearchOrdered))]
[JsonSerializable(typeof(SearchFinished))]
[JsonSerializable(typeof(FlappingSeen))]
[JsonSerializable(typeof(KeyReserved))]
[JsonSerializable(typeof(ReservationEnded))]
[JsonSerializable(typeof(EncoderRegistered))]
[JsonSerializable(typeof(RegistrationRefused))]
[JsonSerializable(typeof(KeyLocked))]
[JsonSerializable(typeof(KeyUnlocked))]
[JsonSerializable(typeof(KeyPinned))]
[JsonSerializable(typeof(OperatorActed))]
[JsonSerializable(typeof(DecisionObserved))]
[JsonSerializable(typeof(AnswerRepeated))]
[JsonSerializable(typeof(RelayAdmitted))]
[JsonSerializable(typeof(RelayEnded))]
[JsonSerializable(typeof(EvictionDropped))]
[JsonSerializable(typeof(LiveStreamState))]
[JsonSerializable(typeof(StoredState))]
[JsonSerializable(typeof(BatchedEvent[]))]
internal sealed partial class StoredJson : JsonSerializerContext;

/// <summary>Reading and writing what is stored.</summary>
internal static class Stored
{
    /// <summary>
    /// A Chinese identity stays readable in the journal: nothing is escaped that need not be. It is never put into a page as it is.
    /// </summary>
    public static readonly StoredJson Json =
        new(new JsonSerializerOptions(StoredJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Reads one value or says what is wrong with it.</summary>
    /// <exception cref="FormatException">The payload is broken, or holds a value that only a newer version knows.</exception>
    public static object Read(string what, ReadOnlySpan<byte> payload, JsonTypeInfo type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? throw new FormatException($"The stored {what} is empty.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The stored {what} can't be read; it is damaged or was written by a newer version: {e.Message}", e);
        }
    }
}

/// <summary>An enum by the names of its values; a number is refused, because numbers change when a value is put in between.</summary>
internal sealed class StoredEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

internal sealed class StoredSessionId() : ThreeNames<SessionId>("serverId", "serviceId", "clientId")
{
    protected override SessionId Join(string first, string second, string third) => new(first, second, third);

    protected override (string First, string Second, string Third) Split(SessionId value) =>
        (value.ServerId, value.ServiceId, value.ClientId);
}

internal sealed class StoredStreamKey() : ThreeNames<StreamKey>("vhost", "app", "stream")
{
    protected override StreamKey Join(string first, string second, string third) => new(first, second, third);

    protected override (string First, string Second, string Third) Split(StreamKey value) => (value.Vhost, value.App, value.Stream);
}

/// <summary>
/// A struct of three names. Read by hand because the serializer makes a struct from nothing and fills in what it finds: a session without
/// its client would be read as one whose client is null, and named in a kick.
/// </summary>
internal abstract class ThreeNames<T>(string first, string second, string third) : JsonConverter<T>
    where T : struct
{
    protected abstract T Join(string first, string second, string third);

    protected abstract (string First, string Second, string Third) Split(T value);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"A {typeof(T).Name} is an object.");
        }

        string? one = null, two = null, three = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == first)
            {
                one = Text(ref reader);
            }
            else if (name == second)
            {
                two = Text(ref reader);
            }
            else if (name == third)
            {
                three = Text(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return one is not null && two is not null && three is not null
            ? Join(one, two, three)
            : throw new JsonException($"A {typeof(T).Name} needs {first}, {second} and {third}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var (one, two, three) = Split(value);
        writer.WriteStartObject();
        writer.WriteString(first, one);
        writer.WriteString(second, two);
        writer.WriteString(third, three);
        writer.WriteEndObject();
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()!
            : throw new JsonException($"A name of a {typeof(T).Name} is a string.");
}
