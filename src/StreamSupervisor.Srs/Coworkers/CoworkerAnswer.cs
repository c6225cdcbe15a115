using System.Text.Encodings.Web;
using System.Text.Json;

namespace StreamSupervisor.Srs.Coworkers;

/// <summary>
/// The answer to a <see cref="CoworkerQuestion"/>. Of it SRS 4 to 7 read the code, which must be 0, and of <c>data.origin</c> the ip, a
/// text, and the port, an integer; the rest is what a coworker says. With an empty ip SRS goes on to its next coworker; after the last
/// it ends the play, and an edge asks again 3 s later.
/// </summary>
/// <param name="Ip">An address or a host name that players reach; empty: nobody is to go anywhere.</param>
/// <param name="Port">The port of RTMP there; 0 with an empty ip.</param>
/// <param name="Api">Address and port of that server's API; empty with an empty ip.</param>
internal readonly record struct CoworkerAnswer(string Ip, int Port, string Api)
{
    /// <summary>Stay and wait.</summary>
    public static CoworkerAnswer Stay { get; } = new("", 0, "");

    /// <summary>The answer as SRS itself writes one.</summary>
    public byte[] Encode(CoworkerQuestion question)
    {
        var bytes = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("code", 0);
            json.WriteStartObject("data");
            json.WriteStartObject("query");
            json.WriteString("ip", question.Ip);
            json.WriteString("vhost", question.Vhost);
            json.WriteString("app", question.App);
            json.WriteString("stream", question.Stream);
            json.WriteEndObject();
            json.WriteStartObject("origin");
            json.WriteString("ip", Ip);
            json.WriteNumber("port", Port);
            json.WriteString("vhost", question.Vhost);
            json.WriteString("api", Api);
            json.WriteStartArray("routers");
            if (Api.Length > 0)
            {
                json.WriteStringValue(Api);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
