using System.Text.RegularExpressions;
using StreamSupervisor.Client;

namespace StreamSupervisor.Agent;

/// <summary>
/// Reads why an encoder ended from its exit code and its last lines: whose fault it was, and a sentence for the person in front of it. The
/// table knows what ffmpeg 4 to 7 and GStreamer print; an encoder that prints something else is judged by its exit code.
/// </summary>
internal static partial class PublishLossClassifier
{
    private static readonly (Regex Pattern, LossKind Kind, string En, string Zh)[] s_table =
    [
        // The server's no. SRS refuses by closing the connection, which ffmpeg calls an input/output error of the address.
        (Publishing(), LossKind.Temporary, "The server says that the stream is being published already.", "服务器表示该流正在被推送。"),
        (Unauthorized(), LossKind.Permanent, "The server does not accept the credential in the address.", "服务器不接受地址中的凭证。"),
        (NotThere(), LossKind.Permanent, "The server knows no such address.", "服务器上没有该地址。"),
        (Closed(), LossKind.Temporary, "The server closed the connection while the publish was being set up: refused, or still busy.",
            "服务器在建立推流时关闭了连接:被拒绝或仍被占用。"),

        // The way between.
        (Refused(), LossKind.Network, "The server cannot be reached: the connection was refused.", "无法连接服务器:连接被拒绝。"),
        (Unresolved(), LossKind.Network, "The server's name cannot be resolved.", "无法解析服务器域名。"),
        (Unreachable(), LossKind.Network, "The server cannot be reached: there is no way through the network.", "网络不通,无法到达服务器。"),
        (TimedOut(), LossKind.Network, "The server did not answer in time.", "服务器响应超时。"),
        (Broken(), LossKind.Network, "The connection to the server was lost.", "与服务器的连接中断。"),

        // This side, and nothing that time mends.
        (BadOption(), LossKind.Permanent, "The encoder does not understand its command line.", "编码器无法识别命令行参数。"),
        (BadCodec(), LossKind.Permanent, "The encoder lacks a codec or format that its command line asks for.", "编码器缺少所需的编解码器或格式。"),

        // This side, and it may come back.
        (NoInput(), LossKind.Ours, "The input is not there or cannot be opened.", "输入不存在或无法打开。"),
        (BadInput(), LossKind.Ours, "The input holds no media that can be read.", "输入中没有可读取的媒体数据。"),
        (BusyDevice(), LossKind.Ours, "The capture device is in use or gone.", "采集设备被占用或已断开。"),
    ];

    /// <param name="exitCode">The command's exit code; 128 + n for one that signal n ended.</param>
    /// <param name="lines">Its last lines on standard error, oldest first.</param>
    /// <param name="url">The address that it published to; tells a camera that cannot be reached from a server that cannot.</param>
    public static PublishEnd Classify(int exitCode, IReadOnlyList<string> lines, string url)
    {
        if (exitCode == 0)
        {
            return PublishEnd.Done;
        }

        // From the end: the last thing that an encoder complains of is what stopped it.
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            foreach (var (pattern, kind, en, zh) in s_table)
            {
                if (!pattern.IsMatch(lines[i]))
                {
                    continue;
                }

                return kind != LossKind.Ours && kind != LossKind.Permanent && NamesAnother(lines[i], url)
                    ? new PublishEnd(LossKind.Ours, "The input is a network address that cannot be reached.") { TextZh = "作为输入的网络地址无法访问。" }
                    : new PublishEnd(kind, en) { TextZh = zh };
            }
        }

        return exitCode switch
        {
            127 => new PublishEnd(LossKind.Permanent, "The command does not exist.") { TextZh = "命令不存在。" },
            126 => new PublishEnd(LossKind.Permanent, "The command may not be executed.") { TextZh = "命令没有执行权限。" },
            128 + 9 => new PublishEnd(LossKind.Ours,
                "The encoder was killed from outside, perhaps for lack of memory.") { TextZh = "编码器被外部强制结束,可能是内存不足。" },
            128 + 11 or 128 + 6 => new PublishEnd(LossKind.Ours, "The encoder crashed.") { TextZh = "编码器崩溃。" },
            > 128 and < 160 => new PublishEnd(LossKind.Ours, "The encoder was stopped from outside.") { TextZh = "编码器被外部停止。" },
            _ => new PublishEnd(LossKind.Ours, $"The encoder ended with exit code {exitCode} and gave no reason that is known here.")
            {
                TextZh = $"编码器以退出码 {exitCode} 结束,原因未知。",
            },
        };
    }

    private static bool NamesAnother(string line, string url)
    {
        foreach (Match address in Address().Matches(line))
        {
            // ffmpeg names the transport below an address too (tcp://host:port); that says nothing about which side it is.
            if (!address.Value.StartsWith("tcp://", StringComparison.Ordinal)
                && !address.Value.StartsWith("udp://", StringComparison.Ordinal))
            {
                return !address.Value.StartsWith(WithoutQuery(url), StringComparison.Ordinal);
            }
        }

        return false;
    }

    private static string WithoutQuery(string url) => url.IndexOf('?', StringComparison.Ordinal) is var at && at >= 0 ? url[..at] : url;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"already publish|Publish\.BadName|StreamBusy|stream is busy|409 Conflict", Options)]
    private static partial Regex Publishing();

    [GeneratedRegex(@"40[13] (Unauthorized|Forbidden)|authorization failed|authentication failed|Publish\.(Denied|Unauthorized)", Options)]
    private static partial Regex Unauthorized();

    [GeneratedRegex(@"404 Not Found|Connect\.InvalidApp", Options)]
    private static partial Regex NotThere();

    [GeneratedRegex(@"(rtmps?|srt|https?)://\S*: (Input/output error|End of file|Connection rejected)"
        + @"|Connection rejected|NetConnection\.Connect\.Rejected", Options)]
    private static partial Regex Closed();

    [GeneratedRegex(@"Connection refused|Error number -10061", Options)]
    private static partial Regex Refused();

    [GeneratedRegex(@"Failed to resolve hostname|Name or service not known|Temporary failure in name resolution|could not resolve",
        Options)]
    private static partial Regex Unresolved();

    [GeneratedRegex(@"Network is (unreachable|down)|No route to host|Host is (unreachable|down)", Options)]
    private static partial Regex Unreachable();

    [GeneratedRegex(@"timed out|Connection setup failure|Error number -10060", Options)]
    private static partial Regex TimedOut();

    [GeneratedRegex(@"Broken pipe|Connection reset|Connection (was )?aborted|Error number -(10054|10053|32|104)\b"
        + @"|Error writing trailer of \S+: (Input/output error|End of file)"
        + @"|av_interleaved_write_frame\(\): (Input/output error|End of file)|Connection does not exist", Options)]
    private static partial Regex Broken();

    [GeneratedRegex(@"Unrecognized option|Option not found|Error splitting the argument list"
        + @"|Trailing option|At least one output file must be specified|Missing argument for option|no element ""|erroneous pipeline",
            Options)]
    private static partial Regex BadOption();

    [GeneratedRegex(@"Unknown (encoder|decoder|format)|Encoder not found|not a suitable output format"
        + @"|Unable to (find a suitable|choose an) output format|Protocol not found"
        + @"|Unknown input format|codec not currently supported in container", Options)]
    private static partial Regex BadCodec();

    [GeneratedRegex(@"No such file or directory|Permission denied|Error opening input|Cannot open (display|audio device)|Is a directory",
        Options)]
    private static partial Regex NoInput();

    [GeneratedRegex(@"Invalid data found when processing input|moov atom not found"
        + @"|does not contain any stream|Could not find codec parameters", Options)]
    private static partial Regex BadInput();

    [GeneratedRegex(@"Device or resource busy|No such device|Input/output error$", Options)]
    private static partial Regex BusyDevice();

    [GeneratedRegex(@"[a-z][a-z0-9+.-]*://\S+[^\s:]", Options)]
    private static partial Regex Address();
}
