namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// What copies a stream to or from another SRS. Over there the copy asks to publish the same key; where that server is supervised too, a
/// copy that is taken for a second encoder throws the first one off, and dies with it (12 of 12 broadcasts on SRS 6 ended after about 1 s).
/// </summary>
internal static class RelayRules
{
    public static void Check(SrsDirective vhost, Action<LintFinding> report)
    {
        // The old form has its destinations behind the name: forward 10.0.0.6:1935;
        var forward = vhost["forward"];
        if (forward is not null && (forward.Arguments.Count > 0 || (forward.IsOn("enabled") && forward["destination"] is not null)))
        {
            report(new LintFinding("relay", ProblemSeverity.Warning, forward.File, forward.Line,
                "forward publishes each stream a second time, at its destination. If that server is supervised too, "
                + "its supervisor must know that this is a copy.",
                "Name this server in relays-from of the destination's origin."));
        }

        if (forward?["backend"] is { } backend && forward.IsOn("enabled"))
        {
            report(new LintFinding("forward-backend", ProblemSeverity.Warning, backend.File, backend.Line,
                "when this backend answers with an error, SRS 5, 6 and 7 keep the key busy until they are restarted: "
                + "no API shows it, no kick frees it.",
                "Forward to fixed destinations, or make sure that the backend never answers with an error."));
        }

        // The old form stands in the vhost itself: mode remote;
        if ((vhost["cluster"] ?? vhost)["mode"] is { Argument: "remote" } edge)
        {
            report(new LintFinding("relay", ProblemSeverity.Warning, edge.File, edge.Line,
                "this vhost is an edge: what is published here is published again at its origin server, and what is played here "
                + "is played from there.",
                "If the origin server is supervised too, name this server in its relays-from."));
        }
    }
}
