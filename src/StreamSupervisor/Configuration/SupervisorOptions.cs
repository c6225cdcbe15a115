using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Configuration;

/// <summary>Every setting of the program; <c>hocon/reference.conf</c> is their manual. One section, one class, one validator.</summary>
public sealed class SupervisorOptions
{
    public HttpOptions Http { get; init; } = new();
    public ManagementOptions Management { get; init; } = new();
    public StorageOptions Storage { get; init; } = new();
    public List<OriginOptions> Origins { get; init; } = [];
    public AdmissionOptions Admission { get; init; } = new();
    public HooksOptions Hooks { get; init; } = new();
    public SrsApiOptions SrsApi { get; init; } = new();
    public SweepOptions Sweep { get; init; } = new();
    public ApiOptions Api { get; init; } = new();
    public KernelOptions Kernel { get; init; } = new();
}

/// <summary><c>http</c>: hooks and API.</summary>
public sealed class HttpOptions
{
    public List<string> Listen { get; init; } = [];
}

/// <summary><c>management</c>: health and cluster endpoints on a listener of their own.</summary>
public sealed class ManagementOptions
{
    public List<string> Listen { get; init; } = [];
}

/// <summary><c>storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Provider { get; init; } = "sqlite";
    public SqliteOptions Sqlite { get; init; } = new();
    public PostgresOptions Postgres { get; init; } = new();
}

public sealed class SqliteOptions
{
    public string Path { get; init; } = "data/streamsupervisor.db";
}

public sealed class PostgresOptions
{
    public string ConnectionString { get; init; } = "";
}

/// <summary>One SRS server: an entry of <c>origins</c>.</summary>
public sealed class OriginOptions
{
    public string Name { get; init; } = "";

    /// <summary>Base address of its HTTP API.</summary>
    public string Api { get; init; } = "";

    /// <summary>The secret in the path of its hooks: names the node, and is the only thing that authenticates a hook.</summary>
    public string HookToken { get; init; } = "";
    public string? Username { get; init; }
    public string? Password { get; init; }
}

/// <summary><c>admission</c>; <c>rules</c> override it for the keys that match their pattern, the first that matches wins.</summary>
public sealed class AdmissionOptions
{
    public AdmissionMode Mode { get; init; } = AdmissionMode.Enforce;
    public TakeoverPolicy Takeover { get; init; } = TakeoverPolicy.NewestWins;
    public IdentityRule Identity { get; init; } = IdentityRule.Key;

    /// <summary>At most 8 s: SRS drops a client whose hook is not answered, and an encoder gives up.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(2.5);
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan FightWindow { get; init; } = TimeSpan.FromSeconds(60);
    public int FightAlternations { get; init; } = 3;
    public TimeSpan FightCoolDown { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan FightCoolDownMax { get; init; } = TimeSpan.FromMinutes(10);
    public int FlappingPublishes { get; init; } = 5;
    public List<AdmissionRuleOptions> Rules { get; init; } = [];
}

/// <summary>An entry of <c>admission.rules</c>: <c>{ match = "*/live/*", takeover = first-wins }</c>. Unset values fall back to <c>admission</c>.</summary>
public sealed class AdmissionRuleOptions
{
    /// <summary><c>vhost/app/stream</c> or <c>app/stream</c> (any vhost); <c>*</c> matches within a part, at the end also all that follows.</summary>
    public string Match { get; init; } = "";
    public AdmissionMode? Mode { get; init; }
    public TakeoverPolicy? Takeover { get; init; }
    public IdentityRule? Identity { get; init; }
    public TimeSpan? Hold { get; init; }

    /// <summary>The app is for publishers only: every <c>on_connect</c> of it is an intent to publish.</summary>
    public bool? PublishOnly { get; init; }
}

/// <summary><c>hooks</c>.</summary>
public sealed class HooksOptions
{
    /// <summary><c>refuse</c> or <c>allow</c>: the answer when no decision can be had in time.</summary>
    public string WhenUnavailable { get; init; } = "refuse";

    /// <summary>How long a hook waits for a decision at most.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest body, in bytes.</summary>
    public long MaxBody { get; init; } = 65536;

    /// <summary>How many connections per node are remembered between their <c>on_connect</c> and their <c>on_close</c>.</summary>
    public int MaxSessionsPerOrigin { get; init; } = 20_000;
}

/// <summary><c>srs-api</c>: how we call an SRS server.</summary>
public sealed class SrsApiOptions
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Rows asked for per page.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>Requests under way at once to one server; it answers them on the thread that carries the media.</summary>
    public int MaxConcurrent { get; init; } = 8;

    /// <summary>The circuit opens after so many failures in a row ...</summary>
    public int BreakAfter { get; init; } = 5;

    /// <summary>... for this long.</summary>
    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary><c>sweep</c>: looking at every node.</summary>
public sealed class SweepOptions
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that stood still for this long are a silent publisher. SRS samples them every 3 s.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How often bytes are looked at; stretches by itself where a node has many streams. 0 switches the watch off.</summary>
    public TimeSpan SilenceLook { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary><c>api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>Keys that may call the API, by name. With none, only callers from loopback are answered.</summary>
    public List<ApiKeyOptions> Keys { get; init; } = [];
    public int MaxPage { get; init; } = 500;
}

public sealed class ApiKeyOptions
{
    public string Name { get; init; } = "";
    public string Key { get; init; } = "";

    /// <summary><c>read</c> or <c>operate</c>.</summary>
    public string Role { get; init; } = "read";
}

/// <summary><c>kernel</c>: sizes of the machinery; the defaults fit.</summary>
public sealed class KernelOptions
{
    public int MailboxSize { get; init; } = 64;
    public int SnapshotEvery { get; init; } = 64;
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromSeconds(120);
}
