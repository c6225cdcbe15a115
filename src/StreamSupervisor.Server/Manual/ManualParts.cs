using System.Globalization;
using System.Reflection;
using System.Text;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Manual;

/// <summary>What the program tells of itself in the manual.</summary>
internal static class ManualParts
{
    /// <summary>What the settings below one name are about, in Chinese; in English it stands in <c>reference.conf</c>.</summary>
    private static readonly Dictionary<string, string> SectionsZh = new()
    {
        ["http"] = "SRS 回调和 API 的监听地址",
        ["management"] = "管理端口：健康检查、指标、集群接口",
        ["log"] = "日志级别与格式",
        ["telemetry"] = "把指标和回调链路发给 OpenTelemetry 采集器",
        ["storage"] = "存储：单节点用 SQLite 文件，多节点用 PostgreSQL",
        ["journal"] = "事件日志保留多久",
        ["origins"] = "SRS 服务器，每台一项",
        ["admission"] = "流已有人在推时，谁可以推流",
        ["hooks"] = "SRS 回调怎样应答",
        ["srs-api"] = "怎样调用 SRS 的 HTTP API",
        ["sweep"] = "定期巡检每台 SRS：重启、断流、异常的发布者",
        ["api"] = "API 密钥与分页",
        ["dashboard"] = "控制台页面 /ui",
        ["cluster"] = "多节点互为备份",
        ["kernel"] = "内部容量，一般不用改",
        ["credentials"] = "推流鉴权",
        ["registrations"] = "编码器推流前先登记",
        ["webhooks"] = "把事件通知给您的后台",
    };

    /// <summary>A part, in Markdown.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A page names one that is not there; a test reads all pages.</exception>
    public static string Of(string name, string language) => name switch
    {
        "settings" => Settings(language),
        "reasons" => Reasons(language),
        "metrics" => Metrics(language),
        "reference.conf" or "standalone.conf" or "cluster.conf" or "srs.conf" =>
            $"```\n{SupervisorConfiguration.ReadEmbedded(name).TrimEnd()}\n```",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The manual has no such part."),
    };

    /// <summary>Every setting with its default; those of the items of a list have none.</summary>
    private static string Settings(string language)
    {
        var defaults = EffectiveSettings.Of(
            SupervisorConfiguration.LoadText("defaults", "", environment: new Dictionary<string, string>()));
        var isChinese = language == ManualBook.Chinese;
        var text = new StringBuilder();
        foreach (var section in defaults.GroupBy(setting => setting.Name.Split('.', '[')[0]))
        {
            text.Append(CultureInfo.InvariantCulture, $"## `{section.Key}`\n\n");
            if (isChinese && SectionsZh.TryGetValue(section.Key, out var meaning))
            {
                text.Append(CultureInfo.InvariantCulture, $"{meaning}。\n\n");
            }

            text.Append(isChinese ? "| 配置项 | 默认值 |\n|---|---|\n" : "| setting | default |\n|---|---|\n");
            foreach (var setting in section)
            {
                var name = setting.Name.Replace("[0]", "", StringComparison.Ordinal);
                text.Append(CultureInfo.InvariantCulture, $"| `{name}` | `{setting.Value}` |\n");
                foreach (var item in SettingsSchema.Settings.Where(one => one.Path.StartsWith($"{name}[].", StringComparison.Ordinal)))
                {
                    text.Append(CultureInfo.InvariantCulture, $"| `{item.Path}` | |\n");
                }
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    private static string Reasons(string language)
    {
        var isChinese = language == ManualBook.Chinese;
        var text = new StringBuilder(isChinese
            ? "| 原因 | 编号 | 类别 | 多久后重试 | 给推流端人员的说明 |\n|---|---|---|---|---|\n"
            : "| reason | code | kind | try again after | what the person at the encoder is told |\n|---|---|---|---|---|\n");
        foreach (var refusal in RefusalCatalog.All)
        {
            var kind = (refusal.Permanent, isChinese) switch
            {
                (true, true) => "永久",
                (false, true) => "临时",
                (true, false) => "permanent",
                _ => "temporary",
            };
            var after = refusal.RetryAfter is { } delay ? SettingValue.Format(delay) : "";
            text.Append(CultureInfo.InvariantCulture,
                $"| `{refusal.Name}` | {refusal.Code} | {kind} | {after} | {(isChinese ? refusal.Chinese : refusal.English)} |\n");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>The table of <c>metrics.md</c>, which a test keeps equal to what is exported.</summary>
    private static string Metrics(string language)
    {
        using var file = new StreamReader(
            Assembly.GetExecutingAssembly().GetManifestResourceStream("reference/metrics")!, Encoding.UTF8);
        var page = file.ReadToEnd();
        var rows = page[page.IndexOf("|---|", StringComparison.Ordinal)..].TrimEnd();
        return (language == ManualBook.Chinese ? "| 指标 | 类型 | 标签 | 含义 |\n" : "| metric | type | labels | meaning |\n") + rows;
    }
}
