using System.Text;
using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Serialization;

namespace StreamSupervisor.Tests.Actors.Serialization;

/// <summary>What members ask each other of themselves looks like this for ever.</summary>
public sealed class MemberMessagesTests
{
    [Fact]
    public void The_numbers_of_a_member_are_sent_by_their_names()
    {
        Sent(GetMemberCounts.Instance).ShouldBe(("member/get-counts", "{}"));
        Sent(new MemberCounts(5, 4, 3, 2, 1)).ShouldBe(
            ("member/counts", """{"admissions":5,"refusals":4,"takeovers":3,"flaps":2,"quarantined":1}"""));
    }

    [Fact]
    public void What_another_version_adds_is_skipped_and_what_it_leaves_out_is_nothing()
    {
        Read("member/counts", """{"admissions":5,"laughs":9}""").ShouldBe(new MemberCounts(Admissions: 5));
        Read("member/get-counts", """{"of":"today"}""").ShouldBeOfType<GetMemberCounts>();
    }

    private static object Read(string manifest, string body) => MessageTable.Find(manifest)!.Read(Encoding.UTF8.GetBytes(body));

    private static (string Manifest, string Body) Sent(object message)
    {
        var kind = MessageTable.Of(message);
        return (kind.Manifest, Encoding.UTF8.GetString(kind.Write(message)));
    }
}
