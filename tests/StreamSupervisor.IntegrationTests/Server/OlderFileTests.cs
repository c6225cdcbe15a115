using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>An older copy of the database file is put in its place, as a restored backup is.</summary>
public sealed class OlderFileTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const string Key = "live/cam1";
    private const string Noticed = "gone back in time";

    /// <summary>Every generation after a rollback is above it.</summary>
    private const long Floor = 1_000_000;

    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _sending = [];
    private SrsServers _srs = null!;
    private ServeFolder _folder = null!;

    private string Backup => _folder.Database + ".backup";

    public async Task InitializeAsync()
    {
        _srs = await SrsServers.StartAsync(SrsModel.V5);
        _folder = new ServeFolder(_srs);
    }

    public async Task DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_sending);
        _over.Dispose();
        await _srs.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Put_there_while_the_supervisor_was_away_it_is_noticed_and_so_is_one_that_was_moved_away_to_start_empty()
    {
        await BackUpAndGoOnAsync();
        File.Copy(Backup, _folder.Database, overwrite: true);
        await using (var program = await SupervisorProcess.ServeAsync(_folder))
        {
            program.Output.ShouldContain(Noticed);
            program.Output.ShouldContain("its newest record is number");
            await IsLiveAboveAsync(Floor);
            await PublishAsync();
            await IsLiveAboveAsync(Floor + 1);
            program.Terminate();
            (await program.ExitCodeAsync()).ShouldBe(0);
        }

        File.Delete(_folder.Database);
        await using var empty = await SupervisorProcess.ServeAsync(_folder);

        empty.Output.ShouldContain(Noticed);
        await IsLiveAboveAsync(Floor);
    }

    [Fact]
    public async Task Put_there_while_the_supervisor_runs_it_is_noticed_and_the_supervisor_goes_on_in_it()
    {
        await BackUpAndGoOnAsync();
        var program = await SupervisorProcess.ServeAsync(_folder);
        try
        {
            await PublishAsync();
            await IsLiveAboveAsync(2);

            File.Move(Backup, _folder.Database, overwrite: true);

            await Eventually.HoldsAsync("it notices", () => Task.FromResult(program.Output.Contains(Noticed, StringComparison.Ordinal)));
            await IsLiveAboveAsync(Floor);
            await PublishAsync();
            await IsLiveAboveAsync(Floor + 1);
            program.Terminate();
            (await program.ExitCodeAsync()).ShouldBe(0);
        }
        finally
        {
            await program.DisposeAsync();
            log.WriteLine(program.Output);
        }

        await using var next = await SupervisorProcess.ServeAsync(_folder);
        next.Output.ShouldNotContain(Noticed);
        await IsLiveAboveAsync(Floor + 1);
    }

    [Fact]
    public async Task A_crash_and_a_stop_are_no_rollback()
    {
        await using (var program = await SupervisorProcess.ServeAsync(_folder))
        {
            await _srs.SendHooksToAsync(_folder.Address);
            await PublishAsync();
            await program.KillAsync();
        }

        await using (var program = await SupervisorProcess.ServeAsync(_folder))
        {
            await PublishAsync();
            await IsLiveAboveAsync(1);
            program.Terminate();
            (await program.ExitCodeAsync()).ShouldBe(0);
            program.Output.ShouldNotContain(Noticed);
        }

        await using var next = await SupervisorProcess.ServeAsync(_folder);
        next.Output.ShouldNotContain(Noticed);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_folder.Database + ".mark").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var api = _folder.Api();
        (await api.GetStreamAsync(StreamKey.Parse(Key), CancellationToken.None)).Value!.Session!.Generation.ShouldBeLessThan(Floor);
    }

    /// <summary>A first publish, a copy of the file, and a second publish that the copy does not know.</summary>
    private async Task BackUpAndGoOnAsync()
    {
        await using var program = await SupervisorProcess.ServeAsync(_folder);
        await _srs.SendHooksToAsync(_folder.Address);
        await PublishAsync();
        _ = SqliteBackup.Take(_folder.Database, Backup, overwrite: false, CancellationToken.None);
        await PublishAsync();
        await IsLiveAboveAsync(1);
        program.Terminate();
        (await program.ExitCodeAsync()).ShouldBe(0);
    }

    /// <summary>
    /// An encoder that sends from now on: one that does not is dropped by SRS before a supervisor is back. In the moment when admissions
    /// open after a rollback, who waits is not told from who was let in by what is lost, is removed, and tries again as encoders do.
    /// </summary>
    private Task PublishAsync() => Eventually.HoldsAsync("the encoder is let in", async () =>
    {
        var encoder = await EncoderEnd.DialAsync(_srs[0]);
        var outcome = await encoder.PublishAsync(Key);
        outcome.ShouldBeOneOf(PublishOutcome.Started, PublishOutcome.Closed);
        if (outcome == PublishOutcome.Started)
        {
            _sending.Add(encoder.KeepSendingAsync(_over.Token));
        }

        return outcome == PublishOutcome.Started;
    });

    private async Task IsLiveAboveAsync(long generation)
    {
        using var api = _folder.Api();
        await Eventually.HoldsAsync($"{Key} is live above generation {generation}", async () =>
            (await api.GetStreamAsync(StreamKey.Parse(Key), CancellationToken.None)).Value is
            { State: "live", Session: { } session } && session.Generation > generation);
    }
}
