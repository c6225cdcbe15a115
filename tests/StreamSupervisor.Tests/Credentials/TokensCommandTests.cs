using System.CommandLine;
using StreamSupervisor.Commands;

namespace StreamSupervisor.Tests.Credentials;

public sealed class TokensCommandTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("token")]
    [InlineData("jwt")]
    [InlineData("tencent")]
    [InlineData("aliyun")]
    public void What_sign_makes_verify_accepts_for_its_key_only(string scheme)
    {
        var (code, query, _) = Run("sign", "--scheme", scheme, "--key", "live/cam1", "--secret", Secret, "--valid", "15m");
        code.ShouldBe(0);
        query.ShouldStartWith("?");
        Run("verify", query, "--scheme", scheme, "--key", "live/cam1", "--secret", Secret).Code.ShouldBe(0);
        Run("verify", query, "--scheme", scheme, "--key", "live/cam2", "--secret", Secret).ShouldBe((1, $"wrong for __defaultVhost__/live/cam2", ""));
        Run("verify", query, "--scheme", scheme, "--key", "live/cam1", "--secret", "another secret of thirty-two bytes").Code.ShouldBe(1);
    }

    [Fact]
    public void A_pattern_is_signed_when_it_is_meant()
    {
        var (_, query, _) = Run("sign", "--key", "live/*", "--pattern", "--secret", Secret, "--valid", "1m", "--subject", "alice");
        Run("verify", query, "--key", "live/cam1", "--secret", Secret).Output.ShouldBe("valid (subject alice) for __defaultVhost__/live/cam1");
        Run("verify", query.Replace("v1", "v2", StringComparison.Ordinal), "--key", "live/cam1", "--secret", Secret).Code.ShouldBe(1);
    }

    [Theory]
    [InlineData("--key: ", "--pattern", "--key", "live/*")]
    [InlineData("--key: ", "app/stream", "--key", "live")]
    [InlineData("--valid: ", "15m", "--key", "live/a", "--valid", "0s")]
    [InlineData("--address: ", "203.0.113.7", "--key", "live/a", "--address", "camera-1")]
    [InlineData("--address: ", "203.0.113.7", "--key", "live/a", "--address", "1")]
    [InlineData("--address: ", "Leave it out", "--key", "live/a", "--address", "203.0.113.7", "--scheme", "aliyun")]
    [InlineData("--subject: ", "1 to 128", "--key", "live/a", "--subject", "")]
    [InlineData("--pattern: ", "each key", "--key", "live/*", "--pattern", "--scheme", "tencent")]
    public void What_would_be_signed_in_vain_is_refused_with_the_field_and_the_fix(string field, string fix, params string[] arguments)
    {
        var (code, output, error) = Run(["sign", "--secret", Secret, .. arguments]);
        (code, output).ShouldBe((2, ""));
        error.ShouldStartWith(field);
        error.ShouldContain(fix);
    }

    [Theory]
    [InlineData("sign", "--key", "live", "--secret", "x")]
    [InlineData("sign", "--key", "live/a", "--secret", "short", "--scheme", "jwt")]
    [InlineData("sign", "--key", "live/a", "--secret", "x", "--scheme", "secret")]
    [InlineData("sign", "--key", "live/a", "--secret-file", "/nowhere")]
    [InlineData("verify", "?token=x", "--key", "live", "--secret", "x")]
    public void A_users_mistake_is_one_sentence(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        code.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldNotBeEmpty();
        error.ShouldNotContain("\n");
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = TokensCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString().Trim(), error.ToString().Trim());
    }
}
