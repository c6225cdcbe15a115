using StreamSupervisor.Commands.Doctor;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Tests.Commands;

/// <summary>What <c>doctor</c> makes of what it has found.</summary>
public sealed class DoctorJudgementTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 20, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(4, 0, 271, true, "Warning", "no login")]
    [InlineData(5, 0, 216, true, "Ok", "nothing to know")]
    [InlineData(5, 0, 100, true, "Ok", "nothing to know")]
    [InlineData(5, 0, 100, false, "Warning", "its API has no login")]
    [InlineData(6, 0, 128, false, "Ok", "nothing to know")]
    [InlineData(6, 0, 157, true, "Warning", "loses a publish now and then")]
    [InlineData(7, 0, 100, true, "Warning", "refuses a busy key before on_publish")]
    [InlineData(7, 0, 151, true, "Ok", "refuses a busy key before on_publish")]
    [InlineData(3, 0, 1, true, "Failed", "older than anything")]
    public void A_version_is_told_with_its_known_troubles(int major, int minor, int revision, bool isNear, string verdict, string says)
    {
        var findings = new Findings("srs-1");
        VersionAdvice.Judge(findings, new SrsVersion(major, minor, revision), isNear);
        var finding = findings.All.ShouldHaveSingleItem();
        finding.Verdict.ToString().ShouldBe(verdict);
        finding.Text.ShouldContain(says);
    }

    [Fact]
    public void Hooks_that_arrive_are_told_with_their_age()
    {
        var finding = HooksOf(20, ("on_connect", 12), ("on_publish", 12), ("on_play", null), ("on_unpublish", 600), ("on_close", 700));
        finding.Verdict.ShouldBe(Verdict.Ok);
        finding.Text.ShouldStartWith("on_connect 12 s ago, on_publish 12 s ago, on_unpublish 10 min ago, on_close 12 min ago");
    }

    [Fact]
    public void A_kind_that_never_comes_while_others_do_is_a_missing_line()
    {
        var finding = HooksOf(20, ("on_connect", 12), ("on_publish", 12), ("on_play", null), ("on_unpublish", 60), ("on_close", null));
        finding.Verdict.ShouldBe(Verdict.Warning);
        finding.Text.ShouldContain("on_close never came");
        finding.Text.ShouldNotContain("on_play never");
        finding.Advice.ShouldContain("config srs-lines srs-1");

        HooksOf(9, ("on_publish", 12), ("on_close", null)).Verdict.ShouldBe(Verdict.Ok, "it may still come");
    }

    [Fact]
    public void No_hook_at_all_is_a_fault_where_streams_are_on_air()
    {
        HooksOf(20, ("on_publish", null)).Verdict.ShouldBe(Verdict.Warning);
        HooksOf(20, streams: 3, ("on_publish", null)).Text.ShouldContain("it publishes 3 streams: nobody is asked");
        HooksOf(20, streams: 3, ("on_publish", null)).Verdict.ShouldBe(Verdict.Failed);
        HooksOf(5, streams: 3, ("on_publish", null)).Verdict.ShouldBe(Verdict.Warning, "they may be older than this member");
    }

    [Fact]
    public void A_hook_that_came_to_another_member_came()
    {
        var own = OriginWith(20, 0, ("on_connect", 300), ("on_publish", 300), ("on_close", null));
        var other = OriginWith(40, 0, ("on_connect", 12), ("on_publish", null), ("on_close", 90));
        foreach (var joined in new[] { RunningSupervisor.Join(own, other), RunningSupervisor.Join(other, own) })
        {
            joined.HooksSince.ShouldBe(Now.AddMinutes(-40));
            var finding = Judge(joined);
            finding.Verdict.ShouldBe(Verdict.Ok);
            finding.Text.ShouldBe("on_connect 12 s ago, on_close 90 s ago, on_publish 5 min ago.");
        }

        RunningSupervisor.Join(own, other with { Hooks = null }).ShouldBe(own, "it is of an earlier version");
    }

    [Fact]
    public void What_came_to_a_member_that_was_not_asked_is_not_known()
    {
        var missed = Judge(OriginWith(20, 3, ("on_connect", 12), ("on_close", null)), "two");
        missed.Text.ShouldEndWith("on_close never came. Those that came to two are not counted: run doctor on that machine too.");
        var quiet = Judge(OriginWith(20, streams: 3, ("on_publish", null)), "two", "three");
        quiet.Verdict.ShouldBe(Verdict.Warning, "they may go there");
        quiet.Text.ShouldEndWith("Those that came to two, three are not counted: run doctor on that machine too.");
    }

    [Theory]
    [InlineData("nfs", true)]
    [InlineData("nfs4", true)]
    [InlineData("cifs", true)]
    [InlineData("smb2", true)]
    [InlineData("fuse.sshfs", true)]
    [InlineData("fuse.glusterfs", true)]
    [InlineData("ext2/ext3", false)]
    [InlineData("ext4", false)]
    [InlineData("xfs", false)]
    [InlineData("overlay", false)]
    [InlineData("tmpfs", false)]
    public void A_network_file_system_is_known_by_its_name(string name, bool isNetwork) => SqliteChecks.IsNetwork(name).ShouldBe(isNetwork);

    [Theory]
    [InlineData("changeme", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("123412341234123412341234", true)]
    [InlineData("8f0c51c78a2b4d6e9f1a2b3c4d5e6f70", false)]
    public void A_word_that_may_be_guessed_is_weak(string secret, bool isWeak) => SettingsChecks.IsWeak(secret).ShouldBe(isWeak);

    [Fact]
    public void Secrets_are_named_and_never_shown()
    {
        var loaded = SupervisorConfiguration.LoadText("my.conf", """
            streamsupervisor {
              origins = [
                { name = a, api = "http://127.0.0.1:1985", hook-token = "standalone-srs-1-hooks", coworkers-token = "abc" }
                { name = b, api = "http://127.0.0.1:1986", hook-token = "0123456789abcdef-twice" }
              ]
              api.keys = [
                { name = k, key = "0123456789abcdef-twice" }
                { name = sound, key-hash = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0" }
                { name = known, key-hash = "sha256:011e5d11e613e9d88e4d5c92f63e134e1c359b2cc57f8aed396c572a17809538" }
              ]
            }
            """, environment: new Dictionary<string, string>());
        var found = SettingsChecks.Of(loaded, null).Where(one => one.Check == "secrets").ToList();
        found.ShouldAllBe(one => one.Verdict == Verdict.Warning);
        found.Select(one => one.Text).ShouldBe(
        [
            "origins[0].hook-token, api.keys[2].key-hash: published with the program, so everybody knows it.",
            "origins[0].coworkers-token: short or of few different characters, so it may be guessed.",
            "origins[1].hook-token, api.keys[0].key: the same word, so who knows one knows the other.",
        ]);
        string.Concat(found).ShouldNotContain("abcdef");
    }

    [Theory]
    [InlineData(0.4, "Ok", "agree")]
    [InlineData(-1.9, "Ok", "agree")]
    [InlineData(61, "Warning", "61 s ahead of this machine's")]
    [InlineData(-3600, "Warning", "3600 s behind this machine's")]
    public void Clocks_that_differ_are_told(double ahead, string verdict, string says)
    {
        var findings = new Findings("srs-1");
        ClockDifference.Judge(findings, TimeSpan.FromSeconds(ahead), TimeSpan.Zero, "so what.");
        (findings.All[0].Verdict.ToString(), findings.All[0].Text.Contains(says, StringComparison.Ordinal)).ShouldBe((verdict, true));
    }

    [Fact]
    public void A_version_is_found_in_the_metrics() => MemberChecks.VersionIn(
        "# HELP streamsupervisor_build_info x\nstreamsupervisor_build_info{runtime=\".NET 10\",version=\"1.2.3\"} 1\n").ShouldBe("1.2.3");

    [Fact]
    public async Task A_check_that_hangs_costs_its_own_line_only()
    {
        var never = new TaskCompletionSource<IReadOnlyList<Finding>>();
        var found = await Checkup.RunAsync(
            [
                new DoctorCheck("a", "hangs", _ => never.Task),
                new DoctorCheck("b", "answers", _ => Task.FromResult<IReadOnlyList<Finding>>([new Finding("b", "answers", Verdict.Ok, "yes")])),
                new DoctorCheck("c", "breaks", _ => throw new IOException("no such disk")),
            ], TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        found.Select(one => (one.Subject, one.Verdict)).ShouldBe([("a", Verdict.Failed), ("b", Verdict.Ok), ("c", Verdict.Failed)]);
        found[0].Text.ShouldContain("no answer within 0.05 s");
        found[2].Text.ShouldBe("no such disk");
    }

    private static Finding HooksOf(int minutes, params (string Hook, int? SecondsAgo)[] hooks) => HooksOf(minutes, 0, hooks);

    private static Finding HooksOf(int minutes, int streams, params (string Hook, int? SecondsAgo)[] hooks) =>
        Judge(OriginWith(minutes, streams, hooks));

    private static OriginView OriginWith(int minutes, int streams, params (string Hook, int? SecondsAgo)[] hooks) =>
        new("srs-1", "http://127.0.0.1:1985", "up", "6.0.157", "vid", "svc", streams, Now, null, [],
            HooksSince: Now.AddMinutes(-minutes),
            Hooks: [.. hooks.Select(hook => new HookArrival(hook.Hook, hook.SecondsAgo is { } ago ? Now.AddSeconds(-ago) : null))]);

    private static Finding Judge(OriginView origin, params string[] notAsked)
    {
        var findings = new Findings("srs-1");
        RunningSupervisor.JudgeHooks(origin, notAsked, Now, findings);
        return findings.All.ShouldHaveSingleItem();
    }
}
