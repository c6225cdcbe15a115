using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>Whether a session is silent, as far as is known without asking. Zero never means yes.</summary>
public enum Silence
{
    /// <summary>Its bytes move, or nothing is known of them.</summary>
    No,

    /// <summary>Its bytes stand still, if SRS samples them: ask for the age of the sample first.</summary>
    IfSampled,

    /// <summary>Its bytes stand still while others move.</summary>
    Yes,
}

/// <summary>Who is called silent.</summary>
public sealed partial class SilenceDetector
{
    /// <summary>
    /// Whether a session is silent right now, for a publisher of its key that SRS has just refused. One sample without a byte is enough
    /// for that, which is sooner than <see cref="Observe"/> speaks; a viewer that resets its connection leaves the same trace as a
    /// refused publisher, and must never end a stream that is sent.
    /// </summary>
    /// <param name="generation">
    /// The session's: one connection can publish twice under one id, and how long the first publish stood still says nothing of the second.
    /// </param>
    /// <param name="now">On the monotonic clock.</param>
    public Silence IsSilent(SessionId session, long generation, TimeSpan now)
    {
        if (!_tracks.TryGetValue(session, out var track) || track.Generation != generation || track.StandsStillSince is not { } since
            || track.StoodStill < Longer(SampledEvery, track.BetweenCounts) + SlowAnswer
            || _lastLook is not { } last || now - last > SampledEvery + SlowAnswer)
        {
            return Silence.No;
        }

        return _anyMovedAt is { } moved && moved - since >= SampledEvery / 2 ? Silence.Yes : Silence.IfSampled;
    }

    /// <summary>Whether a sample of this age says that SRS samples; a server that does not say is believed.</summary>
    public bool SamplerRan(TimeSpan? age) => age is not { } known || known <= silentAfter / 2 + TimeSpan.FromMilliseconds(500);

    /// <summary>Who has stood still for long enough is asked for, after the sampler where nothing else says that it ran.</summary>
    private LookStep Judge(Look look, List<Watched> sessions, TimeSpan now)
    {
        var due = sessions.FindAll(one => one.Track.StoodStill >= Longer(silentAfter, one.Track.BetweenCounts + BetweenLooks)
            && !one.Track.ToldWithin(ToldAgainAfter, now));
        var witnessed = due.FindAll(one => OthersMoved(one.Track));
        if (witnessed.Count == due.Count)
        {
            return AskForLastWord(look, witnessed);
        }

        _stage = new Stage(look, witnessed, due.FindAll(one => !OthersMoved(one.Track)), Asking.SampleAge);
        return new LookStep([], new LookQuestion.SampleAge());
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Whether SRS sampled at all since these bytes stand still: otherwise they say nothing.</summary>
    private bool OthersMoved(SilenceTrack track) =>
        track.StandsStillSince is { } since && _anyMovedAt is { } moved && moved - since >= silentAfter / 2;

    private LookStep Sampled(Stage stage, LookAnswer.SampleAge sample)
    {
        if (SamplerRan(sample.Age))
        {
            return AskForLastWord(stage.Look, [.. stage.Sessions, .. stage.Asked]);
        }

        stage.Asked.ForEach(one => one.Track.Restart(sample.At));
        return AskForLastWord(stage.Look, stage.Sessions) with { Findings = [new LookFinding.SamplerStuck(sample.Age!.Value)] };
    }

    private LookStep AskForLastWord(Look look, List<Watched> due)
    {
        if (due.Count == 0)
        {
            return LookStep.Done;
        }

        _stage = new Stage(look, [], due, Asking.LastWord);
        return new LookStep([], look.AskFor(due.ConvertAll(one => one.Track.Session.ClientId)));
    }

    private LookStep Decide(Stage stage, LookAnswer.Clients clients)
    {
        var reports = ImmutableArray.CreateBuilder<StreamReport>();
        var findings = ImmutableArray.CreateBuilder<LookFinding>();
        foreach (var (belief, track, known) in stage.Asked)
        {
            if (clients.Find(track.Session.ClientId) is not { } client)
            {
                reports.Add(new StreamReport(belief.Key, new ReportPublisherMissing(track.Session, clients.AskedAt.Utc, Verified: true,
                    Known: known)));
            }
            else if (!rows.Publishes(client, belief.Key) || track.ClientMovedTo(client.ReceivedBytes))
            {
                // What is asked last knows best: not this session, or not silent.
                track.Restart(clients.At);
            }
            else
            {
                var still = track.StoodStill;
                track.Told(clients.At);
                reports.Add(new StreamReport(belief.Key, new ReportSilent(track.Session, clients.AskedAt.Utc - still, track.Generation)));
                findings.Add(new LookFinding.Silent(belief.Key, track.Session, still, client.ReceivedBytes));
            }
        }

        return new LookStep(reports.DrainToImmutable()) { Findings = findings.DrainToImmutable() };
    }
}
