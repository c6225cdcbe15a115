using System.Text.Json;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Json;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Hooks;

/// <summary>
/// Writes the hooks of each version. The fields differ in number and order from hook to hook and from 4 to 5, and a receiver that reads
/// by position or counts on a field must fail here as it fails on a real server.
/// </summary>
internal static class HookPayload
{
    public static SimulatedHook Of(string action, SimulatedSrsOptions options, string serviceId, SimulatedConnection connection,
        string? streamId)
    {
        var request = connection.Request;
        var modern = options.Model.HasServiceId;
        var closing = action == HookActions.OnClose;
        var json = SrsJson.Write(writer =>
        {
            writer.WriteString("server_id", options.ServerId);
            if (modern)
            {
                writer.WriteString("service_id", serviceId);
            }

            writer.WriteString("action", action);
            writer.WriteString("client_id", connection.ClientId);
            writer.WriteString("ip", connection.Address);
            writer.WriteString("vhost", request.Key.Vhost);
            writer.WriteString("app", request.Key.App);
            switch (action)
            {
                case HookActions.OnConnect:
                    writer.WriteString("stream", request.Key.Stream);
                    writer.WriteString("param", request.Param);
                    writer.WriteString("tcUrl", request.TcUrl);
                    writer.WriteString("pageUrl", "");
                    break;
                case HookActions.OnClose:
                    // No stream: the connection closes, whatever it did before.
                    writer.WriteNumber("send_bytes", connection.SentBytes);
                    writer.WriteNumber("recv_bytes", connection.ReceivedBytes);
                    break;
                case HookActions.OnPlay when modern:
                    writer.WriteString("stream", request.Key.Stream);
                    writer.WriteString("tcUrl", request.TcUrl);
                    writer.WriteString("param", request.Param);
                    writer.WriteString("pageUrl", "");
                    WriteStream(writer, request, streamId);
                    break;
                case HookActions.OnPlay:
                    writer.WriteString("stream", request.Key.Stream);
                    writer.WriteString("param", request.Param);
                    writer.WriteString("pageUrl", "");
                    break;
                default:
                    if (modern || action == HookActions.OnPublish)
                    {
                        writer.WriteString("tcUrl", request.TcUrl);
                    }

                    writer.WriteString("stream", request.Key.Stream);
                    writer.WriteString("param", request.Param);
                    if (modern)
                    {
                        WriteStream(writer, request, streamId);
                    }

                    break;
            }
        });
        return new SimulatedHook(action, options.ServerId, modern
            ? serviceId
            : "", connection.ClientId, connection.Address, request.Key.Vhost,
            request.Key.App, closing ? "" : request.Key.Stream, closing ? "" : request.Param, closing ? "" : request.TcUrl, json);
    }

    private static void WriteStream(Utf8JsonWriter writer, RtmpRequest request, string? streamId)
    {
        writer.WriteString("stream_url", request.Key.Url);
        if (streamId is not null)
        {
            writer.WriteString("stream_id", streamId);
        }
    }
}
