using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// Asks entities over ways that lose: again after 200, 400, 800 ms, and at once when a member is removed, until the deadline.
/// </summary>
internal sealed class AskHub(World world, Member member)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan TellsFor = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<long, Question> _open = [];
    private long _last;

    /// <param name="answered">Told the reply once; null when none came in time.</param>
    public void Ask(string key, LiveStreamCommand command, TimeSpan within, Action<LiveStreamReply?> answered)
    {
        var question = new Question(++_last, key, command, answered);
        _open[question.Id] = question;
        member.After(within, () => End(question.Id, null));
        Send(question, FirstPause);
    }

    /// <summary>As the product does it: a yes is asked about unless it is young.</summary>
    public void AskToPublish(string key, RequestPublish request, TimeSpan within, Action<LiveStreamReply?> answered)
    {
        var (until, askedAt) = (world.Now + within, world.Age);
        Ask(key, request, within, reply =>
        {
            if (reply is not Allowed || IsYoung() || !world.Rules.DoubtsOldAnswers)
            {
                answered(reply);
            }
            else
            {
                Check(reply);
            }
        });

        void Check(LiveStreamReply yes)
        {
            askedAt = world.Age;
            Ask(key, GetState.Instance, Left(), known =>
            {
                switch (known)
                {
                    case StateReply when !IsYoung():
                        Check(yes);
                        break;
                    case StateReply { State: var state } when LiveStream.IsLetIn(state, request.By.Session):
                        answered(yes);
                        break;
                    case StateReply:
                        AskToPublish(key, request, Left(), answered);
                        break;
                    default:
                        answered(known);
                        break;
                }
            });
        }

        bool IsYoung() => world.Age - askedAt <= LiveStream.Unlisted / 2;

        TimeSpan Left() => until > world.Now ? until - world.Now : TimeSpan.Zero;
    }

    public void Tell(string key, LiveStreamCommand command) => Ask(key, command, TellsFor, _ => { });

    public void Answered(long id, LiveStreamReply reply) => End(id, reply);

    /// <summary>Who was asked may be dead: all is asked again at once.</summary>
    public void MemberRemoved()
    {
        if (world.Rules.SendsAgain)
        {
            foreach (var question in _open.Values.ToList())
            {
                Bring(question);
            }
        }
    }

    private void End(long id, LiveStreamReply? reply)
    {
        if (_open.Remove(id, out var question))
        {
            question.Again?.Cancel();
            question.Answered(reply);
        }
    }

    private void Send(Question question, TimeSpan pause)
    {
        Bring(question);
        if (world.Rules.SendsAgain)
        {
            question.Again = member.After(pause, () =>
            {
                if (_open.ContainsKey(question.Id))
                {
                    Send(question, pause * 2 < LongestPause ? pause * 2 : LongestPause);
                }
            });
        }
    }

    private void Bring(Question question) => member.Regions.Route(question.Key, home =>
        home.Stream(question.Key).Tell(member, question.Id, question.Command));

    private sealed record Question(long Id, string Key, LiveStreamCommand Command, Action<LiveStreamReply?> Answered)
    {
        public Time.Scheduled? Again { get; set; }
    }
}
