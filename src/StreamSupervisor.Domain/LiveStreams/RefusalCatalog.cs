using System.Collections.Frozen;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// What everyone outside is told about a reason of refusal. Name and code are for ever: encoders and dashboards match on them.
/// </summary>
/// <param name="Reason">The reason.</param>
/// <param name="Name">Its name in the API and the journal, in kebab-case.</param>
/// <param name="Code">
/// The number that SRS gets in the hook's answer and logs: 90xx is permanent, 91xx temporary. SRS's own end at 6xxx.
/// </param>
/// <param name="Permanent">Whether trying again without a change is in vain.</param>
/// <param name="RetryAfter">When a new try pays where the decision knows no better; null for a permanent one.</param>
/// <param name="English">What to do, to the person in front of the encoder.</param>
/// <param name="Chinese">The same in simplified Chinese.</param>
public sealed record Refusal(RefusalReason Reason, string Name, int Code, bool Permanent, TimeSpan? RetryAfter, string English,
    string Chinese);

/// <summary>Every reason of refusal with its name, number, advice and sentences.</summary>
public static class RefusalCatalog
{
    /// <summary>All of them, in the order of their codes.</summary>
    public static IReadOnlyList<Refusal> All { get; } =
    [
        Permanent(RefusalReason.CredentialMissing, "credential-missing", 9001,
            "This stream needs a credential and your encoder sent none. "
            + "Copy the whole publishing address or stream key again, with everything after the question mark.",
            "此直播流需要推流凭证，但编码器没有发送。请重新复制完整的推流地址或串流密钥，包括问号后面的全部内容。"),
        Permanent(RefusalReason.CredentialWrong, "credential-wrong", 9002,
            "The credential in your publishing address is not valid for this stream. "
            + "Check that you copied it completely and for this stream, or ask for a new one.",
            "推流地址中的凭证对此直播流无效。请检查是否复制完整、是否属于这个直播流，或向平台申请新的推流地址。"),
        Permanent(RefusalReason.CredentialExpired, "credential-expired", 9003,
            "The credential in your publishing address has expired. Get a new publishing address and set it in your encoder.",
            "推流地址中的凭证已过期。请获取新的推流地址，并在编码器中更新。"),
        Permanent(RefusalReason.Locked, "locked", 9004,
            "An operator has locked this stream. Ask them to unlock it, then start your encoder again.",
            "管理员已锁定此直播流。请联系管理员解锁，然后重新开始推流。"),
        Permanent(RefusalReason.PinnedToAnother, "pinned-to-another", 9005,
            "An operator has kept this stream for another encoder. Publish from that encoder, or ask them to release it.",
            "管理员已将此直播流绑定到另一台编码器。请使用那台编码器推流，或联系管理员解除限制。"),
        Permanent(RefusalReason.InvalidKey, "invalid-key", 9006,
            "The stream name is empty, too long or contains characters that are not allowed. Check the publishing address in your encoder.",
            "流名称为空、过长或含有不允许的字符。请检查编码器中的推流地址。"),
        Permanent(RefusalReason.Quarantined, "quarantined", 9007,
            "The service cannot read its records of this stream, and waiting does not help. "
            + "Tell the operator, who can free it; use another stream until then.",
            "系统无法读取此直播流的记录，等待无法解决。请通知管理员处理；在此之前请改用其他直播流。"),

        Temporary(RefusalReason.Reserved, "reserved", 9101, 5_000,
            "Another encoder has announced itself for this stream and is about to publish. "
            + "Stop that one if this one should be live, or use another stream.",
            "另一台编码器已预约此直播流，即将开始推流。如需用本机推流，请先停止那台编码器，或改用其他直播流。"),
        Temporary(RefusalReason.Superseded, "superseded", 9102, 2_000,
            "Your encoder connected again while this try was waiting, and the newer try went ahead. "
            + "There is nothing to do unless a second encoder uses the same stream.",
            "在本次推流等待期间，您的编码器又重新连接，已由较新的连接继续。无需操作；但请确认没有第二台编码器在使用同一直播流。"),
        Temporary(RefusalReason.FightCoolDown, "fight-cool-down", 9103, 60_000,
            "Two encoders keep pushing each other off this stream, so the one that is live stays for now. "
            + "Stop one of them, or give each a stream of its own.",
            "两台编码器正在反复抢占此直播流，暂时保留当前正在推流的一台。请停止其中一台，或让它们各用一个直播流。"),
        Temporary(RefusalReason.IncumbentAlive, "incumbent-alive", 9104, 10_000,
            "Another encoder is live on this stream. Stop it first, or use another stream.",
            "另一台编码器正在此直播流上推流。请先停止它，或改用其他直播流。"),
        Temporary(RefusalReason.HandoverRunning, "handover-running", 9105, 3_000,
            "Another encoder is just taking this stream over. Let it go live or stop it, then try again.",
            "另一台编码器正在接管此直播流。请等待其完成或将其停止，然后重试。"),
        Temporary(RefusalReason.HoldExhausted, "hold-exhausted", 9106, 1_000,
            "Your earlier connection is still being removed. Keep the encoder running: its next try should succeed.",
            "系统仍在清除您之前的连接。请保持编码器运行，下一次重试应当会成功。"),
        Temporary(RefusalReason.Wedged, "wedged", 9107, 10_000,
            "This media server cannot accept the stream until it is restarted. "
            + "Publish to another server if you have one, and tell the operator.",
            "该媒体服务器在重启之前无法接收此直播流。如有其他服务器，请改推到其他服务器，并通知管理员。"),
        Temporary(RefusalReason.Withdrawn, "withdrawn", 9108, 1_000,
            "Your encoder disconnected before it could go live. Check its network and start it again.",
            "编码器在开始推流之前断开了连接。请检查网络后重新推流。"),
        Temporary(RefusalReason.Unavailable, "unavailable", 9109, 2_000,
            "The service cannot decide about this stream at the moment. "
            + "Keep the encoder running: it will be let in as soon as the service is back.",
            "服务暂时无法处理此直播流的推流请求。请保持编码器运行，服务恢复后即可继续推流。"),
        Temporary(RefusalReason.TooManyGuesses, "too-many-guesses", 9110, 60_000,
            "Too many wrong credentials for this stream came from your network. "
            + "Check the publishing address in your encoder, wait a minute, then start it again.",
            "您的网络对此直播流发送了过多错误的推流凭证。请检查编码器中的推流地址，等待一分钟后再重新推流。"),
        Temporary(RefusalReason.KickForbidden, "kick-forbidden", 9111, 10_000,
            "Your earlier connection still holds this stream, and the media server's API does not allow kicks. "
            + "A dead connection is dropped by the server itself, mostly within half a minute. "
            + "Tell the operator to let DELETE /api/v1/clients/ through to the server's http_api, for instance in a proxy's rules.",
            "您之前的连接仍占用此直播流，而媒体服务器的 API 不允许踢出连接。失效的连接会由服务器自行断开，通常在半分钟之内。请通知管理员放行到服务器 http_api 的 DELETE /api/v1/clients/ 请求，例如修改代理规则。"),
    ];

    private static readonly FrozenDictionary<RefusalReason, Refusal> ByReason = All.ToFrozenDictionary(r => r.Reason);

    /// <summary>What is told about a reason.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="RefusalReason.Unknown"/>, which is never answered.</exception>
    public static Refusal Of(RefusalReason reason) => ByReason.TryGetValue(reason, out var refusal)
        ? refusal
        : throw new ArgumentOutOfRangeException(nameof(reason), reason, "No refusal is answered without a reason.");

    private static Refusal Permanent(RefusalReason reason, string name, int code, string english, string chinese) =>
        new(reason, name, code, Permanent: true, RetryAfter: null, english, chinese);

    private static Refusal Temporary(RefusalReason reason, string name, int code, int retryAfterMs, string english, string chinese) =>
        new(reason, name, code, Permanent: false, TimeSpan.FromMilliseconds(retryAfterMs), english, chinese);
}
