using System.Collections.Frozen;

namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// Words that SRS refuses to start with, at the four places that it checks and that are ours to look at. The tables are those of
/// <c>check_normal_config</c> in 4.0.271, 5.0.216, 6.0.157 and 7.0.18 taken together (4 lacks a handful), the names that these versions
/// still translate, and what later versions of 7 added. In other blocks SRS passes over what it does not know, or is too varied to judge.
/// </summary>
internal static class DirectiveRules
{
    private static readonly FrozenSet<string> Root = Words("""
        asprocess auto_reload_for_docker chunk_size circuit_breaker daemon disable_daemon_for_docker empty_ip_ok exporter ff_log_dir
        ff_log_level first_wait_for_qlv force_grace_quit grace_final_wait grace_start_wait heartbeat http_api http_server in_docker
        inotify_auto_reload is_full listen max_connections pid pithy_print_ms query_latest_version rtc_server server_id srs_log_file
        srs_log_level srs_log_level_v2 srs_log_tank srt_server stats stream_caster tcmalloc_release_rate tencentcloud_apm
        tencentcloud_cls threads utc_time vhost work_dir http_stream rtmp rtmps rtsp_server
        """);

    private static readonly FrozenSet<string> Vhost = Words("""
        bandcheck chunk_size cluster dash dvr enabled exec forward hds hls http_hooks http_remux http_static in_ack_size ingest
        min_latency out_ack_size play publish refer rtc security srt tcp_nodelay transcode rtsp atc atc_auto debug_srs_upnode
        gop_cache gop_cache_max_frames http mix_correct mode mr mw_latency origin publish_1stpkt_timeout publish_normal_timeout
        queue_length reduce_sequence_header refer_play refer_publish send_min_interval time_jitter token_traverse vhost
        """);

    private static readonly FrozenSet<string> Publish =
        Words("firstpkt_timeout kickoff_for_idle mr mr_latency normal_timeout parse_sps try_annexb_first");

    private static readonly FrozenSet<string> HttpHooks =
        Words("enabled on_close on_connect on_dvr on_hls on_hls_notify on_play on_publish on_stop on_unpublish");

    public static void Check(SrsDirective root, Action<LintFinding> report)
    {
        CheckBlock(root, Root, "at the root", report);
        foreach (var vhost in root.Children.Where(child => child.Name == "vhost"))
        {
            CheckBlock(vhost, Vhost, "in a vhost", report);
            foreach (var child in vhost.Children)
            {
                var (known, place) = child.Name switch
                {
                    "publish" => (Publish, "in publish"),
                    "http_hooks" => (HttpHooks, "in http_hooks"),
                    _ => (null, ""),
                };
                if (known is not null)
                {
                    CheckBlock(child, known, place, report);
                }
            }
        }
    }

    private static void CheckBlock(SrsDirective block, FrozenSet<string> known, string place, Action<LintFinding> report)
    {
        foreach (var child in block.Children.Where(child => !known.Contains(child.Name)))
        {
            var elsewhere = known != Vhost && Vhost.Contains(child.Name) ? "in a vhost"
                : known != Root && Root.Contains(child.Name) ? "at the root"
                : null;
            var fix = elsewhere is not null ? $"It belongs {elsewhere}."
                : NearestName.Of(child.Name, known) is { } near ? $"Did you mean {near}?"
                : "Take it out.";
            report(new LintFinding("unknown-directive", ProblemSeverity.Error, child.File, child.Line,
                $"SRS does not know '{child.Name}' {place}: SRS 4 to 7 do not start with it.", fix));
        }
    }

    private static FrozenSet<string> Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
