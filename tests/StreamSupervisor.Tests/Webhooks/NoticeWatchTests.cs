using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Tests.Webhooks;

/// <summary>What a server is in, for those who are told.</summary>
public sealed class NoticeWatchTests
{
    [Theory]
    [InlineData(OriginStatus.Up, null, NoticeKind.OriginUp)]
    [InlineData(OriginStatus.Down, null, NoticeKind.OriginDown)]
    [InlineData(OriginStatus.Suspect, null, NoticeKind.None)]
    [InlineData(OriginStatus.Unknown, null, NoticeKind.None)]
    [InlineData(OriginStatus.Up, "It names another server.", NoticeKind.OriginLockedOut)]
    [InlineData(OriginStatus.Suspect, "It names another server.", NoticeKind.OriginLockedOut)]
    public void A_server_that_is_suspect_is_still_what_it_was(OriginStatus status, string? disagree, NoticeKind kind) =>
        NoticeWatch.KindOf(new OriginSnapshot("srs-1", status, null, null) { HooksDisagree = disagree }).ShouldBe(kind);
}
