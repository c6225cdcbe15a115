using System.Globalization;

namespace StreamSupervisor.Domain.Stores;

/// <summary>
/// How far a store in a file has come: kept beside the file, where a copy that is put in its place does not reach it. It is written after
/// what it speaks of, so a crash leaves it behind and never ahead.
/// </summary>
/// <param name="Identity">Which file it is: random, made with it.</param>
/// <param name="Epoch">As in <see cref="StoreHistory"/>.</param>
/// <param name="Newest">The highest number that the journal has given to a record; no retention takes it back.</param>
public sealed record StoreMark(string Identity, long Epoch, long Newest)
{
    /// <summary>Why the store that is found now has gone back, as this mark remembers it; null: it has not.</summary>
    public string? WhyBack(StoreMark found) => found switch
    {
        _ when found.Identity != Identity => "it is another one than before",
        _ when found.Epoch < Epoch => $"it is in epoch {found.Epoch}, and was in {Epoch}",
        _ when found.Newest < Newest => $"its newest record is number {found.Newest}, and there was a number {Newest}",
        _ => null,
    };

    /// <summary>One line, as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Identity} {Epoch} {Newest}");

    /// <summary>Reads a line; null where it is none, as after a power cut.</summary>
    public static StoreMark? TryParse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.Trim().Split(' ') is [{ Length: > 0 } identity, var epoch, var newest]
            && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var inEpoch)
            && long.TryParse(newest, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                ? new StoreMark(identity, inEpoch, last)
                : null;
    }
}
