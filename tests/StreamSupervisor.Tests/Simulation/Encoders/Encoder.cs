using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Encoders;

/// <summary>An encoder on a bad network: publishes, sends, leaves as its trouble has it, and comes back as it retries.</summary>
internal sealed class Encoder(World world, EncoderPlan plan, IReadOnlyList<SrsServer> servers)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private int _server;
    private int _failures;
    private int _attempt;
    private int _starts;
    private bool _wasOnAir;
    private bool _stopped;
    private bool _vanished;

    public EncoderPlan Plan => plan;
    public SrsConnection? Connection { get; private set; }
    public bool IsOnAir => Connection is { IsPublishing: true, IsOpen: true };

    /// <summary>When it began to try, since it was on air last.</summary>
    public DateTimeOffset? TryingSince { get; private set; }

    public void Try()
    {
        if (_stopped)
        {
            return;
        }

        TryingSince ??= world.Now;
        if (plan.Registers)
        {
            world.Register(plan.Stream, plan.Name, plan.Ip, ++_attempt, publishes => { if (publishes) { Connect(); } else { Failed(); } });
        }
        else
        {
            Connect();
        }
    }

    /// <summary>It goes home. One that has vanished stays so: its session is for the supervisor to find.</summary>
    public void Stop()
    {
        _stopped = true;
        if (!_vanished)
        {
            Connection?.HangUp();
        }
    }

    private void Connect()
    {
        if (_stopped || servers[_server].Connect(plan.Ip, plan.Registers ? plan.Name : "") is not { } connection)
        {
            Failed();
            return;
        }

        Connection = connection;
        connection.Started = () => Started(connection);
        connection.Closed = why =>
        {
            if (Connection == connection)
            {
                world.Note(plan.Name, "closed", plan.Stream, connection.ClientId, why.ToString());
                Failed();
            }
        };
        connection.Publish(plan.Stream);
    }

    private void Started(SrsConnection connection)
    {
        (_failures, _wasOnAir, TryingSince) = (0, true, null);
        var start = ++_starts;
        if (plan.FirstFrameAfter == TimeSpan.Zero)
        {
            connection.Send();
        }
        else
        {
            world.After(plan.FirstFrameAfter, () =>
            {
                if (start == _starts && Connection == connection && connection.IsOpen)
                {
                    connection.Send();
                }
            });
        }

        if (plan.Trouble != EncoderTrouble.None)
        {
            world.After(plan.After, () =>
            {
                if (Connection == connection && connection.IsOpen && !_stopped)
                {
                    Leave(connection);
                }
            });
        }
    }

    private void Leave(SrsConnection connection)
    {
        world.Note(plan.Name, plan.Trouble.ToString(), plan.Stream, connection.ClientId);
        _starts++;
        switch (plan.Trouble)
        {
            case EncoderTrouble.HangsUp:
                Connection = null;
                connection.HangUp();
                world.After(plan.GoneFor, Try);
                break;
            case EncoderTrouble.Republishes:
                connection.Unpublished = () => world.After(plan.GoneFor, () =>
                {
                    if (Connection == connection && connection.IsOpen && !_stopped)
                    {
                        connection.Publish(plan.Stream);
                    }
                });
                connection.Freeze();
                connection.Unpublish();
                break;
            default:
                connection.Freeze();
                if (plan.Trouble == EncoderTrouble.Vanishes)
                {
                    (_stopped, _vanished) = (true, true);
                    break;
                }

                Connection = null;
                _server = plan.Trouble == EncoderTrouble.Moves ? (_server + 1) % servers.Count : _server;
                world.After(plan.GoneFor, Try);
                break;
        }
    }

    private void Failed()
    {
        Connection = null;
        TryingSince ??= world.Now;
        _failures++;
        if (_stopped || plan.Retrying == Retrying.Never || (plan.Retrying == Retrying.BacksOff && !_wasOnAir))
        {
            return;
        }

        var factor = plan.Retrying == Retrying.BacksOff ? Math.Pow(1.5, _failures - 1) : 1;
        world.After(TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, plan.Pause.TotalSeconds * factor)), Try);
    }
}
