using System.Net;
using System.Security.Authentication;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>The listeners of the supervisor on this machine, and whether it runs with the settings that were read.</summary>
internal static class ListenerChecks
{
    private const string Subject = "listeners";

    /// <summary>Larger than any <c>hooks.max-body</c>: refused by its length alone, after the token was looked at.</summary>
    private const int MoreThanAnyHook = 2 << 20;

    public static IEnumerable<DoctorCheck> Of(SupervisorOptions options, DoctorHttp http) =>
    [
        .. options.Http.Listen.Select(listen => Listener("http.listen", listen, "StreamSupervisor ", "/",
            "no hook is answered there, and SRS refuses every publisher.", http)),
        .. options.Management.Listen.Select(listen => Listener("management.listen", listen, "{\"status\":\"alive\"", "/alive",
            "probes take it for dead, and nobody fetches its metrics.", http)),
    ];

    /// <summary>
    /// Asks the supervisor that runs whether it knows the hook-token of a server. It takes it for no hook, and writes nothing.
    /// </summary>
    public static async Task TokenAsync(SupervisorOptions options, OriginOptions origin, DoctorHttp http, Findings findings,
        CancellationToken cancellation)
    {
        if (options.Http.Listen.FirstOrDefault() is not { } listen || origin.HookToken.Length == 0)
        {
            return;
        }

        // The supervisor answers by the head alone: the body is never sent.
        using var probe = new HttpRequestMessage(HttpMethod.Post, $"{CallableAddress.Of(listen)}/hooks/v1/{origin.HookToken}")
        {
            Content = new ByteArrayContent(new byte[MoreThanAnyHook]), Headers = { ExpectContinue = true },
        };
        try
        {
            using var answer = await http.Client.SendAsync(probe, HttpCompletionOption.ResponseHeadersRead, cancellation);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.RequestEntityTooLarge:
                    findings.Ok("hook-token", "the supervisor that runs knows it.");
                    break;
                case HttpStatusCode.NotFound:
                    findings.Fail("hook-token", "the supervisor that runs does not know the hook-token of these settings: its hooks are "
                        + "answered 404, and SRS refuses every publisher.",
                            "Start it anew with these settings, or read those that it runs with.");
                    break;
                default:
                    findings.Warn("hook-token",
                        $"the supervisor answers {(int)answer.StatusCode} to a hook, so it is not known whether it knows "
                        + "the token.", "");
                    break;
            }
        }
        catch (HttpRequestException)
        {
            findings.Warn("hook-token", "no supervisor answers that could say whether it knows the token.", "");
        }
    }

    private static DoctorCheck Listener(string setting, string listen, string begins, string path, string meaning, DoctorHttp http) =>
        new(Subject, setting, async cancellation =>
        {
            var findings = new Findings(Subject);
            var url = CallableAddress.Of(listen);
            try
            {
                using var answer = await http.Client.GetAsync(new Uri($"{url}{path}"), cancellation);
                var isOurs = (await answer.Content.ReadAsStringAsync(cancellation)).StartsWith(begins, StringComparison.Ordinal);
                if (isOurs)
                {
                    findings.Ok(setting, $"{url} answers.");
                }
                else
                {
                    findings.Fail(setting,
                        $"at {url} something else than this listener of a supervisor answers (status {(int)answer.StatusCode}).",
                        $"Stop the other program, or give {setting} a port of its own.");
                }
            }
            catch (HttpRequestException untrusted) when (untrusted.InnerException is AuthenticationException)
            {
                findings.Warn(setting, $"{url} answers with a certificate that this machine does not trust.",
                    "Where the authority is your own, write --ca FILE.");
            }
            catch (HttpRequestException)
            {
                findings.Fail(setting, $"nobody listens at {url}: {meaning}",
                    "Start the supervisor (streamsupervisor serve); its first lines say what is wrong.");
            }

            return findings.All;
        });
}
