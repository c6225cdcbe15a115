using System.Text.Json;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Api;

/// <summary>The body of an order as a client sends it.</summary>
/// <param name="By">Who gives it; the API key's name or <c>local</c> when left out.</param>
/// <param name="Why">The reason, for those who read the timeline.</param>
/// <param name="Identity">Whom to pin the key to; with <c>pin</c> only.</param>
/// <param name="Journal">Ends the quarantine of a key whose journal can't be read: it is read again. With <c>release</c> only.</param>
/// <param name="Anew">With <paramref name="Journal"/>: it starts anew behind what can't be read.</param>
/// <param name="IfGeneration">The stream's <c>generation</c> when the caller looked, 0 or more: with another nothing happens, and the
/// answer is 409 <c>generation-moved</c>.</param>
/// <param name="DryRun">Only say what would become of it: nothing is written or carried out.</param>
/// <param name="For">A duration such as <c>30m</c>, from a second to 30 days: then the lock ends by itself. With <c>lock</c> only; left
/// out: until it is unlocked.</param>
[SentByCallers]
internal sealed record OrderBody(string? By, string Why, string? Identity, bool? Journal = null, bool? Anew = null,
    long? IfGeneration = null, bool? DryRun = null, string? For = null);

/// <summary>
/// Reads an order from a call. The body is small and its mistakes are common, so it is read by hand: each error names the field.
/// </summary>
internal static class OperatorOrder
{
    public const int MaxBody = JsonBody.Most;
    private const int MaxBy = 100;
    private const int MaxWhy = 500;
    private const int MaxIdentity = 256;
    private const int MaxDuration = 32;
    private static readonly TimeSpan ShortestLock = TimeSpan.FromSeconds(1);

    /// <summary>What is to last longer ends when somebody decides so, not on a day that nobody remembers.</summary>
    private static readonly TimeSpan LongestLock = TimeSpan.FromDays(30);

    public static readonly IReadOnlyList<string> Verbs = ["kick", "release", "lock", "unlock", "pin"];

    /// <returns>The order, and whether the caller only wants to hear what would become of it.</returns>
    /// <exception cref="ApiProblemException">The body is not an order.</exception>
    public static async Task<(OperatorCommand Order, bool IsDryRun)> ReadAsync(HttpContext call, string verb, ApiCaller caller)
    {
        var order = Parse(await JsonBody.ReadAsync(call), verb);
        return (CommandOf(order, verb, caller), order.DryRun == true);
    }

    /// <summary>The order that a body holds.</summary>
    public static OperatorCommand CommandOf(OrderBody order, string verb, ApiCaller caller)
    {
        var by = caller.Named(order.By);
        OperatorCommand command = verb switch
        {
            "kick" => new Kick(by, order.Why),
            "release" when order.Journal == true => new ReleaseQuarantine(by, order.Why, order.Anew == true),
            "release" => new Release(by, order.Why),
            "lock" => new Domain.LiveStreams.Lock(by, order.Why) { For = order.For is { } length ? LengthOf(length) : null },
            "unlock" => new Unlock(by, order.Why),
            "pin" => new Pin(order.Identity!, by, order.Why),
            _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "Not an order."),
        };
        return command with { IfGeneration = order.IfGeneration };
    }

    /// <summary>The word for an order.</summary>
    public static string VerbOf(OperatorCommand order) => order switch
    {
        Kick => "kick",
        Release or ReleaseQuarantine => "release",
        Domain.LiveStreams.Lock => "lock",
        Unlock => "unlock",
        _ => "pin",
    };

    internal static OrderBody Parse(ReadOnlyMemory<byte> body, string verb)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Parse(document.RootElement, verb)
                : throw new ApiProblemException(Problems.BadJson.Of(Example(verb)));
        }
        catch (JsonException failure)
        {
            throw new ApiProblemException(Problems.BadJson.Of(
                $"It breaks off or is malformed in line {(failure.LineNumber ?? 0) + 1}. {Example(verb)}"));
        }
        catch (InvalidOperationException)
        {
            // Only found when a string is read: bytes that are no UTF-8, or half of a surrogate pair.
            throw new ApiProblemException(Problems.BadJson.Of("A string in it is no Unicode text."));
        }
    }

    private static OrderBody Parse(JsonElement fields, string verb)
    {
        string? by = null, why = null, identity = null, length = null;
        bool? journal = null, anew = null, dryRun = null;
        long? ifGeneration = null;
        foreach (var field in fields.EnumerateObject())
        {
            switch (field.Name)
            {
                // Clients that are generated send each field that they know, and null for what was not given.
                case "by" or "identity" or "journal" or "anew" or "ifGeneration" or "dryRun" or "for"
                    when field.Value.ValueKind == JsonValueKind.Null:
                    break;
                case "by":
                    by = Text(field, by, MaxBy);
                    break;
                case "why":
                    why = Text(field, why, MaxWhy);
                    break;
                case "ifGeneration":
                    ifGeneration = Number(field, ifGeneration);
                    break;
                case "dryRun":
                    dryRun = Flag(field, dryRun);
                    break;
                case "identity" when verb == "pin":
                    identity = Text(field, identity, MaxIdentity);
                    break;
                case "for" when verb == "lock":
                    length = Text(field, length, MaxDuration);
                    _ = LengthOf(length);
                    break;
                case "journal" when verb == "release":
                    journal = Flag(field, journal);
                    break;
                case "anew" when verb == "release":
                    anew = Flag(field, anew);
                    break;
                case "identity":
                    throw Wrong("identity", "Only pin takes it.");
                default:
                    throw Wrong(field.Name.Length > 64 ? field.Name[..64] : field.Name,
                        "There is no such field; there are by, why, ifGeneration, dryRun"
                        + $"{verb switch { "pin" => ", identity", "release" => ", journal, anew", "lock" => ", for", _ => "" }}.");
            }
        }

        if (anew == true && journal != true)
        {
            throw Wrong("anew", "It belongs to journal: send \"journal\":true with it. What the journal holds behind the damage is given "
                + "up then.");
        }

        if (ifGeneration is not null && journal == true)
        {
            throw Wrong("ifGeneration", "A stream whose journal can't be read has no generation to compare with. Leave it out.");
        }

        if (dryRun == true && journal == true)
        {
            throw Wrong("dryRun", "What a journal holds shows only when it is read again. Leave it out.");
        }

        return new OrderBody(by,
            why ?? throw Wrong("why", "Say why in a few words; it is kept in the timeline."),
            verb != "pin" ? null : identity ?? throw Wrong("identity",
                "Name the identity that alone may publish; 'session.identity' of the stream shows the present one."),
            journal, anew, ifGeneration, dryRun, length);
    }

    private static TimeSpan LengthOf(string text) =>
        Duration.TryParse(text, out var length) && length >= ShortestLock && length <= LongestLock
            ? length
            : throw Wrong("for", "It is a duration such as 30m, 2h or 1d, from a second to 30 days. Left out, the lock lasts until it is "
                + "unlocked.");

    private static bool Flag(JsonProperty field, bool? before) => before is not null ? throw Wrong(field.Name, "Give it once.")
        : field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? field.Value.GetBoolean()
        : throw Wrong(field.Name, "It is true or false.");

    private static long Number(JsonProperty field, long? before) => before is not null ? throw Wrong(field.Name, "Give it once.")
        : field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt64(out var number) && number >= 0 ? number
        : throw Wrong(field.Name, "It is a whole number, 0 or more: the 'generation' that the stream showed.");

    private static string Text(JsonProperty field, string? before, int max)
    {
        if (before is not null)
        {
            throw Wrong(field.Name, "Give it once.");
        }

        var text = field.Value.ValueKind == JsonValueKind.String
            ? field.Value.GetString()!.Trim()
            : throw Wrong(field.Name, "It is a string.");
        return text.Length is > 0 && text.Length <= max && !text.Any(char.IsControl)
            ? text
            : throw Wrong(field.Name, $"From 1 to {max} characters on one line.");
    }

    private static string Example(string verb) =>
        verb == "pin" ? """Send {"why":"…","identity":"…"}, and "by" if you like.""" : """Send {"why":"…"}, and "by" if you like.""";

    private static ApiProblemException Wrong(string field, string detail) => new(ApiProblem.BadField(field, $"{field}: {detail}"));
}
