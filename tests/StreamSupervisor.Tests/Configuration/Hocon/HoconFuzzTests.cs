using System.Text;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Hocon;

namespace StreamSupervisor.Tests.Configuration.Hocon;

/// <summary>Whatever the text is, reading ends with a result or a <see cref="HoconException"/>, and within a bounded amount of work.</summary>
public sealed class HoconFuzzTests
{
    private static readonly string[] Pieces =
    [
        "a", "b", "a.b", "=", ":", "+=", "{", "}", "[", "]", ",", "\n", " ", "\t", "\r\n", "\"", "\"\"\"", "\"x\"", "\\", "\\u", "${", "${?", "${a}", "${?b}", "${a.b}",
        "}", "$", "#", "//", "include", "include \"x\"", "null", "1", "2.5s", ".", "..", "*", "\0", "\uD800", "ä", "\uFEFF", "''", "+", "?", "true",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_pieces_mutations_and_bytes_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        var reference = SupervisorConfiguration.ReadEmbedded(SupervisorConfiguration.ReferenceName);
        var read = 0;
        for (var round = 0; round < 2500; round++)
        {
            var text = (round % 4) switch
            {
                3 => WellFormed(random),
                0 => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => Pieces[random.Next(Pieces.Length)])),
                1 => Mutate(reference, random),
                _ => RandomBytes(random),
            };
            try
            {
                var document = new HoconDocument(path => path.EndsWith('x') ? "b = ${a}" : throw new FileNotFoundException());
                document.Add("fuzz.conf", text);
                _ = document.Resolve(name => name == "b" ? "1" : null);
                read++;
            }
            catch (HoconException)
            {
            }
            catch (Exception other)
            {
                throw new InvalidOperationException($"Seed {seed}, round {round}: {other.GetType().Name} for {text}", other);
            }
        }

        read.ShouldBeInRange(250, 2250); // else it tested little but how a mistake is refused, or little but how none is
    }

    [Fact]
    public void Random_settings_are_loaded_with_problems_but_never_thrown_out()
    {
        var random = new Random(5);
        var example = SupervisorConfiguration.ReadEmbedded(SupervisorConfiguration.StandaloneName);
        for (var round = 0; round < 100; round++)
        {
            SupervisorConfiguration.LoadText("fuzz.conf", Mutate(example, random), [RandomBytes(random)], new Dictionary<string, string>())
                .Options.ShouldNotBeNull();
        }
    }

    // Right by grammar, so that it gets as far as substitutions, circles, merging and joining.
    private static string WellFormed(Random random)
    {
        string[] keys = ["a", "b", "c", "a.b", "b.c", "a.b.c"];
        string Key() => keys[random.Next(keys.Length)];
        string Value(int depth) => random.Next(depth > 3 ? 4 : 8) switch
        {
            0 => "1",
            1 => "\"x y\" z",
            2 => $"${{?{Key()}}}",
            3 => $"${{{Key()}}}",
            4 => $"[{Value(depth + 1)}, {Value(depth + 1)}]",
            5 => $"{{ {Key()} = {Value(depth + 1)}, {Key()} += {Value(depth + 1)} }}",
            6 => $"${{?{Key()}}} {{ {Key()} = {Value(depth + 1)} }}",
            _ => $"${{?{Key()}}} [{Value(depth + 1)}]",
        };
        return string.Join('\n', Enumerable.Range(0, random.Next(1, 10)).Select(_ => $"{Key()} {(random.Next(4) == 0 ? "+=" : "=")} {Value(0)}"));
    }

    private static string Mutate(string text, Random random)
    {
        var result = new StringBuilder(text);
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var at = random.Next(result.Length);
            switch (random.Next(3))
            {
                case 0: result.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 1: result.Remove(at, Math.Min(random.Next(1, 20), result.Length - at)); break;
                default: result[at] = (char)random.Next(1, 0x250); break;
            }
        }

        return result.ToString();
    }

    private static string RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}
