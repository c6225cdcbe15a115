using System.Globalization;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Connections;

/// <content>A server of an origin cluster that is asked to play what nobody publishes to it (<c>SrsRtmpConn::playing</c>).</content>
public sealed partial class SimulatedConnection
{
    /// <summary>Where the player was sent by RTMP 302, <c>rtmp://host:port/app/stream</c>; null when it was not.</summary>
    public string? RedirectedTo { get; private set; }

    /// <summary>Asks the coworkers one after another; the play ends, with or without an address to go on at.</summary>
    private async Task<CloseReason?> RedirectAsync()
    {
        var reason = CloseReason.NoOrigin;
        foreach (var coworker in srs.Coworkers)
        {
            if (await AskCoworkerAsync(coworker) is { Host.Length: > 0, Port: > 0 } place)
            {
                RedirectedTo = string.Create(CultureInfo.InvariantCulture, $"rtmp://{place.Host}:{place.Port}{Request.Key.Url}");
                srs.Note(SimulatedEventKind.Redirected, ClientId, Request.Key.Url, RedirectedTo);
                reason = CloseReason.Redirected;
                break;
            }

            if (dead)
            {
                return CloseReason.ProcessGone;
            }
        }

        await AskAsync(HookActions.OnStop, kicked ? Cuts.None : Cuts.Kick);
        return dead || kicked ? Left() : reason;
    }

    private async Task<(string Host, int Port)?> AskCoworkerAsync(string coworker)
    {
        var answer = await WaitAsync(Cuts.Kick, cut => srs.AskCoworkerAsync(QuestionTo(coworker), cut));
        process.AdvanceTo(srs.Now);
        return answer is var (status, body) ? CoworkerReply.Read(status, body) : null;
    }

    /// <summary>SRS puts the names together as they are and encodes nothing.</summary>
    private string QuestionTo(string coworker) => $"http://{coworker}/api/v1/clusters?vhost={Request.Key.Vhost}&ip={HostOf(Request.TcUrl)}"
        + $"&app={Request.Key.App}&stream={Request.Key.Stream}&coworker={coworker}";

    private static string HostOf(string tcUrl) => tcUrl.Split('/')[2].Split(':')[0];
}
