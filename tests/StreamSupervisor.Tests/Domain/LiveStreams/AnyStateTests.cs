using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Tests.Domain.Codec;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>
/// A snapshot may hold what no rule would make today. Deciding on it must not throw: a key whose decisions throw is lost to its encoders.
/// </summary>
public class AnyStateTests
{
    [Fact]
    public void Deciding_on_any_state_never_throws()
    {
        var full = Sample.State();
        var now = full.ChangedAt.AddMinutes(1);
        var commands = typeof(LiveStreamCommand).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(LiveStreamCommand)) && !type.IsAbstract)
            .Select(type => (LiveStreamCommand)Sample.Any(type)).ToList();
        commands.Count.ShouldBeGreaterThan(20);
        foreach (var state in Variants(full))
        {
            foreach (var command in commands)
            {
                foreach (var mode in Enum.GetValues<AdmissionMode>())
                {
                    var decision = LiveStream.Decide(state, command, StreamPolicy.Default with { Mode = mode }, now);
                    var after = decision.Events.Aggregate(state, LiveStream.Evolve);
                    LiveStream.OpenWork(after).Select(work => work.Name).ShouldBeUnique();
                    decision.Events.Select(LiveStream.AnswerOf).Count(answer => answer is not null).ShouldBeLessThanOrEqualTo(2);
                }
            }
        }
    }

    /// <summary>The state in which everything is set, and each in which one part is as in a fresh one.</summary>
    private static IEnumerable<LiveStreamState> Variants(LiveStreamState full)
    {
        var fresh = new LiveStreamState { Key = full.Key };
        yield return fresh;
        yield return full;
        foreach (var property in typeof(LiveStreamState).GetProperties().Where(property => property.CanWrite))
        {
            var state = full with { Generation = full.Generation };
            property.SetValue(state, property.GetValue(fresh));
            yield return state;
        }
    }
}
