using System.Collections.Immutable;

namespace StreamSupervisor.Simulator.Servers;

/// <summary>An answer of the API.</summary>
/// <param name="Status">200, 302, 401, 405, 500.</param>
/// <param name="Headers">As SRS sends them, but for the content length.</param>
/// <param name="Body">JSON, plain text, or nothing.</param>
public sealed record SimulatedApiResponse(int Status, ImmutableArray<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}

/// <summary>The API could not be reached: nobody listens, or the connection broke before the answer.</summary>
public sealed class SimulatedApiUnreachableException(string message) : IOException(message);

/// <summary>What the API does wrong at the moment.</summary>
public enum ApiFault
{
    None,

    /// <summary>Connections are refused.</summary>
    Down,

    /// <summary>Status 200 with something that is no JSON.</summary>
    Garbage,

    /// <summary>401 without a body, as when the password was changed.</summary>
    Unauthorized,

    /// <summary>500, as from a proxy in front of it.</summary>
    ServerError,

    /// <summary>Another server answers, one without streams, as when an address was given away.</summary>
    OtherServer,

    /// <summary>403 to a DELETE, as from a proxy that lets only GET through.</summary>
    ForbidsDelete,
}
