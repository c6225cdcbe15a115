using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Srs;

/// <summary>
/// SRS's answers as they stand on the wire, read with tolerance: unknown fields are skipped, missing ones keep their default, numbers may
/// come as strings (<c>pid</c> does from SRS 5 on). Field names as in SRS 4 to 7.
/// </summary>
internal class SrsEnvelope
{
    public int Code { get; init; }
    public string Server { get; init; } = "";
    public string Service { get; init; } = "";
    public string Pid { get; init; } = "";
}

internal sealed class VersionsWire : SrsEnvelope
{
    public VersionWire? Data { get; init; }
}

internal sealed class VersionWire
{
    public int Major { get; init; }
    public int Minor { get; init; }
    public int Revision { get; init; }
}

internal sealed class ProcessWire : SrsEnvelope
{
    public ProcessStatWire? Data { get; init; }
}

/// <summary><c>/self_proc_stats</c>: what the kernel says about the process.</summary>
internal sealed class ProcessStatWire
{
    public string Pid { get; init; } = "";

    /// <summary>In ticks since the machine was booted; 0 until SRS's first sample, about a second after its start.</summary>
    public long StartTime { get; init; }
}

internal sealed class SummariesWire : SrsEnvelope
{
    public SummaryWire? Data { get; init; }
}

internal sealed class SummaryWire
{
    [JsonPropertyName("now_ms")]
    public long NowMs { get; init; }
    public SummarySelfWire? Self { get; init; }
    public SummarySystemWire? System { get; init; }
}

internal sealed class SummarySelfWire
{
    public string Pid { get; init; } = "";

    [JsonPropertyName("srs_uptime")]
    public long UptimeSeconds { get; init; }
}

internal sealed class SummarySystemWire
{
    [JsonPropertyName("srs_sample_time")]
    public long SampleTimeMs { get; init; }
}

internal sealed class StreamsWire : SrsEnvelope
{
    public List<StreamWire>? Streams { get; init; }
}

internal sealed class StreamWire
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string Vhost { get; init; } = "";
    public string App { get; init; } = "";
    public int Clients { get; init; }

    [JsonPropertyName("recv_bytes")]
    public long ReceivedBytes { get; init; }
    public PublishWire? Publish { get; init; }
}

internal sealed class PublishWire
{
    public bool Active { get; init; }
    public string Cid { get; init; } = "";
}

internal sealed class ClientsWire : SrsEnvelope
{
    public List<ClientWire>? Clients { get; init; }
}

internal sealed class OneClientWire : SrsEnvelope
{
    public ClientWire? Client { get; init; }
}

internal sealed class ClientWire
{
    public string Id { get; init; } = "";
    public string Vhost { get; init; } = "";
    public string Stream { get; init; } = "";
    public string Ip { get; init; } = "";
    public string Url { get; init; } = "";
    public string Type { get; init; } = "";
    public bool Publish { get; init; }
    public double Alive { get; init; }

    [JsonPropertyName("recv_bytes")]
    public long ReceivedBytes { get; init; }
}

internal sealed class VhostsWire : SrsEnvelope
{
    public List<VhostWire>? Vhosts { get; init; }
}

internal sealed class VhostWire
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString, Converters = [typeof(TextOfAnything)])]
[JsonSerializable(typeof(SrsEnvelope))]
[JsonSerializable(typeof(VersionsWire))]
[JsonSerializable(typeof(ProcessWire))]
[JsonSerializable(typeof(SummariesWire))]
[JsonSerializable(typeof(StreamsWire))]
[JsonSerializable(typeof(ClientsWire))]
[JsonSerializable(typeof(OneClientWire))]
[JsonSerializable(typeof(VhostsWire))]
internal sealed partial class SrsWireContext : JsonSerializerContext;

/// <summary>A text that SRS writes as a number in some versions (<c>pid</c>), and as null where it has none.</summary>
internal sealed class TextOfAnything : JsonConverter<string>
{
    public override bool HandleNull => true;

    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString() ?? "";
            case JsonTokenType.Number:
                return System.Text.Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
            case JsonTokenType.Null:
                return "";
            default:
                throw new JsonException($"a text was expected and {reader.TokenType} found");
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
