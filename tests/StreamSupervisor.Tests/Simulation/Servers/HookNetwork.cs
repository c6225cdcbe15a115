namespace StreamSupervisor.Tests.Simulation.Servers;

/// <summary>
/// The way of the hooks from the servers to the members: it loses, doubles and delays, and whoever balances the members asks nobody.
/// </summary>
internal sealed class HookNetwork(World world)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <param name="answered">Called once, with yes only for an answer that says so.</param>
    public void Send(SrsServer server, SrsConnection client, SrsHook hook, Action<bool> answered)
    {
        var waits = true;
        Time.Scheduled? timeout = null;
        timeout = world.After(Timeout, () => Answer(false));
        world.Note(server.Name, "hook", client.Stream, hook.ClientId, hook.Kind.ToString());
        switch (world.Faults.Hook())
        {
            case HookFault.Lost:
                world.After(TimeSpan.Zero, () => Answer(false));
                break;
            case HookFault.AnswerLost:
                Bring(world.Faults.Latency(), _ => Answer(false));
                break;
            case HookFault.Doubled:
                Bring(world.Faults.Latency(), Answer);
                Bring(world.Faults.Latency(), _ => { });
                break;
            case HookFault.Late:
                Bring(world.Faults.Delay(), Answer);
                break;
            case HookFault.Overtaken:
                world.After(TimeSpan.Zero, () => Answer(false));
                Bring(world.Faults.Delay(), _ => { });
                break;
            default:
                Bring(world.Faults.Latency(), Answer);
                break;
        }

        void Bring(TimeSpan delay, Action<bool> answer) => world.After(delay, () =>
        {
            if (world.Cluster.TakesHook() is { } member)
            {
                member.Hooks.Take(server.Name, client, hook, yes => world.After(world.Faults.Latency(), () => answer(yes)));
            }
            else
            {
                answer(false);
            }
        });

        void Answer(bool yes)
        {
            if (waits)
            {
                waits = false;
                timeout?.Cancel();
                answered(yes);
            }
        }
    }
}

internal enum HookFault
{
    None,

    /// <summary>Nobody listened.</summary>
    Lost,
    AnswerLost,
    Doubled,

    /// <summary>SRS waits, and it takes long.</summary>
    Late,

    /// <summary>SRS has given it up, and it arrives later.</summary>
    Overtaken,
}
