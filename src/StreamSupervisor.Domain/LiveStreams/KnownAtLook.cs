namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// What a looker knew of a key when its look began: the order between the look and the key's changes. Clocks are no such order: those of
/// two members differ, and one that is set back once kept a silent publisher on air.
/// </summary>
/// <param name="Revision">
/// The newest <see cref="LiveStreamState.Revision"/> of which it had heard by then; 0: of none. A change that it did not know of may have
/// come after the look, and outranks it.
/// </param>
/// <param name="For">How long it had known of it, on its own monotonic clock.</param>
public readonly record struct KnownAtLook(long Revision, TimeSpan For = default);
