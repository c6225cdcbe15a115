// Our subset of HOCON, for people who know HOCON.
//
// Taken over:  comments (# and //); key = value, key : value, key { … }; dotted and "quoted" keys; commas or new lines between entries;
//              objects given twice are merged, of other values the later one wins; lists, += and concatenation of lists, objects and
//              text; "quoted", """triple-quoted""" and unquoted text; include "file"; ${path} and ${?path}, looked up in the whole
//              merged tree and then in the environment; a substitution of the key being set sees the value set before it.
// Different:   an included file that is missing is an error (a typing mistake there must not start a server with defaults); paths of
//              substitutions are absolute in included files too; a key with spaces must be quoted; include takes only a file name.
// Left out:    include url(…), classpath(…), required(…); ${X[]}; numeric keys as list positions; .properties files.
//
// How it works: Tokenizer -> Parser -> one tree in which each key holds the layers that were assigned to it, oldest first -> Resolver.
// Keeping the layers instead of merging at once is what makes late substitutions and self-references one rule (see Resolver).
//
// Everything is bounded, so that a hostile or mistaken file costs an error and not the process: file size, files included, nesting,
// and the work and text that resolving may produce (two lines can otherwise ask for gigabytes).

namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>HOCON texts laid over each other, and the value that they have together.</summary>
internal sealed class HoconDocument
{
    /// <summary>The largest file, in bytes and in characters.</summary>
    public const int MaxFileSize = 1 << 20;

    /// <summary>How deep objects and lists may nest; parts of a dotted key count.</summary>
    public const int MaxDepth = 64;

    /// <summary>How many files one configuration may include, repetitions counted.</summary>
    public const int MaxIncludes = 100;

    private readonly ObjectExpression _root = new(new HoconPosition("", 1, 1));
    private readonly Func<string, string> _open;

    /// <summary>An empty document.</summary>
    /// <param name="open">Reads an included file by its full path; throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>. By default from disk.</param>
    public HoconDocument(Func<string, string>? open = null) => _open = open ?? ReadFromDisk;

    /// <summary>Lays a text over what is there.</summary>
    /// <param name="name">What errors and sources call it; includes are looked up beside it.</param>
    /// <exception cref="HoconException">It is not HOCON, or an include cannot be had.</exception>
    public void Add(string name, string text) => Parser.ParseFile(name, text, _root, _open);

    /// <summary>Lays a file over what is there.</summary>
    /// <exception cref="HoconException">It is not HOCON, or an include cannot be had.</exception>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="MaxFileSize"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not read it.</exception>
    public void AddFile(string path) => Add(path, _open(Path.GetFullPath(path)));

    /// <summary>The whole with all substitutions carried out.</summary>
    /// <param name="environment">Looks a name up where no key of that path is set.</param>
    /// <exception cref="HoconException">A substitution finds nothing, goes in a circle, or joins what cannot be joined.</exception>
    public HoconObject Resolve(Func<string, string?>? environment = null) => new Resolver(_root, environment ?? (_ => null)).Resolve();

    /// <summary>The text of a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="MaxFileSize"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not read it.</exception>
    public static string ReadFromDisk(string path)
    {
        using var file = File.OpenRead(path);
        using var text = new StreamReader(file);
        var buffer = new char[MaxFileSize + 1];
        // Counted while reading, not asked beforehand: a pipe or /dev/zero has no length.
        var length = text.ReadBlock(buffer, 0, buffer.Length);
        return length <= MaxFileSize ? new string(buffer, 0, length) : throw new IOException($"it is larger than {MaxFileSize / 1024} KiB");
    }
}
