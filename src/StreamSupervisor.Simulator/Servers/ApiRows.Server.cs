using System.Text.Json;
using StreamSupervisor.Simulator.Json;

namespace StreamSupervisor.Simulator.Servers;

/// <content>What a server says of itself: version, load, features, and the addresses of its API.</content>
internal static partial class ApiRows
{
    private const string BuiltAt = "2026-11-22 06:22:28";
    private const string BuiltAtSeconds = "1795328548";

    public static void WriteVersion(Utf8JsonWriter writer, SrsModel model) => WriteOne(writer, "data", data =>
    {
        data.WriteNumber("major", model.Major);
        data.WriteNumber("minor", model.Minor);
        data.WriteNumber("revision", model.Revision);
        data.WriteString("version", model.Version);
    });

    public static void WriteSummary(Utf8JsonWriter writer, SimulatedSrs srs, SrsProcess process) => WriteOne(writer, "data", data =>
    {
        var now = srs.Now;
        var sampled = process.Statistics.LastSample.ToUnixTimeMilliseconds();
        data.WriteBoolean("ok", true);
        data.WriteNumber("now_ms", now.ToUnixTimeMilliseconds());
        WriteOne(data, "self", self =>
        {
            self.WriteString("version", srs.Model.Version);
            self.WriteNumber("pid", process.Pid);
            self.WriteNumber("ppid", 1);
            self.WriteString("argv", "./objs/srs -c conf/srs.conf");
            self.WriteString("cwd", "/usr/local/srs");
            self.WriteNumber("mem_kbyte", 17_256);
            self.WriteFraction("mem_percent", 0);
            self.WriteFraction("cpu_percent", 0);
            self.WriteNumber("srs_uptime", (long)(now - process.StartedAt).TotalSeconds);
        });
        WriteOne(data, "system", system =>
        {
            system.WriteFraction("cpu_percent", 0.5);
            system.WriteNumber("disk_read_KBps", 0);
            system.WriteNumber("disk_write_KBps", 0);
            system.WriteFraction("disk_busy_percent", 0);
            system.WriteNumber("mem_ram_kbyte", 24_684_084);
            system.WriteFraction("mem_ram_percent", 0.03);
            system.WriteNumber("mem_swap_kbyte", 0);
            system.WriteFraction("mem_swap_percent", 0);
            system.WriteNumber("cpus", 2);
            system.WriteNumber("cpus_online", 2);
            system.WriteFraction("uptime", 2_184.9);
            system.WriteFraction("ilde_time", 3_158.68);
            system.WriteFraction("load_1m", 0.5);
            system.WriteFraction("load_5m", 0.5);
            system.WriteFraction("load_15m", 0.5);
            system.WriteNumber("net_sample_time", sampled);
            system.WriteNumber("net_recv_bytes", 0);
            system.WriteNumber("net_send_bytes", 0);
            system.WriteNumber("net_recvi_bytes", 0);
            system.WriteNumber("net_sendi_bytes", 0);
            system.WriteNumber("srs_sample_time", sampled);
            system.WriteNumber("srs_recv_bytes", process.Statistics.Bytes.Received);
            system.WriteNumber("srs_send_bytes", process.Statistics.Bytes.Sent);
            system.WriteNumber("conn_sys", process.Connections.Count);
            system.WriteNumber("conn_sys_et", process.Connections.Count);
            system.WriteNumber("conn_sys_tw", 0);
            system.WriteNumber("conn_sys_udp", 0);
            system.WriteNumber("conn_srs", process.Connections.Count);
        });
    });

    /// <summary>As a server without WebRTC and SRT answers; the two lines of build options are cut to a few.</summary>
    public static void WriteFeatures(Utf8JsonWriter writer, SrsModel model) => WriteOne(writer, "data", data =>
    {
        data.WriteString("options", model.HasServiceId ? "--generic-linux=on --srt=off --rtc=off" : "--x86-x64 --rtc=off --srt=off");
        data.WriteString("options2", "--prefix=/usr/local/srs --config=conf/srs.conf --http-callback=on --http-api=on");
        data.WriteString("build", BuiltAt);
        data.WriteString("build2", BuiltAtSeconds);
        WriteOne(data, "features", features =>
        {
            foreach (var (name, on) in Features)
            {
                features.WriteBoolean(name, on);
            }
        });
    });

    public static void WriteUrls(Utf8JsonWriter writer, string folder) => WriteOne(writer, "urls", urls =>
    {
        foreach (var (name, meaning) in folder switch
        {
            "/" => [("api", "the api root")],
            "/api/" => [("v1", "the api version 1.0")],
            _ => V1,
        })
        {
            urls.WriteString(name, meaning);
        }
    });

    private static readonly (string Name, bool On)[] Features =
    [
        ("ssl", true), ("hls", true), ("hds", false), ("callback", true), ("api", true), ("httpd", true), ("dvr", true),
            ("transcode", true),
        ("ingest", true), ("stat", true), ("caster", true), ("complex_send", true), ("tcp_nodelay", true), ("so_sendbuf", false),
            ("mr", true),
    ];

    private static readonly (string Name, string Meaning)[] V1 =
    [
        ("versions", "the version of SRS"),
        ("summaries", "the summary(pid, argv, pwd, cpu, mem) of SRS"),
        ("features", "the supported features of SRS"),
        ("vhosts", "manage all vhosts or specified vhost"),
        ("streams", "manage all streams or specified stream"),
        ("clients", "manage all clients or specified client, default query top 10 clients"),
    ];
}
