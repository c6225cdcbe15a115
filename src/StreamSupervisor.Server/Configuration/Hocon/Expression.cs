namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>
/// What a value looks like before substitutions; compared by identity, since "this very one is being worked out" is asked of it.
/// </summary>
internal abstract class Expression(HoconPosition position)
{
    public HoconPosition Position { get; } = position;
}

/// <summary>A value that needs no working out: text, null, or what another layer has become.</summary>
internal sealed class Literal(HoconValue value) : Expression(value.Position)
{
    public HoconValue Value { get; } = value;
}

internal sealed class ListExpression(HoconPosition position, IReadOnlyList<Expression> items) : Expression(position)
{
    public IReadOnlyList<Expression> Items { get; } = items;
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed class Substitution(HoconPosition position, IReadOnlyList<string> path, bool optional) : Expression(position)
{
    public IReadOnlyList<string> Path { get; } = path;
    public bool Optional { get; } = optional;
    public string Name => string.Join('.', Path);
}

/// <summary>Values side by side: text is joined with the blanks between, lists are appended, objects merged.</summary>
internal sealed class Concatenation(HoconPosition position, IReadOnlyList<(string Blank, Expression Value)> parts) : Expression(position)
{
    public IReadOnlyList<(string Blank, Expression Value)> Parts { get; } = parts;
}

/// <summary><c>key += item</c>: one more item after those of the layers below.</summary>
internal sealed class Append(HoconPosition position, Expression item) : Expression(position)
{
    public Expression Item { get; } = item;
}

/// <summary>An object; each key holds everything that was assigned to it, oldest first.</summary>
internal sealed class ObjectExpression(HoconPosition position) : Expression(position)
{
    public OrderedDictionary<string, List<Expression>> Fields { get; } = [];

    /// <summary>Assigns along a dotted path. An object upon an object is merged here already; everything else is a new layer.</summary>
    public void Assign(ReadOnlySpan<string> path, Expression value)
    {
        var target = this;
        foreach (var key in path[..^1])
        {
            var layers = target.Layers(key);
            if (layers is not [.., ObjectExpression existing])
            {
                existing = new ObjectExpression(value.Position);
                layers.Add(existing);
            }

            target = existing;
        }

        target.Add(path[^1], value);
    }

    /// <summary>Puts the fields of another object over ours.</summary>
    public void Merge(ObjectExpression other)
    {
        foreach (var (key, layers) in other.Fields)
        {
            foreach (var layer in layers)
            {
                Add(key, layer);
            }
        }
    }

    private void Add(string key, Expression value)
    {
        var layers = Layers(key);
        if (value is ObjectExpression added && layers is [.., ObjectExpression existing])
        {
            existing.Merge(added);
        }
        else
        {
            layers.Add(value);
        }
    }

    private List<Expression> Layers(string key)
    {
        if (!Fields.TryGetValue(key, out var layers))
        {
            Fields[key] = layers = [];
        }

        return layers;
    }
}
