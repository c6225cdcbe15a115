using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Client;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Registrations;

/// <summary>The messages of registrations are the client library's own types: the two ends cannot differ.</summary>
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(RegistrationUpdate))]
[JsonSerializable(typeof(RegistrationAnswer))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(DrainAnswer))]
internal sealed partial class RegistrationJson : JsonSerializerContext
{
    public static RegistrationJson Shared { get; } = Create(JsonUnmappedMemberHandling.Skip);

    /// <summary>
    /// For what others send: a field that we do not know is a mistake, and acting on the rest would do something else than was meant.
    /// </summary>
    public static RegistrationJson Strict { get; } = Create(JsonUnmappedMemberHandling.Disallow);

    private static RegistrationJson Create(JsonUnmappedMemberHandling unknown) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter<RegistrationDecision>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = unknown,
        MaxDepth = 8,
    });
}

/// <summary>Takes a node out of the choice for new streams, or back in.</summary>
[SentByCallers]
internal sealed record DrainRequest([property: Required] bool? Draining, string? Why, string? By);

/// <summary>What became of it.</summary>
internal sealed record DrainAnswer(string Name, bool Draining, bool Changed);
