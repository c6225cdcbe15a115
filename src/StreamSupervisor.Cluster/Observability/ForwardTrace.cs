using System.Diagnostics;

namespace StreamSupervisor.Cluster.Observability;

/// <summary>The span of a question under way to another member; what happens there stands within it.</summary>
internal static class ForwardTrace
{
    /// <summary>Null when nobody traces, and for a question that is part of nothing traced.</summary>
    public static Activity? Begin(string member) =>
        AskTrace.Source.HasListeners() && Activity.Current is not null
            ? AskTrace.Source.StartActivity("forward", ActivityKind.Client)?.SetTag("member", member)
            : null;
}
