namespace StreamSupervisor.Tests.Simulation.Servers;

/// <content>What a server forwards to the next one.</content>
internal sealed partial class SrsConnection
{
    /// <summary>
    /// The copy on the next server: it comes from this server's address, tries again while its source lives, and dies with it.
    /// </summary>
    private void Forward()
    {
        if (server.ForwardsTo is not { } target || IsRelay)
        {
            return;
        }

        World.After(server.Milliseconds(20, 200), () =>
        {
            if (!IsPublishing || IsDead || server.ForwardsTo != target)
            {
                return;
            }

            var relay = target.Connect(server.Ip, isRelay: true);
            if (relay is null)
            {
                World.After(TimeSpan.FromSeconds(3), Forward);
                return;
            }

            relay.Started = relay.Send;
            relay.Closed = _ => World.After(TimeSpan.FromSeconds(1), Forward);
            World.History.Relays(this, relay);
            relay.Publish(Stream);
            Watch(relay);
        });
    }

    private void Watch(SrsConnection relay) => World.After(TimeSpan.FromMilliseconds(200), () =>
    {
        if (IsDead || !IsPublishing)
        {
            relay.HangUp();
        }
        else if (relay.IsOpen)
        {
            Watch(relay);
        }
    });
}
