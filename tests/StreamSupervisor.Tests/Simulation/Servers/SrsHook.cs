namespace StreamSupervisor.Tests.Simulation.Servers;

internal enum HookKind
{
    OnConnect,
    OnPublish,
    OnPlay,
    OnUnpublish,
    OnClose,
}

/// <summary>One hook as it leaves its server.</summary>
/// <param name="Service">Empty from SRS 4, whose hooks do not name their process.</param>
/// <param name="As">The registration that the encoder's URL carries; empty for none.</param>
/// <param name="Stream">The stream; empty in <c>on_close</c>.</param>
internal sealed record SrsHook(HookKind Kind, string ServerId, string Service, string ClientId, string Stream, string Ip, string As);
