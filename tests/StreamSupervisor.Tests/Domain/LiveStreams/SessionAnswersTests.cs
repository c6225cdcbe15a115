using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>What the API of a session's server may say, and what follows for the session.</summary>
public class SessionAnswersTests
{
    private static readonly SessionId Session = new("vid-1", "run-1", "c1");

    [Theory]
    [InlineData("vid-1", "run-1", SessionAnswer.There)]
    [InlineData("vid-1", "run-2", SessionAnswer.Gone)]
    [InlineData("", "run-1", SessionAnswer.There)]
    [InlineData("", "run-2", SessionAnswer.Gone)]
    [InlineData("vid-1", "", SessionAnswer.Undecided)]
    [InlineData("vid-2", "run-2", SessionAnswer.Undecided)]
    [InlineData("vid-2", "run-1", SessionAnswer.Undecided)]
    public void Only_another_process_of_the_same_server_ends_a_session(string server, string service, SessionAnswer expected) =>
        SessionAnswers.OfProcess(Session, server, service).ShouldBe(expected);

    [Theory]
    [InlineData("vid-1", "run-1", true, SessionAnswer.There)]
    [InlineData("vid-1", "run-1", false, SessionAnswer.Gone)]
    [InlineData("", "", false, SessionAnswer.Gone)]
    [InlineData("", "", true, SessionAnswer.There)]
    [InlineData("vid-2", "run-9", false, SessionAnswer.Undecided)]
    [InlineData("vid-2", "", false, SessionAnswer.Undecided)]
    [InlineData("vid-1", "run-2", false, SessionAnswer.Undecided)]
    public void Only_its_own_process_says_that_a_client_is_gone(string server, string service, bool publishes, SessionAnswer expected) =>
        SessionAnswers.OfClient(Session, server, service, publishes).ShouldBe(expected);
}
