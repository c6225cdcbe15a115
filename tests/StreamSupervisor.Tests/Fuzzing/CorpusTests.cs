using System.Globalization;
using System.Runtime.CompilerServices;
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

    [Theory]
    [InlineData("hocon", "akka.conf", "cluster.conf", "reference.conf", "standalone.conf")]
    [InlineData("srs-conf", "srs.conf")]
    public void The_files_that_are_delivered_are_in_the_corpus_as_they_are(string target, params string[] files)
    {
        var corpus = Corpus.Of(target).ToDictionary(kept => kept.Name, kept => kept.Bytes);
        foreach (var file in files)
        {
            corpus[file].ShouldBe(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(Here())!, "../../../hocon", file)), file);
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;

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
