namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// Reads SRS's own format, which is nginx's: words, <c>;</c>, <c>{ }</c>, <c>#</c> comments, single and double quotes without escapes,
/// <c>include a.conf b.conf;</c>. A line break inside a directive is reported and read on: SRS 4 and 5 do so, 6 and 7 do not start (tried).
/// </summary>
internal sealed class SrsConfigurationReader
{
    private const int MaxDepth = 32;
    private const int MaxFiles = 100;
    private const int MaxFileSize = 1 << 20;

    private readonly Func<string, string, (string Name, string Text)?> _open;
    private readonly List<LintFinding> _findings = [];
    private int _files;

    private SrsConfigurationReader(Func<string, string, (string Name, string Text)?> open) => _open = open;

    /// <summary>Reads a file with all that it includes.</summary>
    /// <param name="open">Given an included name and the file that includes it: the text, or null if it is not to be found.</param>
    /// <returns>The directives of the file under one root, and what is the matter with how they are written.</returns>
    /// <exception cref="SrsSyntaxException">SRS would not start with it.</exception>
    public static (SrsDirective Root, IReadOnlyList<LintFinding> Findings) Read(
        string name, string text, Func<string, string, (string Name, string Text)?> open)
    {
        var reader = new SrsConfigurationReader(open);
        var directives = new List<SrsDirective>();
        reader.ReadFile(name, text, directives, depth: 0);
        return (new SrsDirective("", [], directives, name, 1), reader._findings);
    }

    private void ReadFile(string name, string text, List<SrsDirective> target, int depth)
    {
        if (text.Length > MaxFileSize || ++_files > MaxFiles)
        {
            throw new SrsSyntaxException(name, 1, "too large, or too many files are included (a circle?)");
        }

        var file = new File(name, text);
        ReadBlock(file, target, depth, opened: 0);
    }

    private void ReadBlock(File file, List<SrsDirective> target, int depth, int opened)
    {
        if (depth > MaxDepth)
        {
            throw new SrsSyntaxException(file.Name, file.Line, $"blocks nest deeper than {MaxDepth}");
        }

        var words = new List<string>();
        var line = 0;
        var broken = false;
        while (file.Next(out var word, out var mark))
        {
            if (words.Count > 0 && file.Line != line && !broken)
            {
                broken = true;
                _findings.Add(new LintFinding("line-break", ProblemSeverity.Error, file.Name, line,
                    $"'{words[0]}' goes on in the next line: SRS 6 and later do not start, SRS 4 and 5 take that line as a part of it.",
                    "End it with ';', or write it on one line."));
            }

            if (word is not null)
            {
                line = words.Count == 0 ? file.Line : line;
                words.Add(word);
                continue;
            }

            switch (mark)
            {
                case '}' when words.Count == 0 && opened > 0:
                    return;
                case ';' when words.Count > 0:
                    Finish(file, words, line, target, depth);
                    break;
                case '{' when words.Count > 0:
                    var children = new List<SrsDirective>();
                    target.Add(new SrsDirective(words[0], words[1..], children, file.Name, line));
                    ReadBlock(file, children, depth + 1, file.Line);
                    break;
                default:
                    throw new SrsSyntaxException(file.Name, file.Line, $"unexpected '{mark}'");
            }

            words = [];
            broken = false;
        }

        if (words.Count > 0)
        {
            throw new SrsSyntaxException(file.Name, line, $"'{words[0]}' is not ended: expected ';' or '{{'");
        }

        if (opened > 0)
        {
            throw new SrsSyntaxException(file.Name, opened, "the block that begins here is not closed: expected '}'");
        }
    }

    private void Finish(File file, List<string> words, int line, List<SrsDirective> target, int depth)
    {
        if (words[0] != "include")
        {
            target.Add(new SrsDirective(words[0], words[1..], [], file.Name, line));
            return;
        }

        foreach (var name in words[1..])
        {
            if (_open(name, file.Name) is { } included)
            {
                ReadFile(included.Name, included.Text, target, depth + 1);
            }
            else
            {
                _findings.Add(new LintFinding("include-missing", ProblemSeverity.Warning, file.Name, line,
                    $"{name} is not to be found from here, so nothing is known of it.", "Run lint in the folder that SRS is started in."));
            }
        }
    }

    private sealed class File(string name, string text)
    {
        private int _at;

        public string Name { get; } = name;
        public int Line { get; private set; } = 1;

        /// <summary>The next word, or else the next mark; false at the end.</summary>
        public bool Next(out string? word, out char mark)
        {
            (word, mark) = (null, '\0');
            SkipBlanksAndComments();
            if (_at >= text.Length)
            {
                return false;
            }

            mark = text[_at];
            switch (mark)
            {
                case ';' or '{' or '}':
                    _at++;
                    return true;
                case '"' or '\'':
                    var quoteLine = Line;
                    var end = text.IndexOf(mark, _at + 1);
                    word = end > 0 ? text[(_at + 1)..end] : throw new SrsSyntaxException(Name, quoteLine, "the quoted text is not closed");
                    Line += word.Count(c => c == '\n');
                    _at = end + 1;
                    return true;
                default:
                    var start = _at;
                    while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (';' or '{'))
                    {
                        _at++;
                    }

                    word = text[start.._at];
                    return true;
            }
        }

        private void SkipBlanksAndComments()
        {
            for (var comment = false; _at < text.Length && (comment || char.IsWhiteSpace(text[_at]) || text[_at] is '#' or '\uFEFF'); _at++)
            {
                comment = text[_at] != '\n' && (comment || text[_at] == '#');
                Line += text[_at] == '\n' ? 1 : 0;
            }
        }
    }
}
