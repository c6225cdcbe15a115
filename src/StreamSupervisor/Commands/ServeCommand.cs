using System.CommandLine;
using System.Net.Sockets;
using StreamSupervisor.Commands.Manual;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Server.Manual;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Commands;

/// <summary><c>serve</c>: the supervisor itself.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve",
            "Supervise: take SRS's hooks, decide who publishes, remove stale sessions. Runs until it is told to stop.");
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var loaded = switches.LoadUsable(parsed);
            try
            {
                var server = await SupervisorServer.BuildAsync(
                    loaded.Options, read: () => switches.Load(parsed), manual: new ManualBook(CommandReference.Of),
                    cancellation: cancellation);
                try
                {
                    await server.RunAsync(cancellation);
                }
                finally
                {
                    await server.DisposeAsync();
                }

                return server.ExitCode;
            }
            catch (StoreOpenException problem)
            {
                throw new CommandException(problem.Message);
            }
            catch (IOException problem) when (problem.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
            {
                throw new CommandException(
                    $"{problem.Message} Another program listens there: stop it, or change http.listen or management.listen.");
            }
            catch (SocketException problem) when (problem.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new CommandException(
                    $"{problem.Message}: another program listens on cluster.listen ({string.Join(", ", loaded.Options.Cluster.Listen)}). "
                    + "Stop it, or change cluster.listen and cluster.advertise.");
            }
            catch (SocketException problem) when (problem.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AccessDenied)
            {
                throw new CommandException($"An address cannot be listened on: {problem.Message}. Write one of this machine's own, and a "
                    + "port that its user may open, into http.listen, management.listen and cluster.listen.");
            }
        });
        return command;
    }
}
