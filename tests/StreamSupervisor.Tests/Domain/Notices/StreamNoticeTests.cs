using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Domain.Notices;

/// <summary>What the events of one command mean to those who are told.</summary>
public sealed class StreamNoticeTests
{
    private static readonly Publisher Old = Scene.Encoder("old");
    private static readonly Publisher New = Scene.Encoder("new");

    [Fact]
    public void A_broadcast_starts_is_interrupted_goes_on_and_ends()
    {
        var scene = Scene.Empty().When(Scene.Ask(Old));
        Told(scene).ShouldBe(["stream.started"]);
        scene.When(new ReportUnpublished(Old.Session));
        Told(scene).ShouldBe(["stream.interrupted"]);
        scene.After(1).When(Scene.Ask(New));
        Told(scene).ShouldBe(["stream.resumed"]);
        scene.When(new ReportUnpublished(New.Session)).Wait(120);
        StreamNotice.Of([.. scene.History]).Select(one => one.Kind).ShouldContain(NoticeKind.StreamEnded);
    }

    [Fact]
    public void A_takeover_is_one_notice_that_names_whom_it_replaced()
    {
        var scene = Scene.Live(Old).When(Scene.Ask(New));
        Told(scene).ShouldBeEmpty();

        scene.When(Scene.Gone(Old));

        var notice = StreamNotice.Of(scene.Events).ShouldHaveSingleItem();
        notice.Kind.ShouldBe(NoticeKind.StreamTakenOver);
        notice.Replaced.ShouldNotBeNull().Session.ShouldBe(Old.Session);
        scene.Events[notice.Place].ShouldBeOfType<Admitted>().By.ShouldBe(New);
    }

    [Fact]
    public void A_loss_after_which_nobody_is_waited_for_is_the_end()
    {
        var lost = new PublisherLost(Scene.Start, Old.Session, Old.Origin, LossCause.Closed, ReconnectUntil: null, NeverActive: false);
        StreamNotice.Of([lost]).ShouldHaveSingleItem().Kind.ShouldBe(NoticeKind.StreamEnded);
    }

    [Fact]
    public void Trouble_is_told_and_what_is_only_for_the_timeline_is_not()
    {
        var now = Scene.Start;
        LiveStreamEvent?[] events =
        [
            new AttemptRefused(now, New, 1, RefusalReason.Locked, null, AskedIn.OnPublish, now),
            new FightDetected(now, "a", "b", now, 1),
            new KeyWedged(now, "srs-1", "server", "process"),
            new PublisherSilent(now, Old.Session, now),
            new PublisherConfirmed(now, Old.Session),
            new LateHookIgnored(now, Old.Session, "on_close"),
            null,
        ];

        StreamNotice.Of(events).Select(one => (one.Place, one.Kind)).ShouldBe(
        [
            (0, NoticeKind.StreamRefused), (1, NoticeKind.StreamFight), (2, NoticeKind.StreamWedged), (3, NoticeKind.StreamSilent),
        ]);
    }

    [Fact]
    public void Every_kind_but_none_has_a_name_of_its_own_and_is_found_by_it()
    {
        var kinds = Enum.GetValues<NoticeKind>().Where(kind => kind != NoticeKind.None).ToList();
        kinds.Select(NoticeKinds.NameOf).ShouldBe(NoticeKinds.Names);
        NoticeKinds.Names.Select(NoticeKinds.Of).ShouldBe(kinds);
        NoticeKinds.Of("stream.nonsense").ShouldBe(NoticeKind.None);
        kinds.Except(NoticeKinds.Default).ShouldBe([NoticeKind.StreamRefused]);
    }

    private static IEnumerable<string> Told(Scene scene) => StreamNotice.Of(scene.Events).Select(one => NoticeKinds.NameOf(one.Kind));
}
