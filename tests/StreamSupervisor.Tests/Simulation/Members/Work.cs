using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// One piece of open work under way, as a child of its entity. It ends in reports; if its entity still asks for the work after them, it
/// begins again after
/// a while. What it has asked of a server goes on when it is stopped; nobody hears the answer.
/// </summary>
internal abstract class Work(World world, Member member, StreamEntity entity, string origin)
{
    private static readonly TimeSpan FirstBeginAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBeginAgain = TimeSpan.FromSeconds(30);

    private TimeSpan _beginAgain = FirstBeginAgain;
    private bool _stopped;

    protected World World => world;
    protected Member Member => member;
    protected StreamEntity Entity => entity;
    protected string Origin => origin;

    public abstract void Begin();

    public virtual void Stop() => _stopped = true;

    protected void Call<T>(Priority priority, Func<SrsServer, SrsRun, T> ask, Action<ApiAnswer<T>> done) =>
        member.Gate(origin).Call(priority, ask, answer =>
    {
        if (!_stopped)
        {
            done(answer);
        }
    });

    protected void After(TimeSpan pause, Action act) => member.After(pause, () =>
    {
        if (!_stopped)
        {
            act();
        }
    });

    protected void Report(LiveStreamCommand report)
    {
        if (!_stopped)
        {
            entity.Tell(report);
        }
    }

    protected void End()
    {
        After(_beginAgain, Begin);
        _beginAgain = _beginAgain * 2 < LongestBeginAgain ? _beginAgain * 2 : LongestBeginAgain;
    }
}
