using System.Text.Json;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

/// <summary>One simulated server in virtual time, a hook receiver that does what the test says, and all hooks that came.</summary>
internal sealed class Stage
{
    private readonly List<SimulatedConnection> feeding = [];

    public Stage(SimulatedSrsOptions options, int seed = 7)
    {
        Srs = new SimulatedSrs(options, World, new Random(seed), Receive);
    }

    public Stage(SrsModel model, int seed = 7) : this(new SimulatedSrsOptions { Model = model }, seed)
    {
    }

    public SimulatedWorld World { get; } = new();

    public SimulatedSrs Srs { get; }

    public List<SimulatedHook> Hooks { get; } = [];

    /// <summary>What to answer; null: accepted at once.</summary>
    public Func<SimulatedHook, Task<HookResult>>? Answer { get; set; }

    public void Run(Func<Stage, Task> scenario) => World.Run(() => scenario(this));

    public SimulatedConnection Connect() => Srs.Connect("127.0.0.1").ShouldNotBeNull();

    /// <summary>Connects, publishes, and sends media for ever, or until it is muted.</summary>
    public async Task<SimulatedConnection> Publish(string stream, string param = "")
    {
        var connection = Connect();
        (await connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", stream, param)).ShouldBe(PublishOutcome.Started);
        Feed(connection);
        return connection;
    }

    public void Feed(SimulatedConnection connection)
    {
        feeding.Add(connection);
        _ = SendMediaAsync(connection);
    }

    /// <summary>The network of this client is gone: no media, no close.</summary>
    public void Mute(SimulatedConnection connection) => feeding.Remove(connection);

    public JsonElement Get(string path) => JsonDocument.Parse(Srs.HandleApi("GET", path, null).Body).RootElement;

    public int Code(string method, string path) =>
        JsonDocument.Parse(Srs.HandleApi(method, path, null).Body).RootElement.GetProperty("code").GetInt32();

    public JsonElement? StreamRow(string name)
    {
        foreach (var row in Get("/api/v1/streams/?count=1000").GetProperty("streams").EnumerateArray())
        {
            if (row.GetProperty("name").GetString() == name)
            {
                return row;
            }
        }

        return null;
    }

    public bool ShowsActive(string name) => StreamRow(name)?.GetProperty("publish").GetProperty("active").GetBoolean() == true;

    public string[] ActionsOf(string clientId) => [.. Hooks.Where(hook => hook.ClientId == clientId).Select(hook => hook.Action)];

    private async Task SendMediaAsync(SimulatedConnection connection)
    {
        while (connection.IsOpen && feeding.Contains(connection))
        {
            connection.SendMedia();
            await World.Pass(50);
        }
    }

    private Task<HookResult> Receive(SimulatedHook hook, CancellationToken cancellation)
    {
        Hooks.Add(hook);
        return Answer?.Invoke(hook) ?? Task.FromResult(HookResult.Accepted);
    }
}
