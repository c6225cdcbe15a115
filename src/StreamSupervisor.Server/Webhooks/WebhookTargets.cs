namespace StreamSupervisor.Server.Webhooks;

/// <summary>The receivers of the settings, as they are now.</summary>
internal sealed class WebhookTargets(IReadOnlyList<WebhookTarget> targets)
{
    private volatile Known _known = new(targets);

    public IReadOnlyList<WebhookTarget> All => _known.Targets;

    /// <summary>The receivers, and what is cancelled as soon as there are others.</summary>
    public (IReadOnlyList<WebhookTarget> Targets, CancellationToken Replaced) Now()
    {
        var known = _known;
        return (known.Targets, known.Replaced);
    }

    /// <summary>There are these from now on. Whoever sends begins anew, each behind what its receiver has taken.</summary>
    public void Use(IReadOnlyList<WebhookTarget> next)
    {
        var old = _known;
        _known = new Known(next);
        old.Replace();
    }

#pragma warning disable CA1001 // Nothing hangs on the source but its token, for which somebody may ask at any time.
    private sealed class Known(IReadOnlyList<WebhookTarget> targets)
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _replaced = new();

        public IReadOnlyList<WebhookTarget> Targets => targets;

        public CancellationToken Replaced => _replaced.Token;

        public void Replace() => _replaced.Cancel();
    }
}
