using System.Buffers;
using System.Text;
using System.Text.Json;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Srs;

public class SrsHookReaderTests
{
    // As recorded from SRS 7.0.18, 4.0.271 and 6.0 (WHIP).
    private const string Publish7 = """
        {"server_id":"rig-v7","service_id":"1u0x0407","action":"on_publish","client_id":"z217p88s","ip":"127.0.0.1","vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://127.0.0.1:27201/live","stream":"cam1","param":"?token=abc123&x=1","stream_url":"/live/cam1","stream_id":"vid-v5b4i42"}
        """;

    private const string Close4 = """
        {"server_id":"rig-v4","action":"on_close","client_id":"651277h8","ip":"127.0.0.1","vhost":"__defaultVhost__","app":"live","send_bytes":4045,"recv_bytes":3485}
        """;

    [Fact]
    public void A_recorded_publish_is_read()
    {
        Parse(Publish7).ShouldBe(new SrsHook(HookAction.OnPublish, "rig-v7", "1u0x0407", "z217p88s", "127.0.0.1", "__defaultVhost__", "live",
            "cam1", "?token=abc123&x=1", "rtmp://127.0.0.1:27201/live"));
    }

    [Fact]
    public void A_recorded_close_of_SRS_4_has_neither_service_nor_stream()
    {
        Parse(Close4).ShouldBe(new SrsHook(HookAction.OnClose, "rig-v4", "", "651277h8", "127.0.0.1", "__defaultVhost__", "live", "", "", ""));
    }

    [Theory]
    [InlineData("on_connect", HookAction.OnConnect)]
    [InlineData("on_play", HookAction.OnPlay)]
    [InlineData("on_stop", HookAction.OnStop)]
    [InlineData("on_hls", HookAction.Unknown)]
    internal void Actions_have_the_names_of_SRS(string name, HookAction action) =>
        Parse(Publish7.Replace("on_publish", name, StringComparison.Ordinal)).Action.ShouldBe(action);

    [Theory]
    [InlineData("\"action\":\"on_publish\",", "action")]
    [InlineData("\"client_id\":\"z217p88s\",", "client_id")]
    [InlineData("\"vhost\":\"__defaultVhost__\",", "vhost")]
    [InlineData("\"app\":\"live\",", "app")]
    [InlineData("\"stream\":\"cam1\",", "stream")]
    public void A_field_that_is_missing_is_named(string without, string named)
    {
        Problem(Publish7.Replace(without, "", StringComparison.Ordinal)).ShouldContain($"'{named}'");
    }

    [Theory]
    [InlineData("z217p88s", "client_id")]
    [InlineData("rig-v7", "server_id")]
    [InlineData("1u0x0407", "service_id")]
    [InlineData("127.0.0.1\",\"vhost", "ip")]
    public void A_name_that_no_store_would_take_is_refused_and_named(string text, string named)
    {
        var rest = text.Contains('"', StringComparison.Ordinal) ? text[text.IndexOf('"', StringComparison.Ordinal)..] : "";
        Problem(Publish7.Replace(text, new string('x', 129) + rest, StringComparison.Ordinal)).ShouldContain($"'{named}'");
        Problem(Publish7.Replace(text, "a\\u0000" + rest, StringComparison.Ordinal)).ShouldContain($"'{named}'");
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"action\":\"on_publish\"")]
    [InlineData("{\"action\":{\"a\":1}}")]
    [InlineData("{\"action\":1}")]
    [InlineData("{\"action\":null}")]
    [InlineData("{\"action\"")]
    [InlineData("not json")]
    [InlineData("{} {}")]
    public void What_is_no_hook_is_refused_with_a_sentence(string body) => Problem(body).ShouldNotBeEmpty();

    [Fact]
    public void The_problem_repeats_nothing_of_a_body_that_may_hold_secrets() =>
        Problem("{\"action\":\"on_publish\",\"param\":\"?secret=hunter2\"").ShouldNotContain("hunter2");

    [Fact]
    public void A_byte_order_mark_and_white_space_are_fine() => Parse("\uFEFF \r\n" + Publish7 + "\n").ClientId.ShouldBe("z217p88s");

    [Fact]
    public void An_id_that_is_a_number_is_a_text()
    {
        Parse(Publish7.Replace("\"z217p88s\"", "1047", StringComparison.Ordinal)).ClientId.ShouldBe("1047");
        Parse(Publish7.Replace("\"rig-v7\"", "7", StringComparison.Ordinal)).ServerId.ShouldBe("7");
    }

    [Theory]
    [InlineData("on_connect")]
    [InlineData("on_publish")]
    [InlineData("on_play")]
    [InlineData("on_close")]
    public void A_hook_of_an_SRS_before_4_0_185_names_no_server(string action)
    {
        var hook = Parse($$"""{"action":"{{action}}","client_id":"abcdefgh","ip":"10.0.0.9","vhost":"__defaultVhost__","app":"live","stream":"cam1","param":""}""");
        (hook.ServerId, hook.ClientId).ShouldBe(("", "abcdefgh"));
    }

    [Theory]
    [InlineData("live", "cam1", "live/cam1")]
    [InlineData("live", "room/7", "live/room/7")] // SRT splits at the first slash, RTMP at the last; SRS has one source
    [InlineData("live/room", "7", "live/room/7")]
    [InlineData("live", "a/b/c", "live/a/b/c")]
    [InlineData("live", "cam1/", "live/cam1")]
    [InlineData("live", "/cam1", "live/cam1")]
    [InlineData("live", "/room/7", "live/room/7")]
    [InlineData("live/", "room/7", "live/room/7")]
    [InlineData("/live/room", "/7/", "live/room/7")]
    public void The_key_is_the_whole_path_split_at_its_last_slash(string app, string stream, string path)
    {
        var key = KeyOf(app, stream).ShouldBeOfType<SrsHookKey.Named>().Key;
        key.ToString().ShouldBe($"__defaultVhost__/{path}");
        key.Stream.ShouldNotContain("/");
    }

    [Fact]
    public void A_key_that_is_too_long_is_told_apart_from_no_key()
    {
        KeyOf("live", new string('x', 490)).ShouldBeOfType<SrsHookKey.Named>();
        KeyOf("live", new string('x', 491)).ShouldBe(new SrsHookKey.TooLong(513));
        KeyOf("live", "a/" + new string('x', 491)).ShouldBe(new SrsHookKey.TooLong(515));
        KeyOf("live", "\u0001" + new string('x', 600)).ShouldBeOfType<SrsHookKey.Unnamed>();
        KeyOf("live", "/").ShouldBeOfType<SrsHookKey.Unnamed>();
        Parse(Close4).Key.ShouldBeOfType<SrsHookKey.Unnamed>();
    }

    [Fact]
    public void A_stream_name_that_is_no_utf8_is_read_like_in_the_list_of_streams()
    {
        var body = Encoding.UTF8.GetBytes(Publish7);
        body[Publish7.IndexOf("cam1", StringComparison.Ordinal)] = 0xFF;
        SrsHookReader.TryParse(new ReadOnlySequence<byte>(body), out var call, out _).ShouldBeTrue();
        call.Stream.ShouldBe("\uFFFDam1");
    }

    [Fact]
    public void A_body_in_pieces_reads_like_a_body_in_one()
    {
        var body = Encoding.UTF8.GetBytes(Publish7);
        for (var cut = 1; cut < body.Length - 1; cut += 7)
        {
            var first = new Piece(body.AsMemory(0, cut));
            var last = first.Append(body.AsMemory(cut));
            SrsHookReader.TryParse(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), out var call, out _).ShouldBeTrue();
            call.ShouldBe(Parse(Publish7));
        }
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused_and_never_thrown()
    {
        var random = new Random(20261122);
        var body = Encoding.UTF8.GetBytes(Publish7);
        for (var round = 0; round < 5_000; round++)
        {
            var broken = body[..random.Next(body.Length + 1)];
            for (var i = random.Next(8); i > 0 && broken.Length > 0; i--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            Should.NotThrow(() => SrsHookReader.TryParse(new ReadOnlySequence<byte>(broken), out _, out _));
        }
    }

    [Fact]
    public void A_yes_is_what_SRS_takes_for_a_yes() => Encoding.UTF8.GetString(SrsHookReplyWriter.Of(SrsHookReply.Yes)).ShouldBe("{\"code\":0}");

    [Fact]
    public void A_no_is_a_number_and_a_sentence()
    {
        using var json = JsonDocument.Parse(SrsHookReplyWriter.Of(HookRefusals.WrongServer));
        json.RootElement.GetProperty("code").GetInt32().ShouldBe(HookRefusals.WrongServer.Code);
        json.RootElement.GetProperty("msg").GetString().ShouldBe(HookRefusals.WrongServer.Message);
    }

    private static SrsHook Parse(string body)
    {
        SrsHookReader.TryParse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), out var call, out var problem).ShouldBeTrue(problem);
        return call;
    }

    private static SrsHookKey KeyOf(string app, string stream) =>
        new SrsHook(HookAction.OnPublish, "", "", "c", "", "__defaultVhost__", app, stream, "", "").Key;

    private static string Problem(string body)
    {
        SrsHookReader.TryParse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), out _, out var problem).ShouldBeFalse();
        return problem;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
