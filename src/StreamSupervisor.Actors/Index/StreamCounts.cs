namespace StreamSupervisor.Actors.Index;

/// <summary>How many streams of the whole cluster are in what; those that the supervisor keeps for itself are not counted.</summary>
/// <param name="Live">Somebody publishes.</param>
/// <param name="Handover">A change of hands is under way.</param>
/// <param name="Interrupted">Lost, and a return would be the same broadcast.</param>
/// <param name="Locked">Nobody may start to publish; whatever else they are in.</param>
/// <param name="Pinned">Only one identity may; whatever else they are in.</param>
/// <param name="Wedged">SRS holds a ghost of them somewhere.</param>
/// <param name="Stalled">A removal does not get on.</param>
/// <param name="Fights">In the cool-down of a fight.</param>
public sealed record StreamCounts(int Live, int Handover, int Interrupted, int Locked, int Pinned, int Wedged, int Stalled, int Fights);
