using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Codec;

/// <summary>
/// Values in which nothing has its default, for every record that is stored: what a codec forgets shows. A record that gains a property
/// is covered without a line here.
/// </summary>
internal static class Sample
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 2, 3, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    private static readonly Dictionary<string, string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["vhost"] = "__defaultVhost__",
        ["app"] = "live",
        ["stream"] = "大厅 + hall",
        ["serverId"] = "vid-0xk989d",
        ["serviceId"] = "382a2ts3",
        ["clientId"] = "i9p3kh0t",
        ["origin"] = "srs-1",
        ["address"] = "203.0.113.7",
        ["identity"] = "讲师-7",
        ["by"] = "night-shift",
        ["why"] = "said \"换线\" <twice>",
    };

    public static LiveStreamEvent Event(Type type) => (LiveStreamEvent)Of(type, "");

    public static LiveStreamState State() => (LiveStreamState)Of(typeof(LiveStreamState), "");

    public static object Any(Type type) => Of(type, "");

    /// <summary>Every path of a value that holds its type's default, or an empty list.</summary>
    public static IEnumerable<string> Unset(object? value, string path = "")
    {
        switch (value)
        {
            case null or false or 0 or 0L or "":
                yield return path;
                break;
            case string or bool or int or long or DateTimeOffset or TimeSpan:
                break;
            case Enum:
                if (Convert.ToInt32(value) == 0)
                {
                    yield return path;
                }

                break;
            case IEnumerable items:
                var all = items.Cast<object>().ToList();
                foreach (var unset in all.Count == 0 ? [path] : all.SelectMany((item, i) => Unset(item, $"{path}[{i}]")))
                {
                    yield return unset;
                }

                break;
            default:
                foreach (var unset in Stored(value.GetType()).SelectMany(p => Unset(p.GetValue(value), $"{path}.{p.Name}")))
                {
                    yield return unset;
                }

                break;
        }
    }

    private static IEnumerable<PropertyInfo> Stored(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite);

    private static object Of(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return Texts.GetValueOrDefault(name, $"<{name}> \"&\" 直播");
        }

        if (type == typeof(bool))
        {
            return true;
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Convert.ChangeType(name.Length, type);
        }

        if (type == typeof(TimeSpan))
        {
            return TimeSpan.FromTicks(12_345_678);
        }

        if (type == typeof(DateTimeOffset))
        {
            return Noon.AddSeconds(name.Length);
        }

        if (type.IsEnum)
        {
            // A reason that was added later must not change files that are for ever.
            return type == typeof(RefusalReason) ? RefusalReason.Unavailable : Enum.GetValues(type).Cast<object>().Last();
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() is var list && (list == typeof(ImmutableList<>) || list == typeof(ImmutableArray<>)))
        {
            var item = type.GetGenericArguments()[0];
            var empty = type.GetField("Empty")!.GetValue(null)!;
            return type.GetMethod("Add", [item])!.Invoke(empty, [Of(item, name)])!;
        }

        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Of(p.ParameterType, p.Name!))]);
        foreach (var property in Stored(type).Where(_ => constructor.GetParameters().Length == 0))
        {
            property.SetValue(made, Of(property.PropertyType, property.Name));
        }

        return made;
    }
}
