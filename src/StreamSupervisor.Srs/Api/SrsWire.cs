using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// SRS's answers as they stand on the wire, read with tolerance: unknown fields are skipped, missing ones keep their default, numbers may
/// come as strings (<c>pid</c> does from SRS 5 on). Field names as in SRS 4 to 7. Setters, not <c>init</c>: the generated reader hands
/// those
/// over all at once, and a field that is missing would be null instead of keeping its default.
/// </summary>
internal class SrsEnvelope
{
    public int Code { get; set; }
    public string Server { get; set; } = "";
    public string Service { get; set; } = "";
    public string Pid { get; set; } = "";
}

internal sealed class VersionsWire : SrsEnvelope
{
    public VersionWire? Data { get; set; }
}

internal sealed class VersionWire
{
    public int Major { get; set; }
    public int Minor { get; set; }
    public int Revision { get; set; }
}

internal sealed class ProcessWire : SrsEnvelope
{
    public ProcessStatWire? Data { get; set; }
}

/// <summary><c>/self_proc_stats</c>: what the kernel says about the process.</summary>
internal sealed class ProcessStatWire
{
    public string Pid { get; set; } = "";

    /// <summary>In ticks since the machine was booted; 0 until SRS's first sample, about a second after its start.</summary>
    public long StartTime { get; set; }
}

internal sealed class SummariesWire : SrsEnvelope
{
    public SummaryWire? Data { get; set; }
}

internal sealed class SummaryWire
{
    [JsonPropertyName("now_ms")]
    public long NowMs { get; set; }
    public SummarySelfWire? Self { get; set; }
    public SummarySystemWire? System { get; set; }
}

internal sealed class SummarySelfWire
{
    public string Pid { get; set; } = "";

    [JsonPropertyName("srs_uptime")]
    public long UptimeSeconds { get; set; }

    /// <summary>A fraction of one processor.</summary>
    [JsonPropertyName("cpu_percent")]
    public double? Cpu { get; set; }
}

internal sealed class SummarySystemWire
{
    [JsonPropertyName("srs_sample_time")]
    public long SampleTimeMs { get; set; }
}

/// <summary>A page of a list.</summary>
internal abstract class PageWire<TRow> : SrsEnvelope
{
    /// <summary>How many rows the list has in all (7.0.107+); null where the server does not say.</summary>
    public int? Total { get; set; }

    [JsonIgnore]
    public abstract List<TRow>? Rows { get; }
}

internal sealed class StreamsWire : PageWire<StreamWire>
{
    public List<StreamWire>? Streams { get; set; }

    [JsonIgnore]
    public override List<StreamWire>? Rows => Streams;
}

internal sealed class StreamWire
{
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
    public string Vhost { get; set; } = "";
    public string App { get; set; } = "";
    public int Clients { get; set; }

    [JsonPropertyName("recv_bytes")]
    public long ReceivedBytes { get; set; }

    [JsonPropertyName("send_bytes")]
    public long? SentBytes { get; set; }
    public PublishWire? Publish { get; set; }
    public BitrateWire? Kbps { get; set; }

    /// <summary>Null on the wire until the first of it has come.</summary>
    [JsonConverter(typeof(Presence))]
    public bool? Video { get; set; }

    [JsonConverter(typeof(Presence))]
    public bool? Audio { get; set; }
}

internal sealed class BitrateWire
{
    [JsonPropertyName("recv_30s")]
    public int Received { get; set; }
}

internal sealed class PublishWire
{
    public bool Active { get; set; }
    public string Cid { get; set; } = "";
}

internal sealed class ClientsWire : PageWire<ClientWire>
{
    public List<ClientWire>? Clients { get; set; }

    [JsonIgnore]
    public override List<ClientWire>? Rows => Clients;
}

internal sealed class OneClientWire : SrsEnvelope
{
    public ClientWire? Client { get; set; }
}

internal sealed class ClientWire
{
    public string Id { get; set; } = "";
    public string Vhost { get; set; } = "";
    public string Stream { get; set; } = "";
    public string Ip { get; set; } = "";
    public string Url { get; set; } = "";
    public string Type { get; set; } = "";
    public bool Publish { get; set; }
    public double Alive { get; set; }

    [JsonPropertyName("recv_bytes")]
    public long ReceivedBytes { get; set; }
}

internal sealed class VhostsWire : PageWire<VhostWire>
{
    public List<VhostWire>? Vhosts { get; set; }

    [JsonIgnore]
    public override List<VhostWire>? Rows => Vhosts;
}

internal sealed class VhostWire
{
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
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

/// <summary>Whether something is there, whatever it is.</summary>
internal sealed class Presence : JsonConverter<bool?>
{
    public override bool HandleNull => true;

    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        reader.Skip();
        return true;
    }

    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Only read.");
}
