namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>The setting's value is shown to nobody: not by <c>config show</c>, not in an error.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
