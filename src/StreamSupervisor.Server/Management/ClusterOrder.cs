using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Management;

/// <summary>What is asked of a member: <c>operation</c>, <c>force</c> to insist, and <c>by</c> and <c>why</c> for the audit.</summary>
/// <param name="IsDown">Down; else leave.</param>
/// <param name="Force">Whether the caller has been told why not, and wants it all the same.</param>
/// <param name="By">Who orders it, where the caller says so.</param>
/// <param name="Why">What for; empty where the caller does not say.</param>
internal sealed record ClusterOrder(bool IsDown, bool Force, string? By = null, string Why = "")
{
    private const int MaxBody = 4096;
    private const int MaxBy = 100;
    private const int MaxWhy = 500;
    private static readonly string[] Fields = ["operation", "force", "by", "why"];

    /// <summary>Reads it from the form, as Akka.Management has it, or from the query.</summary>
    /// <exception cref="ApiProblemException">It is no order; the problem names the field.</exception>
    public static async Task<ClusterOrder> ReadAsync(HttpContext call)
    {
        call.Request.Query.AllowOnly(Fields);
        var form = await ReadFormAsync(call);
        foreach (var name in form.Keys)
        {
            if (!Fields.Contains(name))
            {
                throw Wrong(name.Length > 64 ? name[..64] : name, $"There is no such field; there are {string.Join(", ", Fields)}.");
            }
        }

        var operation = Value(call, form, "operation")
            ?? throw Wrong("operation", "Send operation=Leave or operation=Down, as a form or in the query.");
        var force = Value(call, form, "force") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw Wrong("force", "It is true or false."),
        };
        var (by, why) = (Text(call, form, "by", MaxBy), Text(call, form, "why", MaxWhy) ?? "");
        return operation.ToUpperInvariant() switch
        {
            "LEAVE" => new ClusterOrder(IsDown: false, force, by, why),
            "DOWN" => new ClusterOrder(IsDown: true, force, by, why),
            _ => throw Wrong("operation", "It is Leave or Down."),
        };
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpContext call)
    {
        var request = call.Request;
        if (request.ContentLength > MaxBody)
        {
            throw new ApiProblemException(Problems.BodyTooLarge.Of($"An order has at most {MaxBody / 1024} KB."));
        }

        if (!request.HasFormContentType)
        {
            return request.ContentType is null or "" ? FormCollection.Empty : throw new ApiProblemException(
                Problems.NotForm.Of(
                    "Send operation=Leave or operation=Down as 'Content-Type: application/x-www-form-urlencoded', or in the query.",
                    "operation"));
        }

        try
        {
            return await request.ReadFormAsync(
                new() { ValueCountLimit = 8, KeyLengthLimit = 256, ValueLengthLimit = 2048, MultipartBodyLengthLimit = MaxBody,
                    BufferBodyLengthLimit = MaxBody },
                call.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw Wrong("operation", "The form can't be read. Send operation=Leave or operation=Down and nothing else.");
        }
    }

    private static string? Text(HttpContext call, IFormCollection form, string name, int most) => Value(call, form, name) switch
    {
        null or "" => null,
        var text when text.Length <= most && !text.Any(char.IsControl) => text,
        _ => throw Wrong(name, $"At most {most} characters on one line."),
    };

    private static string? Value(HttpContext call, IFormCollection form, string name)
    {
        var values = (string?[])[.. call.Request.Query[name], .. form[name]];
        return values.Length <= 1 ? values.FirstOrDefault()?.Trim() : throw Wrong(name, "Give it once.");
    }

    private static ApiProblemException Wrong(string field, string detail) => new(ApiProblem.BadField(field, $"{field}: {detail}"));
}
