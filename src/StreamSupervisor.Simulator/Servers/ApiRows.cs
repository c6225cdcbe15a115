using System.Text.Json;
using StreamSupervisor.Simulator.Json;
using StreamSupervisor.Simulator.Statistics;

namespace StreamSupervisor.Simulator.Servers;

/// <summary>The bodies of the API's answers, field by field in the order of SRS.</summary>
internal static partial class ApiRows
{
    public static void WritePage<T>(Utf8JsonWriter writer, string name, IReadOnlyCollection<T> rows, (int From, int To) page,
        Action<T, Utf8JsonWriter> write)
    {
        writer.WriteStartArray(name);
        var index = 0;
        foreach (var row in rows)
        {
            if (index >= page.To)
            {
                break;
            }

            if (index++ >= page.From)
            {
                writer.WriteStartObject();
                write(row, writer);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    }

    public static void WriteOne(Utf8JsonWriter writer, string name, Action<Utf8JsonWriter> write)
    {
        writer.WriteStartObject(name);
        write(writer);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, VhostRow row)
    {
        writer.WriteString("id", row.Id);
        writer.WriteString("name", row.Name);
        writer.WriteBoolean("enabled", true);
        writer.WriteNumber("clients", row.Clients);
        writer.WriteNumber("streams", row.Streams);
        WriteBytes(writer, row.Bytes);
        WriteRates(writer, row.Bytes);
        writer.WriteStartObject("hls");
        writer.WriteBoolean("enabled", false);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, StreamRow row, SrsModel model, DateTimeOffset now)
    {
        writer.WriteString("id", row.Id);
        writer.WriteString("name", row.Name);
        writer.WriteString("vhost", row.Vhost.Id);
        writer.WriteString("app", row.App);
        if (model.HasServiceId)
        {
            writer.WriteString("tcUrl", row.TcUrl);
            writer.WriteString("url", row.Url);
        }

        writer.WriteNumber("live_ms", now.ToUnixTimeMilliseconds());
        writer.WriteNumber("clients", row.Clients);
        writer.WriteNumber("frames", row.Frames);
        WriteBytes(writer, row.Bytes);
        WriteRates(writer, row.Bytes);
        writer.WriteStartObject("publish");
        writer.WriteBoolean("active", row.Active);
        if (row.PublisherId.Length > 0 || !model.HasServiceId)
        {
            writer.WriteString("cid", row.PublisherId);
        }

        writer.WriteEndObject();
        WriteVideo(writer, row.HasVideo);
        WriteAudio(writer, row.HasAudio);
    }

    public static void Write(Utf8JsonWriter writer, ClientRow row, SrsModel model, DateTimeOffset now)
    {
        writer.WriteString("id", row.Connection.ClientId);
        writer.WriteString("vhost", row.Stream.Vhost.Id);
        writer.WriteString("stream", row.Stream.Id);
        writer.WriteString("ip", row.Connection.Address);
        writer.WriteString("pageUrl", "");
        writer.WriteString("swfUrl", "");
        writer.WriteString("tcUrl", row.Request.TcUrl);
        writer.WriteString("url", row.Request.Key.Url);
        if (model.HasServiceId)
        {
            writer.WriteString("name", row.Request.Key.Stream);
        }

        writer.WriteString("type", row.Publishing ? "fmle-publish" : "rtmp-play");
        writer.WriteBoolean("publish", row.Publishing);
        writer.WriteFraction("alive", Math.Floor((now - row.Created).TotalMilliseconds) / 1000);
        if (model.HasServiceId)
        {
            WriteBytes(writer, row.Bytes);
        }

        WriteRates(writer, row.Bytes);
    }

    private static void WriteBytes(Utf8JsonWriter writer, ByteCounter bytes)
    {
        writer.WriteNumber("send_bytes", bytes.Sent);
        writer.WriteNumber("recv_bytes", bytes.Received);
    }

    private static void WriteRates(Utf8JsonWriter writer, ByteCounter bytes)
    {
        writer.WriteStartObject("kbps");
        writer.WriteNumber("recv_30s", bytes.ReceivedKbps);
        writer.WriteNumber("send_30s", bytes.SentKbps);
        writer.WriteEndObject();
    }

    private static void WriteVideo(Utf8JsonWriter writer, bool hasVideo)
    {
        if (!hasVideo)
        {
            writer.WriteNull("video");
            return;
        }

        writer.WriteStartObject("video");
        writer.WriteString("codec", "H264");
        writer.WriteString("profile", "Baseline");
        writer.WriteString("level", "1.3");
        writer.WriteNumber("width", 320);
        writer.WriteNumber("height", 180);
        writer.WriteEndObject();
    }

    private static void WriteAudio(Utf8JsonWriter writer, bool hasAudio)
    {
        if (!hasAudio)
        {
            writer.WriteNull("audio");
            return;
        }

        writer.WriteStartObject("audio");
        writer.WriteString("codec", "AAC");
        writer.WriteNumber("sample_rate", 44_100);
        writer.WriteNumber("channel", 2);
        writer.WriteString("profile", "LC");
        writer.WriteEndObject();
    }
}
