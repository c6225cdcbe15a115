namespace StreamSupervisor.Srs.Configuration;

/// <summary>What a supervisor's own settings say that an SRS configuration must fit.</summary>
/// <param name="Listen">Where it takes hooks: <c>http://127.0.0.1:8085</c>, <c>http://*:8085</c>.</param>
/// <param name="Origins">The SRS servers that it knows.</param>
internal sealed record ExpectedSupervisor(IReadOnlyList<string> Listen, IReadOnlyList<ExpectedOrigin> Origins);

/// <summary>An SRS server as the supervisor's settings have it.</summary>
/// <param name="HookToken">The secret of its hooks; never shown.</param>
/// <param name="Api">The address of its API.</param>
/// <param name="Username">Of the API's login; null without one.</param>
/// <param name="Password">Of the API's login; null without one.</param>
/// <param name="CoworkersToken">The secret of its questions where a stream is; never shown. Empty: it may not ask.</param>
internal sealed record ExpectedOrigin(string Name, string HookToken, string Api, string? Username, string? Password,
    string CoworkersToken = "");
