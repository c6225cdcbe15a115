// What a key's value is, given the layers assigned to it, oldest first:
//   - the newest layer that is there wins; objects are merged with the objects right below them;
//   - ${path} means the value that path has in the end, wherever it is assigned;
//   - except inside a layer of path itself: there it means the layers below, those before. So  x = 1, x = ${x}2  is 12, and
//     a = ${b}, b = ${a}  runs out of layers and is a circle.
// The exception is found by identity: the layers under way are kept in a set, and a lookup stops at the first that is in it.
//
// Values are worked out anew at each use. Keeping them would be faster, and pointless for files that people write; it would also not
// bound the result, since  a = [${b},${b}], b = [${c},${c}], …  doubles with each line. So work, text and depth are counted instead.
//
// Rejected: merging while reading (Lightbend's resolver shows what delayed merges and "self-referential lookup" cost there).


namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>Carries out substitutions, concatenation and <c>+=</c>.</summary>
internal sealed partial class Resolver(ObjectExpression root, Func<string, string?> environment)
{
    private const int MaxSteps = 100_000;
    private const int MaxCharacters = 4 << 20;
    private const int MaxDepth = 400;

    private readonly HashSet<Expression> _underWay = new(ReferenceEqualityComparer.Instance);
    private int _steps;
    private int _characters;
    private int _depth;

    /// <exception cref="HoconException">A substitution finds nothing or goes in a circle; values cannot be joined; it grows too
    /// large.</exception>
    public HoconObject Resolve() => Merge([root]);

    /// <summary>What the layers amount to; null when there is nothing.</summary>
    private HoconValue? Value(IReadOnlyList<Expression> layers, int count)
    {
        var objects = new List<Expression>(); // newest first
        for (var i = count - 1; i >= 0; i--)
        {
            if (layers[i] is ObjectExpression)
            {
                objects.Add(layers[i]);
                continue;
            }

            switch (Evaluate(layers, i))
            {
                case null:
                    continue; // ${?…} that found nothing leaves what was there
                case HoconObject value:
                    objects.Add(new Literal(value));
                    continue;
                case var value when objects.Count == 0:
                    return value;
            }

            break; // text or a list hides what is below it
        }

        objects.Reverse();
        return objects.Count == 0 ? null : Merge(objects);
    }

    /// <summary>
    /// Objects upon objects, oldest first: each key gets the layers of all of them, so that += and self-references see those below.
    /// </summary>
    private HoconObject Merge(List<Expression> objects)
    {
        if (objects is [Literal { Value: HoconObject alone }])
        {
            return alone;
        }

        var position = objects[^1].Position;
        if (++_depth > MaxDepth)
        {
            throw TooDeep(position);
        }

        var members = new OrderedDictionary<string, HoconValue>();
        foreach (var key in objects.SelectMany(o => o is ObjectExpression e
            ? (IEnumerable<string>)e.Fields.Keys
            : ((HoconObject)((Literal)o).Value).Members.Keys).Distinct())
        {
            Spend(position, objects.Count);
            var layers = Members(objects, key);
            if (Value(layers, layers.Count) is { } value)
            {
                members[key] = value;
            }
        }

        _depth--;
        return new HoconObject(position, members);
    }

    private HoconValue? Evaluate(IReadOnlyList<Expression> layers, int index)
    {
        var layer = layers[index];
        Spend(layer.Position, 1);
        if (layer is Literal literal)
        {
            return literal.Value;
        }

        if (++_depth > MaxDepth)
        {
            throw TooDeep(layer.Position);
        }

        var marked = layer is Substitution or Concatenation or Append;
        if (marked && !_underWay.Add(layer))
        {
            throw new HoconException(layer.Position, "the substitutions go in a circle: this value needs itself");
        }

        var value = layer switch
        {
            ObjectExpression => Merge([layer]),
            ListExpression l => ResolveList(l.Position, l.Items),
            Substitution s => Substitute(s),
            Concatenation c => Concatenate(c),
            Append a => AppendTo(Value(layers, index), a),
            _ => throw new InvalidOperationException($"No such expression: {layer.GetType()}."),
        };
        if (marked)
        {
            _underWay.Remove(layer);
        }

        _depth--;
        return value;
    }

    private HoconList ResolveList(HoconPosition position, IReadOnlyList<Expression> items)
    {
        var result = new List<HoconValue>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (Evaluate(items, i) is { } item)
            {
                result.Add(item);
            }
        }

        return new HoconList(position, result);
    }

    private HoconValue? Substitute(Substitution substitution)
    {
        var layers = Layers(substitution);
        if (Value(layers, layers.Count) is { } value)
        {
            // A mistake in the value is mended where the setting is, so that is the place to name.
            Spend(substitution.Position, 1);
            return value with { Position = substitution.Position };
        }

        if (environment(substitution.Name) is { } variable)
        {
            return new HoconText(substitution.Position, variable);
        }

        return substitution.Optional
            ? null
            : throw new HoconException(substitution.Position,
                $"${{{substitution.Name}}} finds nothing: expected a setting of that path or an environment variable "
                    + $"(${{?{substitution.Name}}} may be missing)");
    }

    /// <summary>All layers of a path, up to the first that is being worked out right now.</summary>
    private List<Expression> Layers(Substitution substitution)
    {
        List<Expression> layers = [root];
        foreach (var key in substitution.Path)
        {
            layers = Members(layers, key);
            Spend(substitution.Position, layers.Count + 1);
        }

        var own = layers.FindIndex(_underWay.Contains);
        return own < 0 ? layers : layers[..own];
    }

    private List<Expression> Members(List<Expression> layers, string key)
    {
        var members = new List<Expression>();
        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i] is ObjectExpression literal)
            {
                members.AddRange(literal.Fields.TryGetValue(key, out var field) ? field : []);
                continue;
            }

            if (_underWay.Contains(layers[i]))
            {
                continue;
            }

            // Text and lists hide the objects below them. A list is not worked out for that: it may well hold the lookup under way.
            switch (layers[i] is ListExpression list ? new HoconNull(list.Position) : Evaluate(layers, i))
            {
                case null:
                    break;
                case HoconObject value:
                    members.AddRange(value.Members.TryGetValue(key, out var member) ? [new Literal(member)] : []);
                    break;
                default:
                    members.Clear();
                    break;
            }
        }

        return members;
    }

    private static HoconException TooDeep(HoconPosition position) => new(position, $"substitutions lead on more than {MaxDepth} times");

    private void Spend(HoconPosition position, int steps)
    {
        if ((_steps += steps) > MaxSteps)
        {
            throw new HoconException(position, "the substitutions produce too much");
        }
    }
}
