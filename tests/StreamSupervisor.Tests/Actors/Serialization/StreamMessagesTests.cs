using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Serialization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Domain.Codec;

namespace StreamSupervisor.Tests.Actors.Serialization;

/// <summary>The files in Golden are what members of other versions send: they are added to, and never changed.</summary>
public sealed class StreamMessagesTests : IDisposable
{
    private static readonly SessionId Session = new("vid-1", "run-1", "c1");

    private readonly ActorSystem _system = ActorSystem.Create("messages");

    public static TheoryData<string> Names => [.. StreamMessages.Kinds.Select(kind => kind.Manifest)];

    private StreamSerializer Serializer => new((ExtendedActorSystem)_system);

    public void Dispose() => _system.Dispose();

    [Fact]
    public void Every_command_and_reply_has_one_name_and_no_event_has_it()
    {
        var messages = new[] { typeof(LiveStreamCommand).Assembly, typeof(StreamEnvelope).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(LiveStreamCommand)) || type.IsSubclassOf(typeof(LiveStreamReply)))
            .Where(type => !type.IsAbstract);
        MessageTable.Names.Select(name => name.Type).ShouldBeUnique();
        messages.ShouldBeSubsetOf(MessageTable.Names.Select(name => name.Type));
        MessageTable.Names.Select(name => name.Manifest).Concat(EventCodec.Kinds.Select(kind => kind.Kind)).Append(EventCodec.BatchKind)
            .ShouldBeUnique();
        Directory.GetFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).ShouldBe(
            StreamMessages.Kinds.Select(kind => FileOf(kind.Manifest)), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_is_sent_as_its_golden_file_says_and_loses_nothing(string manifest)
    {
        var message = MessageOf(manifest);
        var golden = Golden(manifest);
        Serializer.Manifest(message).ShouldBe(manifest);
        Text(Serializer.ToBinary(message)).ShouldBe(golden);

        var read = Serializer.FromBinary(Encoding.UTF8.GetBytes(golden), manifest);

        read.ShouldBeOfType(message.GetType());
        Text(Serializer.ToBinary(read)).ShouldBe(golden);
    }

    [Fact]
    public void Events_are_stored_under_the_names_that_they_always_had()
    {
        var one = new EventBatch([new PublisherConfirmed(DateTimeOffset.UnixEpoch, Session)]);
        var two = new EventBatch([.. one.Events, new BroadcastEnded(DateTimeOffset.UnixEpoch)]);
        (Serializer.Manifest(one), Serializer.Manifest(two)).ShouldBe(("publisher-confirmed", "batch"));
        Text(Serializer.ToBinary(one)).ShouldBe(Text(EventCodec.Encode(one.Events[0]).Payload));
        foreach (var batch in new[] { one, two })
        {
            Serializer.FromBinary(Serializer.ToBinary(batch), Serializer.Manifest(batch)).ShouldBe(batch);
        }

        _ = Should.Throw<ArgumentException>(() => Serializer.ToBinary(new EventBatch(ImmutableArray<LiveStreamEvent>.Empty)));
    }

    [Theory]
    [InlineData("command/sell", "{}", "command/sell")]
    [InlineData("of-tomorrow", "{}", "of-tomorrow")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process", "{}", "System.Diagnostics.Process")]
    [InlineData("ask", """{"key":"live/a","ask":1,"kind":"command/sell","data":{}}""", "command/sell")]
    [InlineData("ask", """{"key":"live/a","ask":1,"kind":"reply/ack","data":{}}""", "not what its envelope carries")]
    [InlineData("ask", """{"key":null,"ask":1,"kind":"command/wake","data":{}}""", "key")]
    [InlineData("command/report-closed", """{"session":{"serverId":"a"}}""", "serviceId")]
    [InlineData("command/report-evicted", """{"session":{"serverId":"a","serviceId":"b","clientId":"c"},"proof":"rumour"}""", "proof")]
    [InlineData("command/kick", """{"by":"x"}""", "why")]
    [InlineData("command/kick", "null", "empty")]
    public void What_is_unknown_missing_or_of_the_wrong_kind_is_never_made_up(string manifest, string body, string named) =>
        Should.Throw<SerializationException>(() => Serializer.FromBinary(Encoding.UTF8.GetBytes(body), manifest))
            .Message.ShouldContain(named);

    [Fact]
    public void A_message_that_was_cut_is_refused_wherever_it_was_cut()
    {
        var bytes = Serializer.ToBinary(MessageOf("ask"));
        for (var length = 0; length < bytes.Length; length++)
        {
            _ = Should.Throw<SerializationException>(() => Serializer.FromBinary(bytes[..length], "ask"), $"cut at {length}");
        }
    }

    [Fact]
    public void What_a_newer_member_adds_is_skipped()
    {
        var richer = Golden("ask").Replace("\"data\":{", "\"era\":[1,{}],\"data\":{\"region\":{\"a\":null},", StringComparison.Ordinal);
        Serializer.FromBinary(Encoding.UTF8.GetBytes(richer), "ask").ShouldBe(MessageOf("ask"));
    }

    [Fact]
    public void The_generation_that_an_order_is_for_goes_with_it()
    {
        var order = new Kick("x", "y") { IfGeneration = 7 };
        Text(Serializer.ToBinary(order)).ShouldBe("""{"by":"x","why":"y","ifGeneration":7}""");
        Serializer.FromBinary(Serializer.ToBinary(order), "command/kick").ShouldBe(order);
    }

    [Fact]
    public void The_length_of_a_lock_goes_with_it()
    {
        var order = new StreamSupervisor.Domain.LiveStreams.Lock("x", "y") { For = TimeSpan.FromMinutes(30) };
        Text(Serializer.ToBinary(order)).ShouldBe("""{"for":"00:30:00","by":"x","why":"y"}""");
        Serializer.FromBinary(Serializer.ToBinary(order), "command/lock").ShouldBe(order);
    }

    [Fact]
    public void Servers_that_a_release_does_not_name_are_none() =>
        Serializer.FromBinary("""{"by":"x","why":"y"}"""u8.ToArray(), "command/release").ShouldBeOfType<Release>().Origins.ShouldBeEmpty();

    [Fact]
    public void What_has_no_name_is_refused_by_the_serializer_in_place_of_Akkas()
    {
        var before = ThrowingSerializer.Calls;
        var throwing = new ThrowingSerializer((ExtendedActorSystem)_system);
        Should.Throw<SerializationException>(() => throwing.ToBinary(new Version(1, 0))).Message.ShouldContain("System.Version");
        _ = Should.Throw<SerializationException>(() => throwing.FromBinary([], typeof(Version)));
        ThrowingSerializer.Calls.ShouldBe(before + 2);
        throwing.Identifier.ShouldBe(1);
        _ = Should.Throw<ArgumentException>(() => Serializer.ToBinary(new Version(1, 0)));
    }

    private static object MessageOf(string manifest) => manifest switch
    {
        "ask" => new StreamEnvelope(
            "__defaultVhost__/live/大厅", 7, new ReportClosed(Session), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        "answer" => new StreamAnswer(7, new Refused(3, RefusalReason.Locked, TimeSpan.FromSeconds(2.5))),
        "refusal" => new StreamRefusal(7, AskStatus.Overloaded, "too much"),
        "reply/state" => new StateReply(Sample.State()),
        _ => Sample.Any(MessageTable.Find(manifest)!.Type) switch
        {
            Release release => release with { Origins = ["srs-1", "srs-2"] },
            RegistrationReply registration => registration with { WedgedOn = ["srs-3"] },
            var message => message,
        },
    };

    private static string Text(byte[] body) => Encoding.UTF8.GetString(body);

    private static string Golden(string manifest)
    {
        var path = Path.Combine(Folder, FileOf(manifest) + ".json");
        File.Exists(path).ShouldBeTrue($"Add Actors/Serialization/Golden/{FileOf(manifest)}.json");
        return File.ReadAllText(path).TrimEnd('\n');
    }

    private static string FileOf(string manifest) => manifest.Replace('/', '.');

    private static string Folder { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    private static string Here([CallerFilePath] string path = "") => path;
}
