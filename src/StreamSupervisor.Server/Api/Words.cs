using System.Collections.Concurrent;
using System.Text.Json;

namespace StreamSupervisor.Server.Api;

/// <summary>How the API writes the names of closed sets: <c>NewestWins</c> is <c>newest-wins</c>, as in the settings.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum =>
            Cache<T>.Words.GetOrAdd(value, static name => JsonNamingPolicy.KebabCaseLower.ConvertName(name.ToString()));

    private static class Cache<T>
        where T : struct, Enum
    {
        public static readonly ConcurrentDictionary<T, string> Words = new();
    }
}
