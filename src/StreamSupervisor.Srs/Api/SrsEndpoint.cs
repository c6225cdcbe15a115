namespace StreamSupervisor.Srs.Api;

/// <summary>Where one SRS server's HTTP API is, and how to log in there.</summary>
/// <param name="Name">The configured name of the server, as people know it.</param>
/// <param name="Api">Base address: <c>http://10.0.0.5:1985</c>.</param>
/// <param name="Username">For <c>http_api { auth }</c> (5.0.152+, 6.0.40+); null where it is off.</param>
public sealed record SrsEndpoint(string Name, string Api, string? Username = null, string? Password = null)
{
    /// <summary>The base address as it is used, with a slash at its end.</summary>
    internal Uri Address { get; } = new(Api.EndsWith('/') ? Api : Api + "/", UriKind.Absolute);

    /// <summary>The failure of a call, in a sentence for the log: who, what, and what was asked.</summary>
    internal SrsUnreachableException Unreachable(SrsCall call, string what, Exception? inner = null) => new(Sentence(call, what), inner);

    internal string Sentence(SrsCall call, string what) =>
        $"{Name} ({Address.GetLeftPart(UriPartial.Authority)}) {what}; asked {call.Asked}";
}
