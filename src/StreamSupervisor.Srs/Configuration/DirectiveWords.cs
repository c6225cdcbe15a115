using System.Collections.Frozen;

namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// The words that SRS takes, by block. The tables are those of <c>check_normal_config</c> in 4.0.271, 5.0.216, 6.0.157 and 7.0.18 taken
/// together (4 lacks a handful), the old names that these versions still translate, and what later versions of 7 added. A block that is
/// missing here takes any.
/// </summary>
internal static class DirectiveWords
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Blocks = new Dictionary<string, string>
    {
        [""] = """
            asprocess auto_reload_for_docker chunk_size circuit_breaker daemon disable_daemon_for_docker empty_ip_ok exporter ff_log_dir
            ff_log_level first_wait_for_qlv force_grace_quit grace_final_wait grace_start_wait heartbeat http_api http_server in_docker
            inotify_auto_reload is_full listen max_connections pid pithy_print_ms query_latest_version rtc_server server_id srs_log_file
            srs_log_level srs_log_level_v2 srs_log_tank srt_server stats stream_caster tcmalloc_release_rate tencentcloud_apm
            tencentcloud_cls threads utc_time vhost work_dir http_stream rtmp rtmps rtsp_server
            """,
        ["http_api"] = "auth crossdomain enabled https listen raw_api",
        ["http_api/auth"] = "enabled password username",
        ["http_api/raw_api"] = "allow_query allow_reload allow_update enabled",
        ["http_server"] = "crossdomain dir enabled https listen",
        ["srt_server"] = """
            connect_timeout default_app default_streamid enabled latency listen maxbw mix_correct mss passphrase payloadsize pbkeylen
            peer_idle_timeout peerlatency recvbuf recvlatency sei_filter sendbuf tlpktdrop tlpkdrop tsbpdmode
            """,
        ["heartbeat"] = "device_id enabled interval ports summaries url",
        ["stats"] = "disk enabled network",
        ["exporter"] = "enabled label listen tag",
        ["vhost"] = """
            bandcheck chunk_size cluster dash dvr enabled exec forward hds hls http_hooks http_remux http_static in_ack_size ingest
            min_latency out_ack_size play publish refer rtc security srt tcp_nodelay transcode rtsp atc atc_auto debug_srs_upnode
            gop_cache gop_cache_max_frames http mix_correct mode mr mw_latency origin publish_1stpkt_timeout publish_normal_timeout
            queue_length reduce_sequence_header refer_play refer_publish send_min_interval time_jitter token_traverse vhost
            """,
        ["vhost/cluster"] = "coworkers debug_srs_upnode follow_client mode origin origin_cluster protocol token_traverse vhost",
        ["vhost/dvr"] = "dvr_apply dvr_duration dvr_path dvr_plan dvr_wait_keyframe enabled time_jitter",
        ["vhost/exec"] = "enabled publish",
        ["vhost/forward"] = "backend destination enabled",
        ["vhost/hls"] = """
            enabled hls_acodec hls_aof_ratio hls_cleanup hls_ctx hls_dispose hls_dts_directly hls_entry_prefix hls_fmp4_file hls_fragment
            hls_fragments_per_key hls_init_file hls_key_file hls_key_file_path hls_key_url hls_keys hls_m3u8_file
            hls_master_m3u8_path_relative hls_mount hls_nb_notify hls_on_error hls_path hls_recover hls_storage hls_td_ratio
            """ + """
             hls_ts_ctx hls_ts_file hls_ts_floor
            hls_use_fmp4 hls_vcodec hls_wait_keyframe hls_window
            """,
        ["vhost/http_hooks"] = "enabled on_close on_connect on_dvr on_hls on_hls_notify on_play on_publish on_stop on_unpublish",
        ["vhost/http_remux"] = "drop_if_not_match enabled fast_cache guess_has_av has_audio has_video hstrs mount",
        ["vhost/http_static"] = "dir enabled mount",
        ["vhost/ingest"] = "enabled engine ffmpeg input",
        ["vhost/play"] = """
            atc atc_auto gop_cache gop_cache_max_frames mix_correct mw_latency mw_msgs queue_length reduce_sequence_header
            send_min_interval time_jitter
            """,
        ["vhost/publish"] = "firstpkt_timeout kickoff_for_idle mr mr_latency normal_timeout parse_sps try_annexb_first",
        ["vhost/security"] = "allow deny enabled",
    }.ToFrozenDictionary(block => block.Key, block => block.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .ToFrozenSet());

    /// <summary>The words of a block, or null where SRS takes any.</summary>
    /// <param name="path">The names of the blocks around it, with slashes between them; empty for the root.</param>
    public static FrozenSet<string>? Of(string path) => Blocks.GetValueOrDefault(path);

    /// <summary>In which other blocks a word belongs, best first.</summary>
    public static string? PlaceOf(string word, string except) => new[] { "vhost", "", "vhost/publish", "vhost/http_hooks", "http_api" }
        .FirstOrDefault(path => path != except && Blocks[path].Contains(word));
}
