using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Servers;
using StreamSupervisor.Tests.Simulation.Storage;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Where a test of the simulation breaks a rule of the product or of its host, to see that the simulation notices. Nothing is broken by
/// default.
/// </summary>
internal sealed record BrokenRules
{
    /// <summary>What is decided instead of this command.</summary>
    public Func<LiveStreamState, LiveStreamCommand, LiveStreamCommand> Hears { get; init; } = (_, command) => command;

    /// <summary>What happens instead of these events.</summary>
    public Func<World, LiveStreamState, IReadOnlyList<LiveStreamEvent>,
        IReadOnlyList<LiveStreamEvent>> Decides { get; init; } = (_, _, events) => events;

    /// <summary>Which open work is carried out.</summary>
    public Func<IReadOnlyList<LiveStreamWork>, IReadOnlyList<LiveStreamWork>> Carries { get; init; } = work => work;

    /// <summary>What a DELETE of this client removes.</summary>
    public Func<SrsServer, SrsRun, string, string, bool> Deletes { get; init; } = (server, run, _, client) =>
        SrsApi.Delete(server, run, client);

    /// <summary>Which records a recovery hears.</summary>
    public Func<IReadOnlyList<JournalRow>, IReadOnlyList<JournalRow>> Replayed { get; init; } = rows => rows;

    /// <summary>The journal holds one record for each (key, sequence).</summary>
    public bool ChecksUniqueness { get; init; } = true;

    /// <summary>How old a record is at least before it is deleted.</summary>
    public TimeSpan RetainsFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Answers wait for the journal.</summary>
    public bool AnswersAfterAppend { get; init; } = true;

    /// <summary>What is asked and not answered is asked again.</summary>
    public bool SendsAgain { get; init; } = true;

    /// <summary>A yes that was long on its way is asked about.</summary>
    public bool DoubtsOldAnswers { get; init; } = true;

    /// <summary>Somebody starts the entities that have something to do.</summary>
    public bool Wakes { get; init; } = true;

    /// <summary>A member notices that the database has gone back in time.</summary>
    public bool NoticesRollbacks { get; init; } = true;

    /// <summary>Nobody is admitted between a rollback and the look at every server.</summary>
    public bool HoldsAdmissions { get; init; } = true;

    /// <summary>A place of a gate is held while work waits, and all servers share the places.</summary>
    public bool HoldsPlaces { get; init; }

    /// <summary>Who publishes for nobody is evicted.</summary>
    public bool EvictsOrphans { get; init; } = true;

    /// <summary>A DELETE that is forbidden is told as such.</summary>
    public bool TellsForbidden { get; init; } = true;

    /// <summary>A process that the API has named another one after is over for ever.</summary>
    public bool HasNoWayBack { get; init; }

    /// <summary>A row says that media has come before it has: how long it stood still then says nothing.</summary>
    public bool SaysMediaFromTheStart { get; init; }

    /// <summary>A client that connected and closed is taken for a publisher, whatever the incumbent sends.</summary>
    public bool TrustsViewers { get; init; }
}
