using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>
/// <c>doctor</c>: looks at everything that a supervisor rests on. Every check has a deadline, all run side by side, and none changes
/// anything. It works with and without a supervisor that runs.
/// </summary>
internal static class DoctorCommand
{
    private const double DefaultSeconds = 5;

    public static Command Create()
    {
        var srsConf = new Option<string[]>("--srs-conf")
        {
            Description = "The srs.conf of a server, to be held against its origin. May be repeated.", HelpName = "NAME=FILE",
            Arity = ArgumentArity.OneOrMore,
        };
        var timeout = new Option<double>("--timeout")
        {
            Description = "Seconds for each check.", HelpName = "SECONDS", DefaultValueFactory = _ => DefaultSeconds,
        };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is not (>= 0.1 and <= 600))
            {
                result.AddError("--timeout takes 0.1 to 600 seconds.");
            }
        });
        var key = new Option<string?>("--api-key")
        {
            Description = "An API key, where the supervisor asks for one. Default: "
                + $"{ApiClientSwitches.ApiKeyVariable}, else the first of api.keys.",
            HelpName = "KEY",
        };
        var command = new Command("doctor",
            "Look at all that the supervisor rests on: settings, SRS servers, hooks, store, members. Changes nothing. Exit code 0 when "
            + "nothing has failed, else 1.")
        {
            srsConf, timeout, key,
        };
        var ca = ApiClientSwitches.CaOption();
        command.Add(ca);
        var format = OutputSwitch.AddTo(command, OutputFormat.Json);
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var loaded = switches.Load(parsed);
            var within = TimeSpan.FromSeconds(parsed.GetValue(timeout));
            var authorities = ApiClientSwitches.AuthoritiesOf(parsed, ca);
            using var http = new DoctorHttp(within, authorities);
            using var clients = new DoctorClients(loaded.Options, parsed.GetValue(key), authorities);
            var members = new ClusterMembers(loaded.Options);
            var files = FilesOf(parsed.GetValue(srsConf) ?? [], loaded.Options);
            var running = new RunningSupervisor(
                clients.Own, async () => clients.Of(await members.AllAsync(cancellation) ?? []), TimeProvider.System);
            IReadOnlyList<Finding> findings =
            [
                .. SettingsChecks.Of(loaded, switches.FileOf(parsed)),
                .. await Checkup.RunAsync([.. ChecksOf(loaded.Options, http, within, running, members, files)], within, TimeProvider.System,
                    cancellation),
            ];
            Write(findings, format.IsJson(parsed), parsed.InvocationConfiguration.Output);
            return findings.Any(finding => finding.Verdict == Verdict.Failed) ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static IEnumerable<DoctorCheck> ChecksOf(SupervisorOptions options, DoctorHttp http, TimeSpan within, RunningSupervisor running,
        ClusterMembers members, Dictionary<string, string> srsConf)
    {
        var origins = new OriginChecks(options, http, within, running);
        return
        [
            .. ListenerChecks.Of(options, http),
            .. new MemberChecks(options, members, http).All,
            .. options.Origins.Where(origin => Uri.TryCreate(origin.Api, UriKind.Absolute, out var api) && api.Scheme is "http" or "https")
                .SelectMany(origin => origins.Of(origin, srsConf.GetValueOrDefault(origin.Name))),
            .. options.Storage.Provider == "postgres"
                ? options.Storage.Postgres.ConnectionString.Length > 0 ? new PostgresChecks(options.Storage.Postgres.ConnectionString).All
                    : []
                : options.Storage.Sqlite.Path.Length > 0 ? SqliteChecks.Of(options.Storage) : [],
        ];
    }

    private static Dictionary<string, string> FilesOf(string[] given, SupervisorOptions options)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in given)
        {
            var at = one.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !options.Origins.Exists(origin => origin.Name == one[..at]))
            {
                throw new CommandException($"'{OutputTable.Plain(one)}' names no SRS server of the settings; write --srs-conf NAME=FILE.",
                    ExitCodes.Usage);
            }

            files[one[..at]] = one[(at + 1)..];
        }

        return files;
    }

    private static void Write(IReadOnlyList<Finding> findings, bool json, TextWriter output)
    {
        var (failed, warnings) = (Count(findings, Verdict.Failed), Count(findings, Verdict.Warning));
        var ok = findings.Count - failed - warnings;
        if (json)
        {
            var checks = findings.Select(one => new
            {
                one.Subject, one.Check, verdict = SettingValue.Format(one.Verdict), one.Text, advice = one.Advice.Length > 0 ? one.Advice
                    : null,
            });
            output.WriteLine(JsonSerializer.Serialize(new { ok, warnings, failed, checks }, JsonOutput.Options));
            return;
        }

        var width = findings.Max(one => one.Subject.Length + one.Check.Length + 2);
        foreach (var one in findings)
        {
            var about = $"{one.Subject}: {one.Check}".PadRight(width);
            output.WriteLine(OutputTable.Plain($"{SettingValue.Format(one.Verdict),-8}{about}  {one.Text} {one.Advice}".TrimEnd()));
        }

        output.WriteLine($"{ok} ok, {Sentence.Count(warnings, "warning")}, {failed} failed.");
    }

    private static int Count(IReadOnlyList<Finding> findings, Verdict verdict) => findings.Count(one => one.Verdict == verdict);
}
