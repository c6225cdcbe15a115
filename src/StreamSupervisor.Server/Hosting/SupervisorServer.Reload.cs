using System.Runtime.InteropServices;

namespace StreamSupervisor.Server.Hosting;

/// <content>SIGHUP: the settings are read again, as service managers order it. Unheard it would end the process.</content>
internal sealed partial class SupervisorServer
{
    private PosixSignalRegistration? _hangUp;

    private void ReloadOnHangUp() => _hangUp ??= PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        _ = Task.Run(ReloadAsync, CancellationToken.None);
    });

    /// <summary>Nobody can be answered: the log tells what became of it.</summary>
    private async Task ReloadAsync()
    {
        try
        {
            await _web.Services.GetRequiredService<SettingsReload>().ReloadAsync("SIGHUP", "");
        }
#pragma warning disable CA1031 // Nobody waits for it, and what it changes is all or nothing.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _web.Logger.LogError(fault, "The settings could not be read again.");
        }
    }
}
