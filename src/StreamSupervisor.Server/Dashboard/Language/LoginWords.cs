namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>Signing in, and being turned away.</summary>
public sealed record LoginWords : IWords<LoginWords>
{
    public required string Title { get; init; }
    public required string Intro { get; init; }
    public required string Key { get; init; }
    public required string SignIn { get; init; }
    public required string NotKept { get; init; }
    public required string Wrong { get; init; }
    public required string Refused { get; init; }
    public required string Back { get; init; }
    public required string Arriving { get; init; }
    public required string GoOn { get; init; }

    public static LoginWords En { get; } = new()
    {
        Title = "Sign in",
        Intro = "Sign in with one of the API keys in the settings (api.keys). Its role says what you may do; "
            + "its name stands in the timeline.",
        Key = "API key",
        SignIn = "Sign in",
        NotKept = "The browser did not keep the session. Open this page over https, or on the machine of the supervisor itself.",
        Wrong = "This key is not one of api.keys.",
        Refused = "This was not answered",
        Back = "To the streams",
        Arriving = "You come from another site.",
        GoOn = "Go on to the dashboard",
    };

    public static LoginWords Zh { get; } = new()
    {
        Title = "登录",
        Intro = "请使用配置中的一个 API 密钥（api.keys）登录。密钥的角色决定您的权限，密钥的名称会记入时间线。",
        Key = "API 密钥",
        SignIn = "登录",
        NotKept = "浏览器没有保存会话。请通过 https 打开本页，或在监管程序所在的机器上打开。",
        Wrong = "该密钥不在 api.keys 中。",
        Refused = "请求未被受理",
        Back = "返回流列表",
        Arriving = "您来自其他网站。",
        GoOn = "继续前往控制台",
    };
}
