using FsCheck;
using FsCheck.Fluent;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Tests.Fuzzing;

/// <summary>Generators for the properties: names as encoders and their vendors make them, with what separates things elsewhere inside.</summary>
public static class Names
{
    private static readonly Gen<string> Part = Gen.Elements("cam", "live", "a", "1", "-", "_", ".", "*", "?", "=", "&", "%2F", "5C271099", "直播", "é", "😀", " ", "\\", "\"", "'", "<b>", "0-0");

    private static readonly Gen<string> Word = Part.NonEmptyListOf().Resize(6).Select(string.Concat).Where(word => !string.IsNullOrWhiteSpace(word));

    /// <summary>Any key that the program takes; apps may have slashes.</summary>
    public static Arbitrary<StreamKey> Keys() => Gen.Zip(
            Gen.OneOf(Gen.Constant(StreamKey.DefaultVhost), Word),
            Word.NonEmptyListOf().Resize(3).Select(words => string.Join('/', words)))
        .SelectMany(place => Word.Select(stream => new StreamKey(place.Item1, place.Item2, stream)))
        .Where(key => key.IsValid)
        .ToArbitrary();
}
