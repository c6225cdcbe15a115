using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// An error of the API: problem+json with a reason that programs may rely on and a sentence that names the fix.
/// </summary>
/// <param name="Type"><c>urn:streamsupervisor:problem:REASON</c>.</param>
/// <param name="Title">What kind of error it is; always the same for a reason.</param>
/// <param name="Detail">What is wrong here, and what to do.</param>
/// <param name="Reason">The stable name.</param>
/// <param name="Kind"><c>temporary</c>: the same call may succeed later; <c>permanent</c>: not without a change.</param>
/// <param name="RetryAfterMs">When to try again; with temporary ones only.</param>
/// <param name="Field">The parameter or field that is wrong.</param>
/// <param name="TitleZh">The title in Chinese.</param>
public sealed record ApiProblem(string Type, string Title, int Status, string Detail, string Reason, string Kind, int? RetryAfterMs,
    string? Field,
    string? TitleZh)
{
    public const string MediaType = "application/problem+json";

    /// <summary>Every mistake that was found, each with its place and its fix; absent where there is one at most.</summary>
    public IReadOnlyList<string>? Mistakes { get; init; }

    internal static ApiProblem BadField(string field, string detail) => Problems.BadField.Of(detail, field);
}

/// <summary>A kind of error: what is the same whenever it occurs.</summary>
internal sealed record ProblemKind(int Status, string Reason, string Title, string TitleZh, TimeSpan? RetryAfter = null)
{
    /// <param name="after">When to try again, where this case knows better than the kind.</param>
    public ApiProblem Of(string detail, TimeSpan after) => Of(detail) with { RetryAfterMs = (int)Math.Ceiling(after.TotalMilliseconds) };

    public ApiProblem Of(string detail, string? field = null) => new(
        $"urn:streamsupervisor:problem:{Reason}", Title, Status, detail, Reason, RetryAfter is null ? "permanent" : "temporary",
        RetryAfter is { } delay ? (int)delay.TotalMilliseconds : null, field, TitleZh);
}

/// <summary>Every error that the API answers with. Reasons are for ever; sentences may get better.</summary>
internal static class Problems
{
    // The caller
    public static readonly ProblemKind KeyMissing = new(401, "api-key-missing", "An API key is needed", "需要 API 密钥");
    public static readonly ProblemKind KeyWrong = new(401, "api-key-wrong", "The API key is not known", "API 密钥不正确");
    public static readonly ProblemKind KeyExpired = new(401, "api-key-expired", "The API key has ended", "API 密钥已过期");
    public static readonly ProblemKind RoleTooLow = new(403, "role-too-low", "This API key may not do that", "该 API 密钥权限不足");
    public static readonly ProblemKind OutOfScope =
        new(403, "out-of-scope", "This API key is for other streams or servers", "该 API 密钥不适用于此流或服务器");
    public static readonly ProblemKind LoopbackOnly = new(403, "loopback-only", "Only callers on this machine are answered", "仅允许本机访问");
    public static readonly ProblemKind NetworkNotAllowed =
        new(403, "network-not-allowed", "Callers from this network are not answered", "不允许来自该网络的访问");
    public static readonly ProblemKind CrossSite = new(403, "cross-site", "Web pages of other sites may not call", "不允许其他网站的网页调用");
    public static readonly ProblemKind TooManyCalls =
        new(429, "too-many-calls", "Too many changing calls", "操作过于频繁", TimeSpan.FromSeconds(1));

    public static readonly ProblemKind TooManyWaits =
        new(429, "too-many-waits", "Too many waiting calls", "等待中的请求过多", TimeSpan.FromSeconds(1));
    public static readonly ProblemKind TooManyGuesses =
        new(429, "too-many-guesses", "Too many wrong keys", "错误尝试过多", TimeSpan.FromMinutes(1));
    public static readonly ProblemKind HostUnknown =
        new(403, "host-unknown", "The address is written with an unknown name", "访问地址中的主机名不被接受");

    // The call
    public static readonly ProblemKind NoSuchCall = new(404, "no-such-call", "There is no such call", "没有这个接口");
    public static readonly ProblemKind WrongMethod = new(405, "wrong-method", "The path does not take this method", "该路径不支持此方法");
    public static readonly ProblemKind BadField = new(400, "bad-field", "A parameter or field is wrong", "参数或字段有误");
    public static readonly ProblemKind BadKey = new(400, "bad-stream-key", "This is no stream key", "流标识无效");
    public static readonly ProblemKind BadJson = new(400, "bad-json", "The body is no JSON object", "请求体不是 JSON 对象");
    public static readonly ProblemKind NotJson = new(415, "not-json", "The body must be JSON", "请求体必须是 JSON");
    public static readonly ProblemKind NotForm = new(415, "not-form", "The body must be a form", "请求体必须是表单");
    public static readonly ProblemKind BodyTooLarge = new(413, "body-too-large", "The body is too large", "请求体过大");

    // What was asked for
    public static readonly ProblemKind StreamUnknown = new(404, "stream-unknown", "This stream key has never been seen", "从未见过该流");
    public static readonly ProblemKind GenerationMovedOn =
        new(409, "generation-moved", "The stream has changed hands since you looked", "查看之后该流已换了发布者");
    public static readonly ProblemKind AttemptUnknown =
        new(404, "attempt-unknown", "This client has not been seen on this key", "该流上未见过此客户端");
    public static readonly ProblemKind WebhookUnknown =
        new(404, "webhook-unknown", "There is no such webhook", "没有这个 webhook");
    public static readonly ProblemKind MemberUnknown = new(404, "member-unknown", "There is no such member", "没有这个节点");
    public static readonly ProblemKind MemberAmbiguous = new(409, "member-ambiguous", "Several members are meant", "匹配到多个节点");
    public static readonly ProblemKind MemberAlive = new(409, "member-alive", "The member is alive", "该节点仍在运行");
    public static readonly ProblemKind LastMember = new(409, "last-member", "It is the last member", "这是最后一个节点");
    public static readonly ProblemKind Alone = new(409, "alone", "This supervisor is not part of a cluster", "当前不是集群模式");
    public static readonly ProblemKind ShardUnknown = new(404, "shard-unknown", "There is no such shard", "没有这个分片");

    public static readonly ProblemKind SettingsWrong =
        new(422, "settings-wrong", "The settings are wrong, and nothing was changed", "配置有误，未作任何更改");

    // Us
    public static readonly ProblemKind OutcomeUnknown =
        new(504, "outcome-unknown", "The outcome is not known yet", "结果暂时未知", TimeSpan.FromSeconds(1));
    public static readonly ProblemKind Overloaded =
        new(503, "overloaded", "Too much at once for this key", "该流请求过多", TimeSpan.FromSeconds(0.5));
    public static readonly ProblemKind Unavailable =
        new(503, "unavailable", "No member can answer for this key now", "暂时没有节点可以处理该流", TimeSpan.FromSeconds(1));
    public static readonly ProblemKind StoreUnavailable =
        new(503, "store-unavailable", "The store does not answer", "存储暂时不可用", TimeSpan.FromSeconds(1));
    public static readonly ProblemKind MemberEnding =
        new(503, "member-ending", "This member is ending", "本节点正在退出", TimeSpan.FromSeconds(1));
    public static readonly ProblemKind KeyFailed = new(500, "key-failed", "This key is out of order", "该流处理异常");
    public static readonly ProblemKind Internal = new(500, "internal", "An error of the supervisor", "服务器内部错误");
}

/// <summary>Writes a problem as the response.</summary>
internal sealed class ProblemResult(ApiProblem problem) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    public ApiProblem Problem => problem;
    public int? StatusCode => problem.Status;
    public string? ContentType => ApiProblem.MediaType;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        if (problem.RetryAfterMs is { } delay)
        {
            response.Headers.RetryAfter = Math.Max(1, (delay + 999) / 1000).ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer realm=\"streamsupervisor\"";
        }

        var request = httpContext.Request;
        if (request.ContentLength is null or > JsonBody.Most
            && httpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            // A long body that nobody read is not read to its end, and then the connection closes. Unsaid, the caller's next call goes down
            // with it.
            response.Headers.Connection = "close";
        }

        return response.WriteAsJsonAsync(problem, ApiJson.Shared.ApiProblem, ApiProblem.MediaType, httpContext.RequestAborted);
    }
}

/// <summary>Ends the handling of a call with a problem. Thrown by what reads a request, caught by <see cref="ApiGate"/>.</summary>
internal sealed class ApiProblemException(ApiProblem problem) : Exception(problem.Detail)
{
    public ApiProblem Problem => problem;
}
