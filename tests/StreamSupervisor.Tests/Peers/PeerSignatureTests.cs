using StreamSupervisor.Server.Peers;

namespace StreamSupervisor.Tests.Peers;

public class PeerSignatureTests
{
    private readonly FixedTime _time = new();
    private static readonly byte[] Body = "{\"x\":1}"u8.ToArray();

    [Fact]
    public void A_signed_request_is_accepted_once()
    {
        var members = new PeerSignature(["secret"], _time);
        var (time, nonce, signature) = members.Sign("POST", "/peers/v1/ask?a=1", Body);
        members.Verify("POST", "/peers/v1/ask?a=1", time, nonce, signature, Body).ShouldBe(PeerVerdict.Accepted);
        members.Verify("POST", "/peers/v1/ask?a=1", time, nonce, signature, Body).ShouldBe(PeerVerdict.Replayed);
    }

    [Fact]
    public void A_change_of_method_path_body_time_or_nonce_is_seen()
    {
        var members = new PeerSignature(["secret"], _time);
        var (time, nonce, signature) = members.Sign("POST", "/p", Body);
        members.Verify("PUT", "/p", time, nonce, signature, Body).ShouldBe(PeerVerdict.WrongSignature);
        members.Verify("POST", "/q", time, nonce, signature, Body).ShouldBe(PeerVerdict.WrongSignature);
        members.Verify("POST", "/p", time, nonce, signature, "{}"u8).ShouldBe(PeerVerdict.WrongSignature);
        members.Verify("POST", "/p", time + "0", nonce, signature, Body).ShouldBe(PeerVerdict.WrongSignature);
        members.Verify("POST", "/p", time, new string('0', 32), signature, Body).ShouldBe(PeerVerdict.WrongSignature);
    }

    [Fact]
    public void Another_secret_is_refused_and_a_second_one_serves_rotation()
    {
        var old = new PeerSignature(["old"], _time);
        var (time, nonce, signature) = old.Sign("GET", "/", []);
        new PeerSignature(["new"], _time).Verify("GET", "/", time, nonce, signature, []).ShouldBe(PeerVerdict.WrongSignature);
        new PeerSignature(["new", "old"], _time).Verify("GET", "/", time, nonce, signature, []).ShouldBe(PeerVerdict.Accepted);
    }

    [Fact]
    public void A_stale_request_is_refused_even_after_its_nonce_was_forgotten()
    {
        var members = new PeerSignature(["secret"], _time);
        var (time, nonce, signature) = members.Sign("GET", "/", []);
        members.Verify("GET", "/", time, nonce, signature, []).ShouldBe(PeerVerdict.Accepted);
        _time.Now += PeerSignature.Tolerance * 3;
        members.Verify("GET", "/", time, nonce, signature, []).ShouldBe(PeerVerdict.Stale);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("1", "short", "00")]
    [InlineData("1", "00000000000000000000000000000000", "zz00000000000000000000000000000000000000000000000000000000000000")]
    public void A_request_without_a_readable_signature_is_unsigned(string? time, string? nonce, string? signature) =>
        new PeerSignature(["secret"], _time).Verify("GET", "/", time, nonce, signature, []).ShouldBe(PeerVerdict.Unsigned);

    [Fact]
    public void A_full_memory_refuses_instead_of_forgetting()
    {
        var members = new PeerSignature(["secret"], _time, maxNonces: 1);
        var first = members.Sign("GET", "/", []);
        var second = members.Sign("GET", "/", []);
        members.Verify("GET", "/", first.Time, first.Nonce, first.Signature, []).ShouldBe(PeerVerdict.Accepted);
        members.Verify("GET", "/", second.Time, second.Nonce, second.Signature, []).ShouldBe(PeerVerdict.Overloaded);
    }

    private sealed class FixedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
