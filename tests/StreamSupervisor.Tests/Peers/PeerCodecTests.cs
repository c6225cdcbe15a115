using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Peers;
using StreamSupervisor.Tests.Domain.Codec;

namespace StreamSupervisor.Tests.Peers;

/// <summary>The files in Golden are what members of other versions send: they are added to, and never changed.</summary>
public sealed class PeerCodecTests
{
    private const string Key = "__defaultVhost__/live/大厅";

    public static TheoryData<string> Commands => [.. PeerCodec.Names.Where(n => n.Type.IsAssignableTo(typeof(LiveStreamCommand))).Select(n => n.Name)];

    public static TheoryData<string> Replies => [.. PeerCodec.Names.Where(n => n.Type.IsAssignableTo(typeof(LiveStreamReply))).Select(n => n.Name)];

    [Fact]
    public void Every_command_and_reply_has_one_name()
    {
        var messages = typeof(LiveStreamCommand).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && (type.IsSubclassOf(typeof(LiveStreamCommand)) || type.IsSubclassOf(typeof(LiveStreamReply))));
        PeerCodec.Names.Select(n => n.Type).ShouldBe(messages, ignoreOrder: true);
        PeerCodec.Names.Select(n => n.Name).ShouldBeUnique();
        Directory.GetFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).ShouldBe(PeerCodec.Names.Select(n => n.Name), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_sent_as_its_golden_file_says_and_loses_nothing(string name)
    {
        var command = CommandOf(name);
        var golden = Golden(name);
        Text(PeerCodec.EncodeAsk(Key, command, TimeSpan.FromSeconds(2.5))).ShouldBe(golden);

        var (entityId, decoded, wait) = PeerCodec.DecodeAsk(Encoding.UTF8.GetBytes(golden));

        (entityId, wait).ShouldBe((Key, TimeSpan.FromSeconds(2.5)));
        decoded.ShouldBeOfType(command.GetType());
        Text(PeerCodec.EncodeAsk(Key, decoded, wait)).ShouldBe(golden);
        if (command is not Release)
        {
            decoded.ShouldBe(command); // records: every value is the same
        }
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_sent_as_its_golden_file_says_and_loses_nothing(string name)
    {
        var reply = ReplyOf(name);
        var golden = Golden(name);
        Text(PeerCodec.EncodeAnswer(new(AskResult<LiveStreamReply>.Answered(reply), NotOwner: false))).ShouldBe(golden);

        var decoded = PeerCodec.DecodeAnswer(Encoding.UTF8.GetBytes(golden));

        decoded.NotOwner.ShouldBeFalse();
        decoded.Result.Status.ShouldBe(AskStatus.Answered);
        decoded.Result.Reply.ShouldBeOfType(reply.GetType());
        Text(PeerCodec.EncodeAnswer(decoded)).ShouldBe(golden);
    }

    [Theory]
    [InlineData(AskStatus.Unknown, "unknown")]
    [InlineData(AskStatus.Overloaded, "overloaded")]
    [InlineData(AskStatus.Failed, "failed")]
    [InlineData(AskStatus.Unavailable, "unavailable")]
    public void What_is_no_answer_says_why(AskStatus status, string name)
    {
        var sent = new PeerAnswer<LiveStreamReply>(AskResult<LiveStreamReply>.Not(status, "because"), NotOwner: status == AskStatus.Unavailable);
        var body = PeerCodec.EncodeAnswer(sent);
        Text(body).ShouldContain($"\"status\":\"{name}\"");
        PeerCodec.DecodeAnswer(body).ShouldBe(sent);
    }

    [Fact]
    public void A_status_that_only_a_newer_version_knows_is_unknown_and_so_never_a_yes() =>
        PeerCodec.DecodeAnswer("""{"status":"postponed","why":"new"}"""u8).Result.Status.ShouldBe(AskStatus.Unknown);

    [Fact]
    public void What_a_newer_member_adds_is_skipped_on_every_level()
    {
        var golden = Golden("request-publish");
        var richer = golden.Replace("\"data\":{", "\"era\":[1,{}],\"data\":{\"region\":{\"a\":null},", StringComparison.Ordinal)
            .Replace("\"session\":{", "\"session\":{\"n\":1,", StringComparison.Ordinal);
        richer.Length.ShouldBeGreaterThan(golden.Length + 30);
        PeerCodec.DecodeAsk(Encoding.UTF8.GetBytes(richer)).Command.ShouldBe(CommandOf("request-publish"));
    }

    [Fact]
    public void A_command_that_only_a_newer_member_knows_is_named() =>
        Should.Throw<FormatException>(() => PeerCodec.DecodeAsk("""{"entity":"live/a","waitMs":1,"command":"sell","data":{}}"""u8)).Message
            .ShouldBe("The command 'sell' is not known to this version; the member that sent it runs a newer one.");

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    [InlineData("""{"entity":null,"waitMs":1,"command":"wake","data":{}}""")]
    [InlineData("""{"entity":"live/a","waitMs":1,"command":"note-closed","data":{}}""")]
    [InlineData("""{"entity":"live/a","waitMs":1,"command":"note-closed","data":{"session":{"serverId":"a"}}}""")]
    [InlineData("""{"entity":"live/a","waitMs":1,"command":"note-evicted","data":{"session":{"serverId":"a","serviceId":"b","clientId":"c"},"proof":"rumour"}}""")]
    [InlineData("""{"entity":"live/a","waitMs":1,"command":"kick","data":{"by":"x"}}""")]
    public void What_is_missing_or_of_the_wrong_kind_is_never_made_up(string body) =>
        Should.Throw<FormatException>(() => PeerCodec.DecodeAsk(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_body_that_was_cut_is_a_format_error_wherever_it_was_cut()
    {
        var body = PeerCodec.EncodeAsk(Key, CommandOf("request-publish"), TimeSpan.FromSeconds(1));
        for (var length = 0; length < body.Length; length++)
        {
            Should.Throw<FormatException>(() => PeerCodec.DecodeAsk(body.AsSpan(0, length)), $"cut at {length}");
        }
    }

    [Fact]
    public void Nodes_that_a_release_does_not_name_are_none() =>
        PeerCodec.DecodeAsk("""{"entity":"live/a","waitMs":1,"command":"release","data":{"by":"x","why":"y"}}"""u8).Command
            .ShouldBeOfType<Release>().Origins.ShouldBeEmpty();

    [Fact]
    public void A_batch_keeps_its_order_and_leaves_out_only_what_cant_be_read()
    {
        var session = new SessionId("s", "p", "c");
        var body = PeerCodec.EncodeTells([("live/a", new ReportUnpublished(session)), ("live/b", Wake.Instance), ("live/a", new ReportClosed(session))]);
        var tells = PeerCodec.DecodeTells(Encoding.UTF8.GetBytes(Text(body).Replace("\"wake\"", "\"sleep\"", StringComparison.Ordinal)), out var unread);
        tells.ShouldBe([(0, "live/a", new ReportUnpublished(session)), (2, "live/a", new ReportClosed(session))]);
        unread.ShouldNotBeNull().ShouldContain("'sleep'");
    }

    [Fact]
    public void A_look_survives_the_way()
    {
        var look = (OriginLook)Sample.Any(typeof(OriginLook)) with
        {
            Streams = [(SrsStreamSample with { HasMedia = true }), SrsStreamSample with { HasMedia = null }],
        };
        var again = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(look, PeerWire.Json.OriginLook), PeerWire.Json.OriginLook)!;
        again.Streams.ShouldBe(look.Streams);
        (again with { Streams = look.Streams }).ShouldBe(look);
    }

    private static StreamSupervisor.Srs.Api.SrsStream SrsStreamSample => (StreamSupervisor.Srs.Api.SrsStream)Sample.Any(typeof(StreamSupervisor.Srs.Api.SrsStream));

    private static LiveStreamCommand CommandOf(string name)
    {
        var command = (LiveStreamCommand)Sample.Any(PeerCodec.Names.Single(n => n.Name == name).Type);
        return command is Release release ? release with { Origins = ["srs-1", "srs-2"] } : command;
    }

    private static LiveStreamReply ReplyOf(string name) =>
        name == "inspected" ? new StateReply(Sample.State())
        : (LiveStreamReply)Sample.Any(PeerCodec.Names.Single(n => n.Name == name).Type) is var reply && reply is RegistrationReply registration
            ? registration with { WedgedOn = ["srs-3"] }
            : reply;

    private static string Text(byte[] body) => Encoding.UTF8.GetString(body);

    private static string Golden(string name)
    {
        var path = Path.Combine(Folder, name + ".json");
        File.Exists(path).ShouldBeTrue($"Add Peers/Golden/{name}.json");
        return File.ReadAllText(path).TrimEnd('\n');
    }

    private static string Folder { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    private static string Here([CallerFilePath] string path = "") => path;
}
