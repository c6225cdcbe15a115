using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Client;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(RegistrationUpdate))]
[JsonSerializable(typeof(RegistrationAnswer))]
[JsonSerializable(typeof(SupervisorProblem))]
internal sealed partial class ClientJson : JsonSerializerContext;
