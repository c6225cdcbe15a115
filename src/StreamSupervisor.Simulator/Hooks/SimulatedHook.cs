using System.Collections.Immutable;

namespace StreamSupervisor.Simulator.Hooks;

/// <summary>The names of SRS's hooks, as they stand in <c>action</c> and in <c>srs.conf</c>.</summary>
public static class HookActions
{
    public const string OnConnect = "on_connect";
    public const string OnPublish = "on_publish";
    public const string OnUnpublish = "on_unpublish";
    public const string OnClose = "on_close";
    public const string OnPlay = "on_play";
    public const string OnStop = "on_stop";

    /// <summary>All that the simulator sends.</summary>
    public static ImmutableArray<string> All { get; } = [OnConnect, OnPublish, OnUnpublish, OnClose, OnPlay, OnStop];
}

/// <summary>One hook on its way. Fields that this hook of this version lacks are empty.</summary>
/// <param name="Json">The body, byte for byte as SRS of that version writes it.</param>
public sealed record SimulatedHook(string Action, string ServerId, string ServiceId, string ClientId, string Address, string Vhost,
    string App,
    string Stream, string Param, string TcUrl, string Json);

/// <summary>What the sender of hooks brings back.</summary>
public enum HookResult
{
    /// <summary>
    /// No usable answer: unreachable, timed out, broken off. A refusal of publish, connect and play; ignored for the others.
    /// </summary>
    NoAnswer,

    /// <summary>200 or 201 with code 0.</summary>
    Accepted,

    /// <summary>Any other answer.</summary>
    Refused,
}

/// <summary>One thing that goes wrong with one hook on its way.</summary>
public readonly record struct HookFault
{
    /// <summary>Nothing goes wrong.</summary>
    public static HookFault None => default;

    /// <summary>The request never arrives; SRS has no answer at once.</summary>
    public static HookFault Lost => new() { LosesRequest = true };

    /// <summary>The request arrives and is worked on; SRS never hears the answer.</summary>
    public static HookFault AnswerLost => new() { LosesAnswer = true };

    /// <summary>The request arrives twice, as through a proxy that retries; SRS hears the first answer.</summary>
    public static HookFault Doubled => new() { ArrivesTwice = true };

    /// <summary>The request arrives later, and SRS waits.</summary>
    public static HookFault DelayedBy(TimeSpan delay) => new() { Delay = delay };

    /// <summary>SRS goes on at once without an answer, and the request arrives later: behind hooks that were sent after it.</summary>
    public static HookFault OvertakenFor(TimeSpan delay) => new() { Delay = delay, SrsGoesOn = true };

    internal bool LosesRequest { get; init; }
    internal bool LosesAnswer { get; init; }
    internal bool ArrivesTwice { get; init; }
    internal TimeSpan Delay { get; init; }
    internal bool SrsGoesOn { get; init; }
}
