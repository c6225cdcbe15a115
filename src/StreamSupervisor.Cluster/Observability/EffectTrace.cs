using System.Diagnostics;

namespace StreamSupervisor.Cluster.Observability;

/// <summary>
/// The span of an effect that a traced request ordered. Linked to the request, not within it: an effect is bound to no caller, it may outlive
/// the answer by hours. After a restart or a failover nobody remembers the request, and the effect goes on without a span.
/// </summary>
internal static class EffectTrace
{
    /// <param name="cause">The request's span; the default when nobody traced it.</param>
    public static Activity? Begin(string entityId, string effect, ActivityContext cause) =>
        cause == default || !AskTrace.Source.HasListeners()
            ? null
            : AskTrace.Source.StartActivity("effect", ActivityKind.Internal, parentContext: default, links: [new ActivityLink(cause)])
                ?.SetTag("entity", entityId).SetTag("effect", effect);
}
