using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Dashboard;

namespace StreamSupervisor.Tests.Dashboard;

/// <summary>The cookie of a browser that has signed in.</summary>
public sealed class DashboardSessionTests
{
    private static readonly DateTimeOffset s_now = new(2026, 7, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApiKeyOptions s_ops = new() { Name = "ops. 值班", Key = "operate-operate-operate", Role = "operate" };
    private static readonly ApiKeyOptions s_wall = new() { Name = "wall", Key = "read-read-read-read", Role = "read" };

    private static readonly SessionSecret s_secret = new();
    private readonly DashboardSession _session = With(s_ops, s_wall);

    [Fact]
    public void Another_member_with_the_same_settings_knows_it() =>
        NameBehind(With(s_ops, s_wall), Begin(s_ops), s_now).ShouldBe("ops. 值班");

    [Fact]
    public void It_is_over_after_a_working_day()
    {
        NameBehind(_session, Begin(s_ops), s_now + DashboardSession.Validity - TimeSpan.FromSeconds(1)).ShouldBe("ops. 值班");
        NameBehind(_session, Begin(s_ops), s_now + DashboardSession.Validity).ShouldBeNull();
    }

    [Fact]
    public void It_ends_with_its_key()
    {
        NameBehind(With(s_wall), Begin(s_ops), s_now).ShouldBeNull();
        var another = new ApiKeyOptions { Name = s_ops.Name, Key = "another-another-another", Role = "operate" };
        NameBehind(With(another), Begin(s_ops), s_now).ShouldBeNull();
    }

    [Fact]
    public void Whoever_changes_a_part_of_it_has_none()
    {
        var (mine, theirs) = (Begin(s_wall).Split('.'), Begin(s_ops).Split('.'));
        NameBehind(_session, string.Join('.', theirs[0], mine[1], mine[2]), s_now).ShouldBeNull();
        NameBehind(_session, string.Join('.', mine[0], mine[1] + "0", mine[2]), s_now).ShouldBeNull();
        NameBehind(_session, string.Join('.', mine[0], mine[1], theirs[2]), s_now).ShouldBeNull();
        NameBehind(_session, string.Join('.', mine), s_now).ShouldBe("wall");
    }

    [Fact]
    public void With_the_hash_of_a_key_alone_nobody_makes_one()
    {
        var hashed = new ApiKeyOptions { Name = "ops", KeyHash = ApiKeyHash.TextOf("operate-operate-operate") };
        var (early, secret) = (new DashboardSession(CallersOf(hashed), new SessionSecret()), new SessionSecret());
        early.Begin(ApiKey.Of(hashed), s_now).ShouldBeNull("the store has not answered");
        early.Read("b3Bz.99999999999.AAAA", s_now).IsUnknown.ShouldBeTrue();

        secret.Use([1, 2, 3]);
        var session = new DashboardSession(CallersOf(hashed), secret);
        var mine = session.Begin(ApiKey.Of(hashed), s_now)!;
        NameBehind(session, mine, s_now).ShouldBe("ops");

        var other = new SessionSecret();
        other.Use([4, 5, 6]);
        NameBehind(session, new DashboardSession(CallersOf(hashed), other).Begin(ApiKey.Of(hashed), s_now), s_now).ShouldBeNull();
        var forged = new ApiKey(ApiKey.Of(hashed).Caller, ApiKey.Of(hashed).Hash, ApiKey.Of(hashed).Hash);
        NameBehind(session, session.Begin(forged, s_now), s_now).ShouldBeNull("signed with the hash alone");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("d2FsbA.99999999999")]
    [InlineData("d2FsbA.99999999999.")]
    [InlineData("d2FsbA.99999999999.AAAA")]
    [InlineData("d2FsbA.99999999999999999999.AAAA")]
    [InlineData("!.99999999999.!")]
    public void What_is_no_session_proves_nothing(string? cookie) => NameBehind(_session, cookie, s_now).ShouldBeNull();

    private static DashboardSession With(params ApiKeyOptions[] keys) => new(CallersOf(keys), s_secret);

    private static ApiCallers CallersOf(params ApiKeyOptions[] keys) => new(new ApiOptions { Keys = [.. keys] });

    private string Begin(ApiKeyOptions key) => _session.Begin(ApiKey.Of(key), s_now)!;

    private static string? NameBehind(DashboardSession session, string? cookie, DateTimeOffset now) =>
        session.Read(cookie, now).Claim is { } claim && DashboardSession.Holds(claim) ? claim.Key.Caller.Name : null;
}
