using System.Globalization;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>One Chinese sentence for each event; the English ones are the API's, <see cref="TimelineText"/>.</summary>
public static class TimelineWords
{
    /// <summary>The sentence of an entry.</summary>
    public static string Of(PageLanguage language, TimelineEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return language == PageLanguage.En ? entry.Text
            : entry.Happened is { } happened ? Of(happened)
            : $"事件“{entry.Kind}”由更新的版本写入，当前版本无法读取。";
    }

    internal static string Of(LiveStreamEvent happened) => happened switch
    {
        Admitted e => $"{Who(e.By)}{Held(e.At - e.AskedAt)}获准推流，为第 {e.Generation} 代：{Rule(e.Rule)}"
            + $"{(e.SameBroadcast ? "；属于同一场直播的延续" : "")}。",
        AttemptRefused e => $"{Who(e.By)}{Held(e.At - e.AskedAt)}被拒绝：{Reason(e.Reason)}；{Advice(e.RetryAfter)}。",
        HandoverStarted e => $"{Who(e.To)}最多等待 {Span(e.HoldUntil - e.At)}，期间移除挡在前面的会话：{Rule(e.Rule)}。",
        ChallengerReplaced e => $"{Who(e.By)}接替了更早的尝试 {e.Old.Session.ClientId}（同一编码器重新连接）；移除继续进行。",
        TakeoverContested e => $"{e.To} 从仍在推流的 {e.From} 手中接管该流；短时间内多次如此即视为争抢。",
        SearchOrdered e => $"正在 {e.Origin} 上查找该流的推流者{(e.Evict ? "；找到的一律移除" : "")}。",
        SearchFinished e => $"在 {e.Origin} 上查找完毕，找到 {e.Found} 个推流者。",
        EvictionOrdered e => $"将移除{Who(e.Of)}：{Cause(e.Cause, e.OperatorName)}。",
        EvictionFinished e => $"客户端 {e.Of.ClientId} 已在 {Span(e.At - e.OrderedAt)}后离开：{Proof(e.Proof)}。",
        EvictionStalled e => $"客户端 {e.Of.ClientId} 暂时无法移除（{e.Why}）；系统会继续尝试。",
        PublisherConfirmed e => $"SRS 显示客户端 {e.Session.ClientId} 正在推流。",
        ConfirmationOverdue e => $"{Who(e.Of)}未按时出现在推流列表中；正在向其源站查询该客户端。",
        PublisherSilent e => $"客户端 {e.Session.ClientId} 自 {Clock(e.Since)} 起没有发送任何数据。",
        PublisherLost e => $"客户端 {e.Session.ClientId} 已停止推流：{Loss(e.Cause)}"
            + $"{(e.ReconnectUntil is { } until ? $"；在 {Clock(until)} 之前恢复则视为同一场直播" : "")}。",
        BroadcastEnded => "直播已结束。",
        SessionAdopted e => $"{Who(e.By)}未经询问就已在推流，现作为该流的会话，为第 {e.Generation} 代。",
        LateHookIgnored e => $"客户端 {e.Session.ClientId} 迟到的 {e.Hook} 未产生影响：它已不再拥有该流。",
        KeyWedged e => $"{e.Origin} 残留此流的幽灵会话：两次获准都未真正推流，且没有可移除的客户端。只有重启该 SRS 才能恢复。",
        WedgeCleared e => $"{e.Origin} 上的幽灵会话已清除：其 SRS 进程已更换、已有推流者出现，或操作员强制释放了该流。",
        FightDetected e => $"{e.Incumbent} 与 {e.Challenger} 反复互相抢占；在 {Clock(e.CoolDownUntil)} 之前保留 {e.Incumbent}。",
        FlappingSeen e => $"该流在短时间内推流 {e.Publishes} 次：编码器网络不佳或反复重启。",
        KeyReserved e => $"该流为 {e.EncoderId} 预留至 {Clock(e.Until)}。",
        EncoderRegistered e => $"{e.EncoderId} 已登记（第 {e.Tries} 次）；该流为其预留至 {Clock(e.Until)}。",
        RegistrationRefused e => $"{e.EncoderId} 的登记被拒绝：{Reason(e.Reason)}。",
        ReservationEnded e => e.EndOfBroadcast ? $"{e.EncoderId} 表示直播已结束。" : $"{e.EncoderId} 的预留已使用、已放弃或已到期。",
        KeyLocked e => $"{e.By} 锁定了该流{(e.Until is { } until ? $"至 {Day(until)} {Clock(until)}" : "")}：{e.Why}",
        KeyUnlocked { TimeOver: true } e => $"{e.By} 的锁定已到期，自动解除。当时的原因：{e.Why}",
        KeyUnlocked e => $"{e.By} 解锁了该流：{e.Why}",
        KeyPinned e => $"{e.By} 将该流绑定到 {e.Identity}：{e.Why}",
        OperatorActed e => $"{e.By} 下达了操作“{Action(e.Action)}”：{e.Why}",
        DecisionObserved e => $"{Who(e.By)}本应{Verdict(e)}；当前仅观察，未执行任何操作。",
        AnswerRepeated e => $"客户端 {e.Attempt.ClientId} 再次询问，得到相同答复：{(e.Allowed ? "允许" : Reason(e.Reason))}。",
        EvictionDropped e => $"放弃移除客户端 {e.Of.ClientId}：{e.Why}",
        RelayAdmitted e => $"{Who(e.By)}是 {e.Of} 上该流的副本{(e.Adopted ? "（查看时发现）" : "")}；它与该流的会话并存，不影响任何人。",
        RelayEnded e => $"{e.Origin} 上的副本（客户端 {e.Relay.ClientId}）已结束：{Loss(e.Cause)}。",
        _ => "没有对应说明的事件。",
    };

    private static string Who(Publisher by) =>
        $"{by.Origin} 上的客户端 {by.Session.ClientId}{(by.Address.Length > 0 ? $"（来自 {by.Address}）" : "")}";

    private static string Action(string action) => OrderWords.Zh.Names.GetValueOrDefault(action, action);

    internal static string Rule(AdmissionRule rule) => rule switch
    {
        AdmissionRule.KeyFree => "该流无人使用",
        AdmissionRule.ProcessGone => "原会话所在的 SRS 进程已不存在",
        AdmissionRule.NewestWins => "以最新的尝试为准",
        AdmissionRule.SameIdentity => "同一身份重新连接",
        AdmissionRule.IncumbentSilent => "原会话已无数据",
        AdmissionRule.HandoverDone => "挡在前面的会话均已确认离开",
        AdmissionRule.OldNodeUnreachable => "原会话所在的源站未能及时响应；一旦可达即移除",
        _ => "原因未记录",
    };

    internal static string Reason(RefusalReason reason) => reason switch
    {
        RefusalReason.CredentialMissing => "需要推流凭证但未提供",
        RefusalReason.CredentialWrong => "推流凭证错误",
        RefusalReason.CredentialExpired => "推流凭证已过期",
        RefusalReason.Locked => "操作员锁定了该流",
        RefusalReason.PinnedToAnother => "该流已绑定到其他身份",
        RefusalReason.InvalidKey => "流标识格式不正确",
        RefusalReason.Reserved => "该流已被另一台编码器预留",
        RefusalReason.Superseded => "同一身份的更新尝试取代了它",
        RefusalReason.FightCoolDown => "两台编码器互相争抢，暂时保留当前的一台",
        RefusalReason.IncumbentAlive => "按策略保留仍在推流的会话",
        RefusalReason.HandoverRunning => "正在切换给另一个身份",
        RefusalReason.HoldExhausted => "原会话未能及时移除；移除仍在继续",
        RefusalReason.KickForbidden => "源站的接口不允许移除原会话",
        RefusalReason.Wedged => "该源站残留此流的幽灵会话，重启之前无法恢复",
        RefusalReason.Withdrawn => "编码器在等待期间离开",
        RefusalReason.Unavailable => "系统当时无法作出决定",
        _ => "原因未记录",
    };

    internal static string Proof(ReleaseProof proof) => proof switch
    {
        ReleaseProof.ClientGone => "SRS 已查不到该客户端",
        ReleaseProof.Closed => "SRS 报告其连接已关闭",
        ReleaseProof.ProcessReplaced => "其 SRS 已换了进程",
        _ => "依据未记录",
    };

    internal static string Cause(EvictionCause cause, string? operatorName) => cause switch
    {
        EvictionCause.Takeover => "由另一次尝试接管",
        EvictionCause.Silent => "它不再发送数据",
        EvictionCause.Doubled => "该流已有代数更高的推流者",
        EvictionCause.Operator => $"{operatorName ?? "操作员"} 下达了操作",
        EvictionCause.Registration => "有编码器登记，提前清理",
        EvictionCause.Orphaned => "SRS 没有把它转发给任何人：收到了数据，播放端却收不到",
        EvictionCause.RefusedUnseen => "SRS 在询问之前就以“忙”拒绝了一台编码器；为其下一次尝试清理",
        _ => "原因未记录",
    };

    internal static string Loss(LossCause cause) => cause switch
    {
        LossCause.Unpublished => "SRS 报告其停止推流",
        LossCause.Closed => "SRS 报告其连接已关闭",
        LossCause.Evicted => "已被移除",
        LossCause.NotFound => "其源站已查不到它",
        LossCause.ProcessGone => "其 SRS 进程已不存在",
        LossCause.BusySeen => "虽已获准，SRS 仍以“忙”拒绝了它",
        LossCause.Replaced => "该流已由另一会话使用，而它未能被移除",
        LossCause.SourceEnded => "它所复制的会话已不存在",
        LossCause.OriginUnknown => "其源站已不在配置中",
        _ => "原因未记录",
    };

    private static string Verdict(DecisionObserved observed) => observed.Verdict switch
    {
        "admit" => "获准推流",
        "handover" => "等待挡在前面的会话被移除",
        _ => $"被拒绝（{Reason(observed.Reason)}）",
    };

    private static string Span(TimeSpan span) => span.TotalSeconds >= 60
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} 分钟")
        : span.TotalSeconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.##} 秒")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.#} 毫秒");

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Held(TimeSpan held) => held > TimeSpan.Zero ? $"在等待 {Span(held)}后" : "立即";

    private static string Advice(TimeSpan? retryAfter) => retryAfter switch
    {
        null => "不作改动则重试无效",
        { Ticks: <= 0 } => "可以立即重试",
        { } delay => $"{Span(delay)}后重试才有意义",
    };
}
