namespace StreamSupervisor.Actors.Membership;

/// <summary>What the <see cref="Waker"/> reads.</summary>
/// <param name="Due">
/// A page of the keys with open work or a deadline that is not later than a time, in their order, behind a key; at
/// <see cref="DateTimeOffset.MaxValue"/> of all that have either.
/// </param>
/// <param name="PageSize">Keys of a full page.</param>
/// <param name="Lagging">Keys whose row may lie, a few at a time; true begins anew, at the newest.</param>
public sealed record WakerIndex(
    Func<DateTimeOffset, string, CancellationToken, Task<IReadOnlyList<string>>> Due, int PageSize,
    Func<bool, CancellationToken, Task<IReadOnlyList<string>>> Lagging);
