namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>A resolved value, and where it was assigned.</summary>
internal abstract record HoconValue(HoconPosition Position)
{
    /// <summary>What people call it: <c>an object</c>, <c>a list</c>, <c>text</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>Anything that is not a list, an object or null; numbers and durations are text until an option's type reads them.</summary>
internal sealed record HoconText(HoconPosition Position, string Text) : HoconValue(Position)
{
    public override string Kind => "text";
}

/// <summary><c>null</c>: the key is as if it had not been set at all.</summary>
internal sealed record HoconNull(HoconPosition Position) : HoconValue(Position)
{
    public override string Kind => "null";
}

internal sealed record HoconList(HoconPosition Position, IReadOnlyList<HoconValue> Items) : HoconValue(Position)
{
    public override string Kind => "a list";
}

/// <summary>Members keep the order in which they were first written.</summary>
internal sealed record HoconObject(HoconPosition Position, OrderedDictionary<string, HoconValue> Members) : HoconValue(Position)
{
    public override string Kind => "an object";

    /// <summary>The value at a dotted path of plain keys, or null.</summary>
    public HoconValue? At(string path)
    {
        HoconValue? value = this;
        foreach (var key in path.Split('.'))
        {
            value = value is HoconObject here && here.Members.TryGetValue(key, out var member) ? member : null;
        }

        return value;
    }
}
