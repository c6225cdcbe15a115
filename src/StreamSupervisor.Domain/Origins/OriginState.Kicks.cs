using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <summary>Whether its API lets anybody be kicked. A proxy in front of it may forbid DELETE while every GET works.</summary>
public sealed partial class OriginState
{
    private string? _kicksForbidden;

    /// <summary>What a DELETE was answered. The last one is right: a rule of a proxy changes when a person changes it.</summary>
    /// <param name="forbidden">Why it was not allowed; null: it was.</param>
    public ImmutableArray<OriginEvent> KickAnswered(string? forbidden)
    {
        if ((forbidden is null) != (_kicksForbidden is null))
        {
            _events.Add(forbidden is null ? new OriginEvent.KicksAllowed() : new OriginEvent.KicksForbidden(forbidden));
        }

        _kicksForbidden = forbidden;
        return _events.DrainToImmutable();
    }
}
