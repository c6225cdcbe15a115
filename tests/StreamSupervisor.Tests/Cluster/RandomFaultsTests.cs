using System.Globalization;
using System.Text;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

/// <summary>
/// Two members on one store under random faults, with clients that ask again until they are answered. Afterwards every answer must be
/// one that a single counter could have given. A failing seed is named and replays to the letter.
/// </summary>
public sealed class RandomFaultsTests
{
    private const int Seeds = 150;

    [Fact]
    public void Whatever_fails_the_answers_are_those_of_one_counter()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            new Run(seed).Check().ShouldBeNull($"seed {seed}");
        }
    }

    [Fact]
    public void A_seed_replays_to_the_letter()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var (first, again) = (new Run(seed), new Run(seed));
            first.Check();
            again.Check();

            again.Story.ShouldBe(first.Story, $"seed {seed}");
            again.Steps.ShouldBe(first.Steps);
        }
    }

    [Fact]
    public void A_store_that_does_not_fence_is_caught() => CaughtBy(run => run.Store.Fences = false);

    [Fact]
    public void A_store_that_fences_not_and_looks_at_no_sequence_is_caught() =>
        CaughtBy(run => (run.Store.Fences, run.Store.ChecksContiguity) = (false, false));

    [Fact]
    public void Answers_from_memory_are_caught() => CaughtBy(run => run.Verifies = false);

    private static void CaughtBy(Action<Run> weaken)
    {
        var caught = 0;
        for (var seed = 1; seed <= Seeds && caught == 0; seed++)
        {
            var run = new Run(seed);
            weaken(run);
            caught += run.Check() is null ? 0 : 1;
        }

        caught.ShouldBeGreaterThan(0);
    }

    private sealed class Run(int seed)
    {
        private static readonly string[] Entities = ["a", "b", "c"];

        private readonly Random _random = new(seed * 7919);
        private readonly StringBuilder _story = new();
        private readonly List<(string Entity, string? Attempt, DateTimeOffset Asked, DateTimeOffset Told, long Number)> _answers = [];
        private int _clients;

        public MemoryStore Store { get; } = new();
        public bool Verifies { get; set; } = true;
        public string Story => _story.ToString();
        public long Steps { get; private set; }

        /// <summary>What is wrong; null when nothing is.</summary>
        public string? Check()
        {
            var simulation = new SimulationScheduler(new VirtualTime(), seed);
            var settings = new ShardRegionSettings { VerifyAnswers = Verifies, SnapshotEvery = 3 };
            CounterMember[] members = [Member("m0"), Member("m1")];
            simulation.Run(members[0].OwnAllAsync);
            simulation.Inside(() =>
            {
                for (var client = 0; client < 4; client++)
                {
                    _ = ClientAsync(client, members, simulation);
                }

                _ = TroubleAsync(members, simulation);
                return true;
            });
            simulation.RunUntil(() => _clients == 4, TimeSpan.FromMinutes(30));
            Steps = simulation.Steps;
            foreach (var member in members)
            {
                member.Dispose();
            }

            return Judge();

            CounterMember Member(string name)
            {
                var member = new CounterMember(Store, simulation, name, settings) { Quiet = true };
                member.Journal.Choose = (_, _) => _random.Next(12) switch
                {
                    0 => new AppendFault.LostRequest(),
                    1 => new AppendFault.LostAcknowledgement(),
                    2 => new AppendFault.LateArrival(TimeSpan.FromMilliseconds(_random.Next(1, 400))),
                    3 or 4 or 5 => new AppendFault.Delay(TimeSpan.FromMilliseconds(_random.Next(1, 60))),
                    _ => null,
                };
                return member;
            }
        }

        private async Task ClientAsync(int client, CounterMember[] members, SimulationScheduler simulation)
        {
            for (var i = 0; i < 12; i++)
            {
                var entity = Entities[_random.Next(Entities.Length)];
                var attempt = _random.Next(3) == 0 ? null : $"{client}.{i}";
                var asked = simulation.Time.GetUtcNow();
                while (true)
                {
                    var member = members[_random.Next(members.Length)];
                    var answer = await member.AskAsync(entity, attempt is null ? new Read() : new Count(attempt), TimeSpan.FromMilliseconds(_random.Next(50, 900)));
                    _story.Append(CultureInfo.InvariantCulture,
                        $"{simulation.Time.GetUtcNow():HH:mm:ss.fff} {member.Name} {entity} {attempt} {answer.Status} {answer.Reply?.Number}\n");
                    if (answer.Status == AskStatus.Answered)
                    {
                        _answers.Add((entity, attempt, asked, simulation.Time.GetUtcNow(), answer.Reply!.Number));
                        break;
                    }

                    await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, 50)), simulation.Time);
                    asked = attempt is null ? simulation.Time.GetUtcNow() : asked;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, 100)), simulation.Time);
            }

            _clients++;
        }

        /// <summary>Ownership goes to and fro; often the old owner is not told, as one that is cut off would not be.</summary>
        private async Task TroubleAsync(CounterMember[] members, SimulationScheduler simulation)
        {
            var owner = 0;
            while (_clients < 4)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(50, 600)), simulation.Time);
                var entity = Entities[_random.Next(Entities.Length)];
                var told = _random.Next(3);
                if (told > 0)
                {
                    await members[owner].DisownShardOfAsync(entity, graceful: told == 2);
                }

                owner = 1 - owner;
                foreach (var each in Entities)
                {
                    _ = members[owner].OwnShardOfAsync(each);
                }
            }
        }

        private string? Judge()
        {
            foreach (var entity in Entities)
            {
                var events = Store.EventsOf(entity).Where(@event => @event.Kind == "counted").Select(@event => Encoding.UTF8.GetString(@event.Payload.Span)).ToList();
                if (events.Distinct().Count() != events.Count)
                {
                    return $"{entity}: an attempt was counted twice";
                }

                var answers = _answers.Where(answer => answer.Entity == entity).ToList();
                if (answers.Find(answer => answer.Attempt is not null && events.ElementAtOrDefault((int)answer.Number - 1) != answer.Attempt) is { Attempt: not null } wrong)
                {
                    return $"{entity}: {wrong.Attempt} heard {wrong.Number}, the journal says otherwise";
                }

                // Real-time order: who asked after another was told must not hear less.
                foreach (var read in answers.Where(answer => answer.Attempt is null))
                {
                    if (answers.Exists(other => other.Told < read.Asked && other.Number > read.Number))
                    {
                        return $"{entity}: a read at {read.Asked:HH:mm:ss.fff} heard {read.Number} after somebody was told more";
                    }
                }
            }

            return null;
        }
    }
}
