using System.Text;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Api;

/// <summary>What somebody may do; each role may what those before it may.</summary>
internal enum ApiRole
{
    /// <summary>Look.</summary>
    Viewer,

    /// <summary>Give orders about streams, servers, members and receivers of webhooks.</summary>
    Operator,

    /// <summary>Change the program: have it read its settings again, and insist on orders about members (<c>force</c>).</summary>
    Admin,
}

/// <summary>Who calls: stands in the journal as the one who gave an order.</summary>
/// <param name="Name">The name of the API key, or <c>local</c>.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scope">About which streams and servers.</param>
/// <param name="Expires">When its key ends; null: never.</param>
internal sealed record ApiCaller(string Name, ApiRole Role, ApiScope Scope, DateTimeOffset? Expires = null)
{
    public static readonly ApiCaller Local = new("local", ApiRole.Admin, ApiScope.All);

    public bool MayOperate => Role >= ApiRole.Operator;
    public bool IsAdmin => Role == ApiRole.Admin;

    /// <summary>Who gave an order, for the journal. With a key it keeps whose key it was, whatever name the caller gives itself.</summary>
    /// <param name="by">As the caller names itself; null: not at all.</param>
    public string Named(string? by) => by is null ? Name : this == Local || by == Name ? by : $"{by} via {Name}";

    /// <summary>The role that a word of the settings means. The words of earlier versions stay: <c>read</c> and <c>operate</c>.</summary>
    public static ApiRole RoleOf(string word) => word switch
    {
        "admin" => ApiRole.Admin,
        "operator" or "operate" => ApiRole.Operator,
        _ => ApiRole.Viewer,
    };

    /// <summary>The word of a role.</summary>
    public static string WordOf(ApiRole role) => role switch
    {
        ApiRole.Admin => "admin",
        ApiRole.Operator => "operator",
        _ => "viewer",
    };
}

/// <summary>An API key of the settings. The key itself may not be known, only its hash.</summary>
/// <param name="Hash">SHA-256 of the key: it is random and long, so nothing slower is needed.</param>
/// <param name="Secret">The key, where the settings hold it; null: only its hash.</param>
internal sealed record ApiKey(ApiCaller Caller, byte[] Hash, byte[]? Secret)
{
    public static ApiKey Of(ApiKeyOptions options)
    {
        var isWhole = options.Streams.Count == 0 && options.Origins.Count == 0;
        var scope = isWhole ? ApiScope.All : new ApiScope(options.Streams, options.Origins);
        var caller = new ApiCaller(options.Name, ApiCaller.RoleOf(options.Role), scope, options.ExpiresAt);
        return options.KeyHash.Length > 0
            ? new ApiKey(caller, ApiKeyHash.Parse(options.KeyHash)!, null)
            : new ApiKey(caller, ApiKeyHash.Of(options.Key), Encoding.UTF8.GetBytes(options.Key));
    }
}
