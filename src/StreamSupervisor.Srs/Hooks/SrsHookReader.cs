using System.Buffers;
using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Srs.Hooks;

/// <summary>Reads a hook's body in one pass, without a tree in between. Fields that we have no use for are skipped.</summary>
internal static class SrsHookReader
{
    /// <summary>Reads a hook.</summary>
    /// <param name="body">The JSON as SRS sent it; may begin with a BOM.</param>
    /// <param name="call">The hook.</param>
    /// <param name="problem">What is wrong with it, with the name of the field; holds nothing of what was sent.</param>
    public static bool TryParse(ReadOnlySequence<byte> body, out SrsHook call, out string problem)
    {
        try
        {
            return TryRead(body, out call, out problem);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // A stream name with bytes that are no UTF-8 comes through SRS as it is; the names in /streams are repaired the same way.
            try
            {
                return TryRead(new ReadOnlySequence<byte>(LenientUtf8.Repair(body.ToArray())), out call, out problem);
            }
            catch (Exception broken) when (broken is JsonException or InvalidOperationException)
            {
                call = Nothing;
                problem = broken is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
                    ? $"The body is no JSON: line {line + 1}, byte {position + 1}."
                    : "The body is no JSON.";
                return false;
            }
        }
    }

    /// <summary>SRS's own ids have 8 characters, a server's configured one may be anything sensible.</summary>
    private const int MaxName = 128;

    private static SrsHook Nothing { get; } = new(HookAction.Unknown, "", "", "", "", "", "", "", "", "");

    private static bool TryRead(ReadOnlySequence<byte> body, out SrsHook call, out string problem)
    {
        call = Nothing;
        var reader = new Utf8JsonReader(WithoutBom(body), new JsonReaderOptions { MaxDepth = 16 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            problem = "The body is no JSON object.";
            return false;
        }

        string? action = null;
        string server = "", service = "", client = "", address = "", vhost = "", app = "", stream = "", param = "", tcUrl = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("action"u8))
            {
                action = Action(ref reader);
            }
            else if (reader.ValueTextEquals("server_id"u8))
            {
                server = Text(ref reader);
            }
            else if (reader.ValueTextEquals("service_id"u8))
            {
                service = Text(ref reader);
            }
            else if (reader.ValueTextEquals("client_id"u8))
            {
                client = Text(ref reader);
            }
            else if (reader.ValueTextEquals("ip"u8))
            {
                address = Text(ref reader);
            }
            else if (reader.ValueTextEquals("vhost"u8))
            {
                vhost = Text(ref reader);

                // Nearly all streams have it and each keeps it for as long as it is on air, so all keep the same one.
                vhost = vhost == StreamKey.DefaultVhost ? StreamKey.DefaultVhost : vhost;
            }
            else if (reader.ValueTextEquals("app"u8))
            {
                app = Text(ref reader);
            }
            else if (reader.ValueTextEquals("stream"u8))
            {
                stream = Text(ref reader);
            }
            else if (reader.ValueTextEquals("param"u8))
            {
                param = Text(ref reader);
            }
            else if (reader.ValueTextEquals("tcUrl"u8))
            {
                tcUrl = Text(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (reader.Read())
        {
            problem = "There is something behind the JSON object.";
            return false;
        }

        call = new SrsHook(ActionOf(action), server, service, client, address, vhost, app, stream, param, tcUrl);
        problem = Missing(action, call) is { } missing ? $"The field '{missing}' is missing or no text."
            : NoName(call) is { } field ? $"The field '{field}' has more than {MaxName} characters, or some that are no text."
            : "";
        return problem.Length == 0;
    }

    private static ReadOnlySequence<byte> WithoutBom(ReadOnlySequence<byte> body)
    {
        Span<byte> start = stackalloc byte[3];
        if (body.Length < 3)
        {
            return body;
        }

        body.Slice(0, 3).CopyTo(start);
        return start.SequenceEqual("\uFEFF"u8) ? body.Slice(3) : body;
    }

    /// <summary>The name of the action; null for one that is no text: SRS has only ever sent texts, so that is no hook.</summary>
    private static string? Action(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    /// <summary>A text; a number as it stands there (client ids were numbers before SRS 4); empty for anything else.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return "";
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString() ?? "";
            case JsonTokenType.Number:
                return System.Text.Encoding.ASCII.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
            default:
                reader.Skip();
                return "";
        }
    }

    /// <summary>What names a session must fit the store, whoever sends it.</summary>
    private static string? NoName(SrsHook call) =>
        !IsName(call.ServerId) ? "server_id"
        : !IsName(call.ServiceId) ? "service_id"
        : !IsName(call.ClientId) ? "client_id"
        : !IsName(call.Address) ? "ip"
        : null;

    private static bool IsName(string text) => text.Length <= MaxName && !text.AsSpan().ContainsAnyInRange('\0', '\u001f');

    private static HookAction ActionOf(string? action) => action switch
    {
        "on_connect" => HookAction.OnConnect,
        "on_publish" => HookAction.OnPublish,
        "on_unpublish" => HookAction.OnUnpublish,
        "on_close" => HookAction.OnClose,
        "on_play" => HookAction.OnPlay,
        "on_stop" => HookAction.OnStop,
        _ => HookAction.Unknown,
    };

    private static string? Missing(string? action, SrsHook call)
    {
        if (string.IsNullOrEmpty(action))
        {
            return "action";
        }

        // Of a hook that we do not know we expect nothing.
        if (call.Action is HookAction.Unknown or HookAction.OnStop)
        {
            return null;
        }

        if (call.ClientId.Length == 0)
        {
            return "client_id";
        }

        if (call.Action is not (HookAction.OnPublish or HookAction.OnUnpublish))
        {
            return null;
        }

        return call.Vhost.Length == 0 ? "vhost" : call.App.Length == 0 ? "app" : call.Stream.Length == 0 ? "stream" : null;
    }
}
