using System.Globalization;
using StreamSupervisor.Domain.LiveStreams;
using static StreamSupervisor.Server.Api.TimelineText;

namespace StreamSupervisor.Server.Api;

/// <summary>The sentences of <see cref="TimelineText"/> in simplified Chinese, in the words of those who run live streams.</summary>
internal static class TimelineTextZh
{
    public static string Of(LiveStreamEvent happened) => happened switch
    {
        Admitted e => $"{Who(e.By)}{Held(e.At - e.AskedAt)}获准推流（第 {e.Generation} 代）：{Rule(e.Rule)}"
            + $"{(e.SameBroadcast ? "；仍属同一场直播" : "")}。",
        AttemptRefused e => $"{Who(e.By)}{Held(e.At - e.AskedAt)}被拒绝：{Reason(e.Reason)}；{Advice(e.RetryAfter)}。",
        HandoverStarted e => $"{Who(e.To)}进入等待，最多 {Span(e.HoldUntil - e.At)}，其间移除占用该流的会话：{Rule(e.Rule)}。",
        ChallengerReplaced e => $"{Who(e.By)}接替了较早的请求 {e.Old.Session.ClientId}（其编码器已重新连接）；移除继续进行。",
        TakeoverContested e => $"{e.To} 从仍在推流的 {e.From} 手中接管了该流：短时间内多次如此往复即视为争抢。",
        SearchOrdered e => $"开始在 {e.Origin} 上查找该流的推流端{(e.Evict ? "，找到的一律移除" : "")}。",
        SearchFinished e => $"在 {e.Origin} 上查找完毕，找到该流的推流端 {e.Found} 个。",
        EvictionOrdered e => $"即将移除{Who(e.Of)}：{Cause(e.Cause, e.OperatorName)}。",
        EvictionFinished e => $"客户端 {e.Of.ClientId} 已离开，用时 {Span(e.At - e.OrderedAt)}：{Proof(e.Proof)}。",
        EvictionStalled e => $"客户端 {e.Of.ClientId} 暂时无法移除（{e.Why}）；系统会继续尝试。",
        PublisherConfirmed e => $"SRS 显示客户端 {e.Session.ClientId} 正在推流。",
        ConfirmationOverdue e => $"{Who(e.Of)}迟迟没有出现在 SRS 的推流列表中；正在向其节点查询该客户端。",
        PublisherSilent e => $"客户端 {e.Session.ClientId} 自 {Clock(e.Since)} 起没有发送任何数据。",
        PublisherLost e => $"客户端 {e.Session.ClientId} 不再推流：{Loss(e.Cause)}"
            + $"{(e.ReconnectUntil is { } until ? $"；{Clock(until)} 之前重新推流仍算同一场直播" : "")}。",
        BroadcastEnded => "本场直播已结束。",
        SessionAdopted e => $"发现{Who(e.By)}未经请求就在推流，现认作该流的会话（第 {e.Generation} 代）。",
        LateHookIgnored e => $"客户端 {e.Session.ClientId} 的 {e.Hook} 来迟，不起作用：它已不再占用该流。",
        KeyWedged e => $"{e.Origin} 上残留着该流：两次准许推流都没有真正开始，那里也没有可移除的客户端。只有重启该 SRS 才能释放。",
        WedgeCleared e => $"不再认为 {e.Origin} 上有残留：该 SRS 已换为新进程，或在那里看到了推流，或管理员释放了该流。",
        FightDetected e => $"{e.Incumbent} 与 {e.Challenger} 反复互相抢占；{Clock(e.CoolDownUntil)} 之前保留 {e.Incumbent}。",
        FlappingSeen e => $"该流在短时间内推流 {e.Publishes} 次：编码器的网络不稳定，或在反复重启。",
        KeyReserved e => $"该流为 {e.EncoderId} 预留至 {Clock(e.Until)}。",
        EncoderRegistered e => $"{e.EncoderId} 已预约推流（第 {e.Tries} 次尝试）；该流为其预留至 {Clock(e.Until)}。",
        RegistrationRefused e => $"{e.EncoderId} 预约推流被拒绝：{Reason(e.Reason)}。",
        ReservationEnded e => e.EndOfBroadcast ? $"{e.EncoderId} 表示本场直播已结束。" : $"{e.EncoderId} 的预约已使用、已放弃或已过期。",
        KeyLocked e => $"{e.By} 锁定了该流{(e.Until is { } until ? $"，至 {Day(until)}{Clock(until)}" : "")}：{e.Why}",
        KeyUnlocked { TimeOver: true } e => $"{e.By} 的锁定已到期，自动解除。当时的原因：{e.Why}",
        KeyUnlocked e => $"{e.By} 解锁了该流：{e.Why}",
        KeyPinned e => $"{e.By} 将该流绑定到 {e.Identity}：{e.Why}",
        OperatorActed e => $"{e.By} 下令{Order(e.Action)}：{e.Why}",
        DecisionObserved e => $"{Who(e.By)}{Verdict(e)}；此处仅观察，未采取任何操作。",
        AnswerRepeated e => $"客户端 {e.Attempt.ClientId} 再次询问，得到同样的答复：{(e.Allowed ? "准许" : Reason(e.Reason))}。",
        EvictionDropped e => $"放弃移除客户端 {e.Of.ClientId}：{e.Why}",
        RelayAdmitted e => $"{Who(e.By)}是 {e.Of} 转推过来的副本{(e.Adopted ? "（在那里被发现）" : "")}；与该流的会话并存，不会移除任何会话。",
        RelayEnded e => $"{e.Origin} 上的转推副本（客户端 {e.Relay.ClientId}）已结束：{Loss(e.Cause)}。",
        _ => "没有对应说明的事件。",
    };

    public static string Who(Publisher by) =>
        $"客户端 {by.Session.ClientId}（{by.Origin}{(by.Address.Length > 0 ? $"，来自 {by.Address}" : "")}）";

    public static string Rule(AdmissionRule rule) => rule switch
    {
        AdmissionRule.KeyFree => "该流空闲",
        AdmissionRule.ProcessGone => "原会话所在的 SRS 进程已不存在",
        AdmissionRule.NewestWins => "最新的请求优先",
        AdmissionRule.SameIdentity => "同一身份重新连接",
        AdmissionRule.IncumbentSilent => "原会话已无数据",
        AdmissionRule.HandoverDone => "占用该流的会话均已确认离开",
        AdmissionRule.OldNodeUnreachable => "原会话所在节点未能及时联系上，待其恢复后立即移除",
        _ => "原因未记录",
    };

    public static string Reason(RefusalReason reason) => reason switch
    {
        RefusalReason.CredentialMissing => "缺少推流凭证",
        RefusalReason.CredentialWrong => "推流凭证错误",
        RefusalReason.CredentialExpired => "推流凭证已过期",
        RefusalReason.Locked => "管理员已锁定该流",
        RefusalReason.PinnedToAnother => "该流已绑定到其他身份",
        RefusalReason.InvalidKey => "流名称无效",
        RefusalReason.Quarantined => "该流的日志无法读取，须由管理员解除隔离",
        RefusalReason.Reserved => "该流已被其他编码器预留",
        RefusalReason.Superseded => "同一身份的更新请求已接替",
        RefusalReason.FightCoolDown => "两个编码器互相抢占，暂时保留当前会话",
        RefusalReason.IncumbentAlive => "按策略保留仍在推流的会话",
        RefusalReason.HandoverRunning => "正在切换给其他身份",
        RefusalReason.HoldExhausted => "未能及时移除原会话，移除仍在继续",
        RefusalReason.KickForbidden => "服务器的 API 不允许踢出原会话",
        RefusalReason.Wedged => "该节点的 SRS 残留此流，须重启后才能释放",
        RefusalReason.Withdrawn => "编码器在等待期间已离开",
        RefusalReason.Unavailable => "当时无法作出判定",
        RefusalReason.TooManyGuesses => "该地址的错误凭证过多，暂不受理",
        _ => "原因未记录",
    };

    public static string Proof(ReleaseProof proof) => proof switch
    {
        ReleaseProof.ClientGone => "SRS 已无此客户端",
        ReleaseProof.Closed => "SRS 已报告其关闭",
        ReleaseProof.ProcessReplaced => "其 SRS 已换为新进程",
        _ => "依据未记录",
    };

    public static string Cause(EvictionCause cause, string? operatorName = null) => cause switch
    {
        EvictionCause.Takeover => "由另一个请求接管",
        EvictionCause.Silent => "它已不再发送数据",
        EvictionCause.Doubled => "该流另有代数更高的推流端",
        EvictionCause.Operator => $"{operatorName ?? "管理员"} 下令",
        EvictionCause.Registration => "有编码器已预约，提前让出该流",
        EvictionCause.Orphaned => "SRS 收到了它的数据，却没有发给任何播放端",
        EvictionCause.RefusedUnseen => "SRS 未询问就以占用为由拒绝了编码器，为其下次重试让出该流",
        _ => "原因未记录",
    };

    public static string Loss(LossCause cause) => cause switch
    {
        LossCause.Unpublished => "SRS 已报告其停止推流",
        LossCause.Closed => "SRS 已报告其关闭",
        LossCause.Evicted => "已被移除",
        LossCause.NotFound => "其节点上已查不到它",
        LossCause.ProcessGone => "其 SRS 进程已不存在",
        LossCause.BusySeen => "已获准推流，SRS 仍以占用为由拒绝",
        LossCause.Replaced => "该流已归其他会话，但它未能移除",
        LossCause.SourceEnded => "它所复制的会话已不在",
        LossCause.OriginUnknown => "其源站已不在配置中",
        _ => "原因未记录",
    };

    public static string Span(TimeSpan span) => span.TotalSeconds >= 60
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} 分钟")
        : span.TotalSeconds >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.##} 秒")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.#} 毫秒");

    public static string Advice(TimeSpan? retryAfter) => retryAfter switch
    {
        null => "不作更改时重试无效",
        { Ticks: <= 0 } => "可立即重试",
        { } delay => $"建议 {Span(delay)}后重试",
    };

    private static string Held(TimeSpan held) => held > TimeSpan.Zero ? $"等待 {Span(held)}后" : "当即";

    private static string Order(string action) => action switch
    {
        "kick" => "踢出",
        "release" => "强制释放",
        _ => $" {action}",
    };

    private static string Verdict(DecisionObserved observed) => observed.Verdict switch
    {
        "admit" => "本会获准推流",
        "handover" => "本会等待占用该流的会话移除",
        _ => $"本会被拒绝（{Reason(observed.Reason)}）",
    };
}
