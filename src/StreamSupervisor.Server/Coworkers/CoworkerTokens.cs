using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hooks;

namespace StreamSupervisor.Server.Coworkers;

/// <summary>
/// Which SRS server asks: <c>origins[].coworkers-token</c>. Not the hook-token: that one lets its bearer take streams off the air, and this
/// one only lets him ask where they are.
/// </summary>
internal sealed class CoworkerTokens(IEnumerable<OriginOptions> options)
    : OriginTokens(options.Select(option => (option.CoworkersToken, option.Name)))
{
    /// <inheritdoc cref="OriginTokens.Use"/>
    public void Use(IEnumerable<OriginOptions> options) => Use(options.Select(option => (option.CoworkersToken, option.Name)));
}
