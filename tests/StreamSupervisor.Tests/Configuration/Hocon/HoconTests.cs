using StreamSupervisor.Server.Configuration.Hocon;

namespace StreamSupervisor.Tests.Configuration.Hocon;

public sealed class HoconTests
{
    [Theory]
    [InlineData("a = 1")]
    [InlineData("a : 1")]
    [InlineData("{ a = 1 }")]
    [InlineData("{ a = 1, }")]
    [InlineData("\uFEFFa=1")]
    [InlineData("a=1 # comment")]
    [InlineData("a=1 // comment")]
    [InlineData("# first\n// second\n\na =\n 1\n")]
    [InlineData("a = 2\r\na = 1\r\n")]
    [InlineData("\"a\" = \"1\"")]
    [InlineData("b = 0, a = 1")]
    public void An_entry_may_be_written_in_many_ways(string text) => Read(text, "a").ShouldBe("1");

    [Theory]
    [InlineData("a.b.c = x")]
    [InlineData("a { b { c = x } }")]
    [InlineData("a.b { c : x }")]
    [InlineData("a { b = 1 }, a.b { c = x }")]
    [InlineData("a = { b.c = x }")]
    [InlineData("a { b { d = 1 } }\na { b { c = x } }")]
    [InlineData("a = {} { b.c = y } { b { c = x } }")]
    public void Dotted_keys_and_objects_are_the_same_and_are_merged(string text) => Read(text, "a.b.c").ShouldBe("x");

    [Fact]
    public void A_later_value_wins_and_hides_the_object_before_it()
    {
        var tree = Resolve("a { b = 1 }, a = 2, a { c = 3 }");
        tree.At("a.b").ShouldBeNull();
        Text(tree, "a.c").ShouldBe("3");
    }

    [Fact]
    public void A_dot_in_a_quoted_key_does_not_separate() =>
        Resolve("a.\"b.c\".d = x").Members["a"].ShouldBeOfType<HoconObject>().Members.ShouldContainKey("b.c");

    [Theory]
    [InlineData("a = foo bar  baz ", "foo bar  baz")]
    [InlineData("a = \" x \"", " x ")]
    [InlineData("a = foo\"bar\" 1", "foobar 1")]
    [InlineData("a = \"q\\\"\\\\\\/\\n\\t\\u00e4\"", "q\"\\/\n\tä")]
    [InlineData("a = \"\"\"no \\escape\nsecond \"line\" \"\"\"", "no \\escape\nsecond \"line\" ")]
    [InlineData("a = \"\"\"ends with a quote\"\"\"\"", "ends with a quote\"")]
    [InlineData("a = \"\"", "")]
    [InlineData("a = 2.5s", "2.5s")]
    [InlineData("a = data/streams.db", "data/streams.db")]
    [InlineData("a = \"http://x:1\" // where", "http://x:1")]
    public void Text_is_quoted_triple_quoted_or_put_together_from_words(string text, string value) => Read(text, "a").ShouldBe(value);

    [Theory]
    [InlineData("a = [1, 2, 3]")]
    [InlineData("a = [1\n2\n3,]")]
    [InlineData("a = [\n 1,\n\n 2, # two\n 3\n]")]
    [InlineData("a = [1] [2, 3]")]
    [InlineData("a = [1], a += 2, a += 3")]
    [InlineData("a += 1, a += 2\na += 3")]
    [InlineData("a = [1], a = ${a} [2, 3]")]
    [InlineData("b = [2, 3], a = [1] ${b}")]
    [InlineData("a = [${x}, 2, 3], x = 1")]
    [InlineData("a = [1, 2, 3, ${?missing}]")]
    public void Lists_take_commas_lines_and_additions(string text) => Items(Resolve(text), "a").ShouldBe(["1", "2", "3"]);

    [Theory]
    [InlineData("a = ${b}, b = 1", "1")]
    [InlineData("b = 1, a = ${b}, b = 2", "2")]
    [InlineData("a = ${b.c}, b { c = 3 }", "3")]
    [InlineData("a = ${b.c}, b = ${d}, d { c = 4 }", "4")]
    [InlineData("a = ${b.c}, b = ${d} { e = 1 }, d { c = 5 }", "5")]
    [InlineData("a = x${b}y ${b}, b = 1", "x1y 1")]
    [InlineData("a = 1, a = ${a}2", "12")]
    [InlineData("a = 1, a = ${a}2, a = ${a}3", "123")]
    [InlineData("a = ${?a}1", "1")]
    [InlineData("a = 1, a = ${?missing}", "1")]
    [InlineData("a = ${\"b.c\"}, \"b.c\" = 6", "6")]
    [InlineData("a = ${NAME}", "from the environment")]
    [InlineData("a = ${?NAME}", "from the environment")]
    [InlineData("a = ${NAME}, NAME = from the file", "from the file")]
    [InlineData("a = 1, a = ${NAME}-x", "from the environment-x")]
    [InlineData("a = ${b}, b = ${c}, c = ${d}, d = 7", "7")]
    public void Substitutions_see_the_whole_tree_and_themselves_as_they_were(string text, string value) => Read(text, "a").ShouldBe(value);

    [Theory]
    [InlineData("base { x = 1, list = [a] }\na = ${base} { y = 2, list += b }\na { z = ${a.y}, list += c }")]
    [InlineData("base { x = 1, list = [a] }\na = ${base}\na { y = 2, list += b, list = ${a.list} [c], z = ${a.y} }")]
    [InlineData("a { list = [a], y = 2 }\na = ${a} { x = 1, list += b }\na.z = ${a.y}, a.list += c")]
    public void An_object_can_inherit_from_another_and_refer_to_its_own_values(string text)
    {
        var tree = Resolve(text);
        Text(tree, "a.x").ShouldBe("1");
        Text(tree, "a.z").ShouldBe("2");
        Items(tree, "a.list").ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void A_null_takes_a_value_back() => Resolve("a = 1, a = null").At("a").ShouldBeOfType<HoconNull>();

    [Fact]
    public void An_include_stands_at_its_place_and_is_looked_up_beside_the_file_that_includes()
    {
        var tree = Resolve("a = 1\ninclude \"parts/one.conf\"\nb { include \"parts/one.conf\" }\nc = 4", files: new()
        {
            ["/etc/ss/parts/one.conf"] = "a = 2, include \"deeper/two.conf\"\nc = 3",
            ["/etc/ss/parts/deeper/two.conf"] = "{ d = 5 }",
        });
        Text(tree, "a").ShouldBe("2");
        Text(tree, "b.a").ShouldBe("2");
        Text(tree, "b.d").ShouldBe("5");
        Text(tree, "c").ShouldBe("4");
        tree.At("d")!.Position.ToString().ShouldBe("/etc/ss/parts/deeper/two.conf:1");
    }

    [Fact]
    public void A_value_remembers_where_it_was_assigned_and_not_where_a_substitution_found_it()
    {
        var tree = Resolve("x = 1\n\n  a = ${x}\nb = [\n  7 ]");
        tree.At("a")!.Position.ShouldBe(new HoconPosition("/etc/ss/main.conf", 3, 7));
        ((HoconList)tree.At("b")!).Items[0].Position.Line.ShouldBe(5);
    }

    [Theory]
    [InlineData("a = ", 1, 5, "expected a value, found the end of the file")]
    [InlineData("a", 1, 2, "expected '=', ':', '+=' or '{' after the key, found the end of the file")]
    [InlineData("= 1", 1, 1, "expected a key, found '='")]
    [InlineData("a b = 1", 1, 3, "expected '=', ':', '+=' or '{' after the key (a key with blanks stands in quotes), found unquoted text")]
    [InlineData("a = {\n  b = 1\n", 3, 1, "expected a key, found the end of the file")]
    [InlineData("a = [1", 1, 7, "expected a comma, a new line or ']' after the value, found the end of the file")]
    [InlineData("a = [1,,2]", 1, 8, "expected a value, found ','")]
    [InlineData("a = 1 }", 1, 7, "expected a comma or a new line after the value, found '}'")]
    [InlineData("{ a = 1 } b", 1, 11, "expected the end of the file, found unquoted text")]
    [InlineData("a = http://x", 1, 9, "expected a comma or a new line after the value, found ':'; a value with ':' in it, such as an address, stands in quotes")]
    [InlineData("a = 1\nb = x*", 2, 6, "the character '*' must stand inside quotes")]
    [InlineData("a = \"x\ny\"", 1, 5, "the quoted text is not closed: expected '\"' on the same line (text of several lines stands in \"\"\")")]
    [InlineData("a = \"\"\"x", 1, 5, "the triple-quoted text is not closed: expected \"\"\"")]
    [InlineData("a = \"\\x\"", 1, 6, "no such escape: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")]
    [InlineData("a = ${b", 1, 5, "the substitution is not closed: expected '}' on the same line")]
    [InlineData("a = ${}", 1, 5, "a part of the dotted key is empty: expected a name on both sides of each dot")]
    [InlineData("a..b = 1", 1, 1, "a part of the dotted key is empty: expected a name on both sides of each dot")]
    [InlineData("a = ${b}", 1, 5, "${b} finds nothing: expected a setting of that path or an environment variable (${?b} may be missing)")]
    [InlineData("a = ${b}, b = ${a}", 1, 15, "${a} finds nothing: expected a setting of that path or an environment variable (${?a} may be missing)")]
    [InlineData("a { b = ${a} }", 1, 9, "the substitutions go in a circle: this value needs itself")]
    [InlineData("a = [1] x", 1, 9, "a list and text cannot be joined: expected a comma, a new line or a list")]
    [InlineData("a = x, a += y", 1, 8, "+= adds to a list, but the value before it is text")]
    [InlineData("include 5", 1, 9, "expected the name of a file in quotes after include, found unquoted text")]
    [InlineData("include = 5", 1, 1, "include needs a file: write include \"file\", or \"include\" in quotes if it is a key")]
    [InlineData("\ninclude \"none.conf\"", 2, 1, "the included file /etc/ss/none.conf cannot be read: there is no such file")]
    [InlineData("include \"main.conf\"", 1, 1, "the files include each other in a circle: /etc/ss/main.conf -> /etc/ss/main.conf")]
    public void A_mistake_is_named_with_its_place_and_what_was_expected(string text, int line, int column, string problem)
    {
        var mistake = Should.Throw<HoconException>(() => Resolve(text));
        mistake.Problem.ShouldBe(problem);
        mistake.Position.ShouldBe(new HoconPosition("/etc/ss/main.conf", line, column));
        mistake.Message.ShouldStartWith($"/etc/ss/main.conf, line {line}, column {column}: ");
    }

    [Fact]
    public void A_circle_of_two_files_is_named() => Should.Throw<HoconException>(() => Resolve("include \"a.conf\"", files: new()
    {
        ["/etc/ss/a.conf"] = "include \"../ss/b.conf\"",
        ["/etc/ss/b.conf"] = "include \"a.conf\"",
    })).Problem.ShouldContain("circle");

    [Theory]
    [MemberData(nameof(Bombs))]
    public void What_would_grow_without_end_is_refused(string text) => Should.Throw<HoconException>(() => Resolve(text));

    public static TheoryData<string> Bombs => new()
    {
        new string('[', 100_000),
        "a = " + new string('[', 500_000),
        string.Concat(Enumerable.Repeat("a{", 100_000)),
        string.Concat(Enumerable.Repeat("a.", 100_000)) + "a = 1",
        new string('a', HoconDocument.MaxFileSize + 1),
        // Doubles with each line: 2^60 texts, then 2^60 characters.
        string.Join('\n', Enumerable.Range(0, 60).Select(i => $"a{i} = [${{a{i + 1}}}, ${{a{i + 1}}}]")) + "\na60 = x",
        string.Join('\n', Enumerable.Range(0, 60).Select(i => $"a{i} = ${{a{i + 1}}}${{a{i + 1}}}")) + "\na60 = x",
        string.Join('\n', Enumerable.Range(0, 60).Select(i => $"a{i} = {{ x = ${{a{i + 1}}}, y = ${{a{i + 1}}} }}")) + "\na60 = x",
        // A chain, and a key laid over itself, each longer than any stack.
        string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"a{i} = ${{a{i + 1}}}")) + "\na20000 = x",
        string.Join('\n', Enumerable.Repeat("a = ${?a}x", 20_000)),
        string.Join('\n', Enumerable.Repeat("a += x", 20_000)),
        string.Join('\n', Enumerable.Repeat("include \"self.conf\"", 2)),
    };

    private static HoconObject Resolve(string text, Dictionary<string, string>? files = null)
    {
        files ??= new() { ["/etc/ss/self.conf"] = string.Join('\n', Enumerable.Repeat("include \"leaf.conf\"", 100)), ["/etc/ss/leaf.conf"] = "" };
        var document = new HoconDocument(path => files.TryGetValue(path, out var content) ? content : throw new FileNotFoundException("there is no such file"));
        document.Add("/etc/ss/main.conf", text);
        return document.Resolve(name => name == "NAME" ? "from the environment" : null);
    }

    private static string Read(string text, string path) => Text(Resolve(text), path);

    private static string Text(HoconObject tree, string path) => tree.At(path).ShouldBeOfType<HoconText>().Text;

    private static IEnumerable<string> Items(HoconObject tree, string path) =>
        tree.At(path).ShouldBeOfType<HoconList>().Items.Select(i => ((HoconText)i).Text);
}
