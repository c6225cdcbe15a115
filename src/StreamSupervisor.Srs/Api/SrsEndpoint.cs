namespace StreamSupervisor.Srs.Api;

/// <summary>Where one SRS server's HTTP API is, and how to log in there.</summary>
/// <param name="Name">The configured name of the server, as people know it.</param>
/// <param name="Api">Base address: <c>http://10.0.0.5:1985</c>.</param>
/// <param name="Username">For <c>http_api { auth }</c> (5.0.152+, 6.0.40+); null where it is off.</param>
public sealed record SrsEndpoint(string Name, string Api, string? Username = null, string? Password = null);
