using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Server.Registrations;

/// <summary>What registrations stand on; one per program.</summary>
internal sealed record RegistrationContext
{
    public required LiveStreamRegion Region { get; init; }
    public required Reloadable<CredentialGate> Gate { get; init; }
    public required RegistrationCredential Credential { get; init; }

    /// <summary>What is known of every node, as of now.</summary>
    public required Func<IReadOnlyList<OriginLoad>> Origins { get; init; }

    /// <summary>Which of them take no new streams.</summary>
    public required OriginDrain Drain { get; init; }
    public required RegistrationOptions Options { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>By which credentials are signed and checked: their times are other machines'. Null: by <see cref="Time"/>.</summary>
    public TimeProvider CredentialTime { get => field ?? Time; init; }

    /// <summary>The member leaves: who waits for a decision is let go, and asks another one.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>How long a call waits for an entity.</summary>
    public TimeSpan AskTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
