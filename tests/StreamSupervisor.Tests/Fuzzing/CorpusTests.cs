using System.Globalization;
using StreamSupervisor.Fuzz;

namespace StreamSupervisor.Tests.Fuzzing;

/// <summary>A short run of every fuzz target: what is kept, and inputs made of it.</summary>
public sealed class CorpusTests
{
    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    public static TheoryData<string> Names => [.. Targets.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_input_does_what_none_may_do(string name)
    {
        var target = Targets.All[name];
        var corpus = Corpus.Of(name);
        corpus.ShouldNotBeEmpty();
        foreach (var (kept, bytes) in corpus)
        {
            Try(target, bytes, kept);
        }

        var random = new Random(Seed);
        for (var i = 0; i < Inputs; i++)
        {
            var (kept, bytes) = corpus[random.Next(corpus.Count)];
            Try(target, Mutation.Of(bytes, corpus[random.Next(corpus.Count)].Bytes, random), $"FUZZ_SEED={Seed}, input {i}, of {kept}");
        }
    }

    private static void Try(Action<byte[]> target, byte[] input, string name)
    {
        try
        {
            target(input);
        }
        catch (Exception broken)
        {
            throw new ShouldAssertException($"{name}: {broken.GetType().Name}: {broken.Message}\n{Convert.ToBase64String(input)}", broken);
        }
    }
}
