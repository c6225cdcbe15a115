namespace StreamSupervisor.Domain.Stores;

/// <summary>What the member that owns a key knows of the journal when it decides.</summary>
/// <param name="GenerationFloor">
/// Generations up to this one may have been handed out by records that the journal has lost; 0: it has never lost any.
/// </param>
/// <param name="HoldsAdmissions">
/// Whether nobody is admitted for now: the journal has lost records, and not every origin was looked at since.
/// </param>
/// <param name="IsInDoubt">
/// Whether the store has not answered this member's last beat: it may have gone back in time, and the floor be too low. Admissions are
/// held too, and nobody is given a generation.
/// </param>
public readonly record struct StoreStanding(long GenerationFloor, bool HoldsAdmissions, bool IsInDoubt = false)
{
    /// <summary>Whether the rules need not hear of it.</summary>
    public bool IsUsual => this == default;
}
