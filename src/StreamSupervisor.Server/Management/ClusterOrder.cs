using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Management;

/// <summary>What is asked of a member: <c>operation</c>, and <c>force</c> to insist.</summary>
/// <param name="IsDown">Down; else leave.</param>
/// <param name="Force">Whether the caller has been told why not, and wants it all the same.</param>
internal sealed record ClusterOrder(bool IsDown, bool Force)
{
    private const int MaxBody = 4096;

    /// <summary>Reads it from the form, as Akka.Management has it, or from the query.</summary>
    /// <exception cref="ApiProblemException">It is no order; the problem names the field.</exception>
    public static async Task<ClusterOrder> ReadAsync(HttpContext call)
    {
        call.Request.Query.AllowOnly("operation", "force");
        var form = await ReadFormAsync(call);
        foreach (var name in form.Keys)
        {
            if (name is not ("operation" or "force"))
            {
                throw Wrong(name.Length > 64 ? name[..64] : name, "There is no such field; there are operation, force.");
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
        return operation.ToUpperInvariant() switch
        {
            "LEAVE" => new ClusterOrder(IsDown: false, force),
            "DOWN" => new ClusterOrder(IsDown: true, force),
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
                new() { ValueCountLimit = 8, KeyLengthLimit = 256, ValueLengthLimit = 256, MultipartBodyLengthLimit = MaxBody,
                    BufferBodyLengthLimit = MaxBody },
                call.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw Wrong("operation", "The form can't be read. Send operation=Leave or operation=Down and nothing else.");
        }
    }

    private static string? Value(HttpContext call, IFormCollection form, string name)
    {
        var values = (string?[])[.. call.Request.Query[name], .. form[name]];
        return values.Length <= 1 ? values.FirstOrDefault()?.Trim() : throw Wrong(name, "Give it once.");
    }

    private static ApiProblemException Wrong(string field, string detail) => new(ApiProblem.BadField(field, $"{field}: {detail}"));
}
