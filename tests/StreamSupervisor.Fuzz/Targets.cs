using System.Buffers;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using StreamSupervisor.Actors.Serialization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration.Hocon;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Configuration;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Fuzz;

/// <summary>
/// Everything that reads what others wrote. A target takes any bytes; it returns when they were read or refused as promised, and throws
/// when they did what no input may do: the refusals that a reader documents are caught here, nothing else is.
/// </summary>
internal static class Targets
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly Lazy<StreamSerializer> Serializer = new(() =>
        new StreamSerializer((ExtendedActorSystem)ActorSystem.Create("fuzz", ConfigurationFactory.ParseString("akka.loglevel = OFF"))));

    private static readonly Lazy<CredentialGate[]> Gates = new(() =>
    [
        .. Enum.GetValues<CredentialScheme>().Where(scheme => scheme != CredentialScheme.None).Select(scheme => new CredentialGate(
            new CredentialOptions { Rules = [new CredentialRuleOptions { Match = "*", Scheme = scheme, Primary = Secret }] },
            new RegistrationCredential(new RegistrationCredentialOptions { Primary = Secret }))),
    ]);

    private static readonly SrsJsonSerializer Answers = new();

    /// <summary>By name; each has a folder of that name in <c>Corpus</c>.</summary>
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>(StringComparer.Ordinal)
    {
        ["hook"] = Hook,
        ["srs-answer"] = SrsAnswer,
        ["serializer"] = Serialized,
        ["credential"] = Credential,
        ["cursor"] = Cursor,
        ["hocon"] = Hocon,
        ["srs-conf"] = SrsConf,
    };

    /// <summary>The body of a hook.</summary>
    private static void Hook(byte[] body)
    {
        if (SrsHookReader.TryParse(new ReadOnlySequence<byte>(body), out var hook, out var problem))
        {
            // In two pieces, as the network may bring it, it is the same.
            var half = body.Length / 2;
            var second = new Piece(body.AsMemory(half), half);
            var pieces = new ReadOnlySequence<byte>(new Piece(body.AsMemory(0, half), 0) { Follows = second }, 0, second, second.Memory.Length);
            Must(SrsHookReader.TryParse(pieces, out var again, out _) && again == hook, "a hook in two pieces is another hook");
            _ = hook.Key;
        }
        else
        {
            Must(problem.Length > 0, "a hook is refused without a word");
        }
    }

    /// <summary>An answer of SRS's API: as each of the kinds that are asked for.</summary>
    private static void SrsAnswer(byte[] body)
    {
        Read<VersionsWire>();
        Read<SummariesWire>();
        Read<ProcessWire>();
        Read<StreamsWire>();
        Read<ClientsWire>();
        Read<OneClientWire>();
        Read<VhostsWire>();

        void Read<T>()
        {
            using var received = new ByteArrayContent(body);
            using var content = SrsBody.ReadAsync(received, int.MaxValue, CancellationToken.None).GetAwaiter().GetResult();
            try
            {
                _ = Answers.FromHttpContentAsync<T>(content).GetAwaiter().GetResult();
            }
            catch (JsonException)
            {
                // "No usable answer", never an empty list.
            }
        }
    }

    /// <summary>A row of the journal or a message of a member: its name, a new line, its bytes.</summary>
    private static void Serialized(byte[] row)
    {
        var end = Array.IndexOf(row, (byte)'\n');
        if (end < 0)
        {
            return;
        }

        object read;
        try
        {
            read = Serializer.Value.FromBinary(row[(end + 1)..], Encoding.UTF8.GetString(row, 0, end));
        }
        catch (SerializationException)
        {
            return;
        }

        var written = Serializer.Value.ToBinary(read);
        var again = Serializer.Value.ToBinary(Serializer.Value.FromBinary(written, Serializer.Value.Manifest(read)));
        Must(written.AsSpan().SequenceEqual(again), "what was read is written differently each time");
    }

    /// <summary>What stands behind the <c>?</c> of a publish address. Nobody knows the secret, so the answer is never yes.</summary>
    private static void Credential(byte[] query)
    {
        var text = Encoding.UTF8.GetString(query);
        foreach (var gate in Gates.Value)
        {
            var result = gate.Check(new StreamKey(StreamKey.DefaultVhost, "live", "cam"), text, "192.0.2.1", Now);
            Must(result.Verdict is not (CredentialVerdict.Valid or CredentialVerdict.NotRequired), "a forged credential is good");
            Must(result.Subject is null, "a forged credential has a subject");
        }
    }

    /// <summary>The place in a list that a caller sends back, and its other parameters.</summary>
    private static void Cursor(byte[] sent)
    {
        var text = Encoding.UTF8.GetString(sent);
        var query = new QueryCollection(new Dictionary<string, StringValues>(StringComparer.Ordinal) { ["cursor"] = text, ["limit"] = text, ["q"] = text });
        Refused(() => _ = query.Cursor());
        Refused(() => _ = query.Limit(50, 500));
        Refused(() => _ = query.Text("q"));

        static void Refused(Action read)
        {
            try
            {
                read();
            }
            catch (ApiProblemException problem)
            {
                Must(problem.Message.Length > 0, "a parameter is refused without a word");
            }
        }
    }

    /// <summary>A configuration.</summary>
    private static void Hocon(byte[] file)
    {
        try
        {
            var document = new HoconDocument(_ => throw new FileNotFoundException());
            document.Add("fuzz.conf", Encoding.UTF8.GetString(file));
            _ = document.Resolve(_ => null);
        }
        catch (HoconException)
        {
            // Named with its line.
        }
    }

    /// <summary>A configuration of SRS: whatever is in it, what is wrong is a finding.</summary>
    private static void SrsConf(byte[] file)
    {
        var lines = file.Count(one => one == '\n') + 1;
        foreach (var finding in SrsLinter.Lint("srs.conf", Encoding.UTF8.GetString(file), (_, _) => null))
        {
            Must(finding.Line >= 0 && finding.Line <= lines, $"a finding at line {finding.Line} of {lines}");
            Must(finding.Why.Length > 0, "a finding without a word");
        }
    }

    private static void Must(bool holds, string else_)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(else_);
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long begin) => (Memory, RunningIndex) = (memory, begin);

        public Piece Follows
        {
            init => Next = value;
        }
    }
}

/// <summary>An input did what none may do.</summary>
internal sealed class BrokenPromiseException(string what) : Exception(what);
