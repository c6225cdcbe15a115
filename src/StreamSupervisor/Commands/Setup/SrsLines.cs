using System.Globalization;
using System.Net;
using System.Text;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands.Setup;

/// <summary>What an SRS server's own configuration needs, made from its entry in <c>origins</c>.</summary>
internal static class SrsLines
{
    private static readonly SrsVersion ServerIdBegins = new(4, 0, 185);
    private static readonly SrsVersion LoginBeginsIn5 = new(5, 0, 152);
    private static readonly SrsVersion LoginBeginsIn6 = new(6, 0, 40);

    /// <summary>Whether a version can ask the callers of its API who they are.</summary>
    public static bool HasLogin(SrsVersion version) => version >= (version.Major < 6 ? LoginBeginsIn5 : LoginBeginsIn6);

    /// <summary>Whether a version may be told its name.</summary>
    public static bool HasServerId(SrsVersion version) => version >= ServerIdBegins;

    /// <summary>Reads <c>6.0.157</c>, <c>6.0</c> or <c>6</c>; what is left out is taken for the newest.</summary>
    public static bool TryParseVersion(string? text, out SrsVersion version)
    {
        version = default;
        var parts = text?.Split('.') ?? [];
        Span<int> numbers = [0, 0, int.MaxValue];
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 2 || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }

        version = new SrsVersion(numbers[0], numbers[1], numbers[2]);
        return numbers[0] is >= 4 and < 100;
    }

    /// <summary>The lines, as a file that SRS would start with.</summary>
    /// <param name="origin">The server.</param>
    /// <param name="supervisor">Where it posts its hooks.</param>
    /// <param name="version">Its version; null where it is not known.</param>
    public static string Of(OriginOptions origin, Uri supervisor, SrsVersion? version = null)
    {
        var hook = $"{supervisor.GetLeftPart(UriPartial.Authority)}/hooks/v1/{origin.HookToken}";
        var lines = new StringBuilder();
        if (version is not { } named || HasServerId(named))
        {
            _ = lines.AppendLine($"server_id       {Word(origin.Name)};");
        }

        _ = lines.AppendLine(
            $$"""
            # Yours has this line already: SRS does not start without one.
            listen          {{PlayAddress.Of(origin).Port}};

            # Whoever reaches this address can end any stream: leave it inside your own network.
            http_api {
                enabled         on;
                listen          {{ListenOf(origin.Api)}};
            """);
        AddLogin(lines, origin, version);
        _ = lines.AppendLine(
            $$"""
            }

            # The same in every vhost that encoders publish to.
            vhost __defaultVhost__ {
                http_hooks {
                    enabled         on;
                    on_connect      {{hook}};
                    on_publish      {{hook}};
                    on_unpublish    {{hook}};
                    on_close        {{hook}};
                    on_play         {{hook}};
                }
                publish {
                    firstpkt_timeout    7000;
                    normal_timeout      5000;
                }
                tcp_nodelay     on;
            """);
        if (origin.CoworkersToken.Length > 0)
        {
            _ = lines.AppendLine(
                $$"""
                    cluster {
                        mode            local;
                        origin_cluster  on;
                        coworkers       {{supervisor.Authority}}/coworkers/v1/{{origin.CoworkersToken}};
                    }
                """);
        }

        return lines.AppendLine("}").ToString();
    }

    private static void AddLogin(StringBuilder lines, OriginOptions origin, SrsVersion? version)
    {
        if (string.IsNullOrEmpty(origin.Username) || (version is { } known && !HasLogin(known)))
        {
            return;
        }

        _ = lines.AppendLine(version is null
            ? "    # From SRS 5.0.152 and 6.0.40 on. Older ones know no login, and SRS 4 does not start with it: leave the block out there."
            : "    # The same pair as in the origin's settings.");
        _ = lines.AppendLine(
            $$"""
                auth {
                    enabled         on;
                    username        {{Word(origin.Username)}};
                    password        {{Word(origin.Password ?? "")}};
                }
            """);
    }

    /// <summary>What SRS listens on so that it is found at the address; a name may be any address of that machine.</summary>
    private static string ListenOf(string api) => !Uri.TryCreate(api, UriKind.Absolute, out var url) ? "127.0.0.1:1985"
        : IPAddress.TryParse(url.Host.Trim('[', ']'), out _) ? $"{url.Host}:{url.Port}"
        : url.IsLoopback ? $"127.0.0.1:{url.Port}"
        : $"{url.Port}";

    /// <summary>A word as SRS reads it; one with a sign of its syntax in quotes.</summary>
    private static string Word(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "._~-+/=".Contains(c, StringComparison.Ordinal)) ? text : $"\"{text}\"";
}
