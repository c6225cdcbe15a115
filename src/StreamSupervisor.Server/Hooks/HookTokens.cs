using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hooks;

/// <summary>Which SRS server a hook address belongs to: <c>origins[].hook-token</c>.</summary>
internal sealed class HookTokens(IEnumerable<OriginOptions> options)
    : OriginTokens(options.Select(option => (option.HookToken, option.Name)))
{
    /// <inheritdoc cref="OriginTokens.Use"/>
    public void Use(IEnumerable<OriginOptions> options) => Use(options.Select(option => (option.HookToken, option.Name)));
}
