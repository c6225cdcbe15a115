namespace StreamSupervisor.Api;

/// <summary>The refusal catalog.</summary>
public sealed record ReasonList(IReadOnlyList<ReasonView> Reasons);

/// <summary>A reason for a refusal.</summary>
/// <param name="Reason">Its stable name.</param>
/// <param name="Kind"><c>temporary</c> or <c>permanent</c>.</param>
public sealed record ReasonView(string Reason, string Kind, string En);
