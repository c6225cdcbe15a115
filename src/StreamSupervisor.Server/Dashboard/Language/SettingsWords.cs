namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The settings in force.</summary>
public sealed record SettingsWords : IWords<SettingsWords>
{
    public required string Title { get; init; }
    public required string Intro { get; init; }
    public required string ReadFrom { get; init; }
    public required string Name { get; init; }
    public required string Value { get; init; }
    public required string Where { get; init; }
    public required string Default { get; init; }

    public static SettingsWords En { get; } = new()
    {
        Title = "Settings",
        Intro = "The settings in force on this member, as `streamsupervisor config show` prints them. Secrets are masked. They are "
            + "changed in the file; hocon/reference.conf is their manual.",
        ReadFrom = "Read from",
        Name = "setting",
        Value = "value",
        Where = "set in",
        Default = "default",
    };

    public static SettingsWords Zh { get; } = new()
    {
        Title = "配置",
        Intro = "本节点当前生效的配置，与 `streamsupervisor config show` 的输出一致；密钥已隐藏。修改请编辑配置文件，各项说明见 hocon/reference.conf。",
        ReadFrom = "配置来源",
        Name = "配置项",
        Value = "值",
        Where = "设置于",
        Default = "默认值",
    };
}
