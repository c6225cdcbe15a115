using System.Text;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage;

/// <summary>
/// What every store can keep. Checked before a batch is sent, because a database refuses the statement as a whole: one text with a NUL in
/// it would take 511 other entities down, again and again.
/// </summary>
internal static class Storable
{
    /// <summary>In bytes of UTF-8. A row of a PostgreSQL index holds 2,704 bytes: the id and the name of an effect must fit
    /// together.</summary>
    public const int MaxIdBytes = 1536;

    /// <summary>In bytes of UTF-8: kinds of events, names of effects, statuses, places.</summary>
    public const int MaxWordBytes = 768;

    /// <summary>Whether a request can be stored. One that cannot is answered with Conflict: certainly not written, and only its entity
    /// suffers.</summary>
    public static bool Accepts(AppendRequest request)
    {
        if (request.EntityId.Length == 0 || !IsText(request.EntityId, MaxIdBytes))
        {
            return false;
        }

        foreach (var @event in request.Events)
        {
            if (!IsText(@event.Kind, MaxWordBytes))
            {
                return false;
            }
        }

        foreach (var effect in request.EffectsStarted)
        {
            if (!IsText(effect.Name, MaxWordBytes))
            {
                return false;
            }
        }

        foreach (var name in request.EffectsEnded)
        {
            if (!IsText(name, MaxWordBytes))
            {
                return false;
            }
        }

        return request.Labels is not { } labels || (IsText(labels.Status, MaxWordBytes) && IsText(labels.Place, MaxWordBytes));
    }

    public static void Refused(ILogger log, AppendRequest request) =>
        log.LogError("A change of {EntityId} cannot be stored: its id or one of its words is empty, too long, or no text.", request.EntityId.Replace('\0', '?'));

    /// <summary>No NUL (PostgreSQL keeps none) and no half of a surrogate pair (two ids would become the same bytes).</summary>
    public static bool IsText(string text, int maxBytes)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    i++;
                }
                else if (char.IsSurrogate(text[i]))
                {
                    return false;
                }
            }
        }

        return text.Length * 3 <= maxBytes || Encoding.UTF8.GetByteCount(text) <= maxBytes;
    }

    /// <summary>The pattern of a LIKE that finds a text anywhere, with <c>\</c> as its escape.</summary>
    public static string Containing(string text) =>
        "%" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
}
