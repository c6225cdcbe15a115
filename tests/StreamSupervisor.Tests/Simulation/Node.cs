using System.Buffers;
using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>One simulated SRS server, and the network between it and the supervisor.</summary>
internal sealed class Node
{
    private readonly World _world;

    public Node(World world, string name, SrsModel model, Random random)
    {
        (_world, Name) = (world, name);
        Srs = new SimulatedSrs(new SimulatedSrsOptions { ServerId = $"vid-{name}", Model = model }, world.Time, random, ReceiveAsync);
        Srs.Ack = happened => world.History.Happened(this, happened);
        Srs.HookFaults = _ => world.Faults.Hook();
    }

    public string Name { get; }
    public SimulatedSrs Srs { get; }

    /// <summary>The name of the process that runs, as the supervisor knows it.</summary>
    public string Service => Srs.Model.HasServiceId ? Srs.ServiceId : $"{Srs.Pid}:{Srs.ServiceId}";

    public SessionId Session(string clientId) => new(Srs.Options.ServerId, Service, clientId);

    /// <summary>One call to the API over the network. A request whose sender has stopped waiting arrives all the same.</summary>
    /// <returns>No response when none came in time: a value, for thousands are thrown and caught otherwise in every world.</returns>
    public async Task<(SimulatedApiResponse? Response, string Service)> CallAsync(string method, string path, TimeSpan timeout, CancellationToken cancellation)
    {
        if (method == "DELETE")
        {
            _world.History.Deleting(this, path[(path.LastIndexOf('/') + 1)..]);
        }

        var answer = new TaskCompletionSource<(SimulatedApiResponse?, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = _world.Time.CreateTimer(_ => answer.TrySetResult((null, Service)), null, timeout, Timeout.InfiniteTimeSpan);
        await using var gone = cancellation.UnsafeRegister(_ => answer.TrySetCanceled(cancellation), null);
        _ = BringAsync();
        return await answer.Task;

        async Task BringAsync()
        {
            try
            {
                var response = await Srs.CallApiAsync(method, path, null, CancellationToken.None);
                answer.TrySetResult((_world.Faults.LosesApiAnswer() ? null : response, Service));
            }
            catch (SimulatedApiUnreachableException)
            {
                answer.TrySetResult((null, Service));
            }
        }
    }

    private async Task<HookResult> ReceiveAsync(SimulatedHook hook, CancellationToken cancellation)
    {
        if (!SrsHookReader.TryParse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(hook.Json)), out var call, out var problem))
        {
            throw new InvalidOperationException(problem);
        }

        // As the hook names it: it may have been so long on its way that another process runs by now, or none.
        var session = call.ServiceId.Length > 0 ? new SessionId(call.ServerId, call.ServiceId, call.ClientId) : Session(hook.ClientId);
        await Task.Delay(_world.Faults.Latency(), _world.Time, cancellation);
        var life = _world.TakesHook() ?? throw new IOException("The supervisor is down.");
        var asked = _world.History.Moment;

        // Not disposed: a member that is paused hears of it later.
        var gone = new CancellationTokenSource();
        await using var link = cancellation.UnsafeRegister(_ => life.Do(gone.Cancel), null);
        var reply = await life.AskAsync(() => life.Supervisor.Desk.HandleAsync(life.Supervisor.Origins.Find(Name)!, call, gone.Token).AsTask());
        _world.History.Answered(session, call, reply, asked);
        await Task.Delay(_world.Faults.Latency(), _world.Time, cancellation);
        return HookAnswer.Read(200, Encoding.UTF8.GetString(SrsHookReplyWriter.Of(reply)));
    }
}
