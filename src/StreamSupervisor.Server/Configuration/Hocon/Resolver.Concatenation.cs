using System.Text;

namespace StreamSupervisor.Server.Configuration.Hocon;

/// <content>What stands side by side becomes one value.</content>
internal sealed partial class Resolver
{
    private HoconValue? Concatenate(Concatenation concatenation)
    {
        // An object that stands here is left as it is until it is known what it is laid over: in  ${base} { list += x }  it must see base.
        var parts = new List<(string Blank, Expression Value)>();
        foreach (var part in concatenation.Parts)
        {
            if (part.Value is ObjectExpression)
            {
                parts.Add(part);
            }
            else if (Evaluate([part.Value], 0) is { } value)
            {
                parts.Add((part.Blank, new Literal(value)));
            }
        }

        if (parts.Count == 0)
        {
            return null;
        }

        var kind = KindOf(parts[0].Value);
        if (parts.FirstOrDefault(p => KindOf(p.Value) != kind).Value is { } misfit)
        {
            throw new HoconException(misfit.Position,
                $"{kind} and {KindOf(misfit)} cannot be joined: expected a comma, a new line or {kind}");
        }

        HoconValue joined = parts[0].Value switch
        {
            ObjectExpression or Literal { Value: HoconObject } => Merge([.. parts.Select(p => p.Value)]),
            Literal { Value: HoconList } => JoinLists(concatenation.Position, parts),
            _ => JoinText(concatenation.Position, parts),
        };
        return joined with { Position = concatenation.Position };
    }

    private static string KindOf(Expression part) => part switch
    {
        Literal { Value: HoconNull } => "text",
        Literal literal => literal.Value.Kind,
        _ => "an object",
    };

    private HoconList JoinLists(HoconPosition position, List<(string Blank, Expression Value)> parts)
    {
        var lists = parts.ConvertAll(p => ((HoconList)((Literal)p.Value).Value).Items);
        Spend(position, lists.Sum(l => l.Count));
        return new HoconList(position, [.. lists.SelectMany(l => l)]);
    }

    private HoconText JoinText(HoconPosition position, List<(string Blank, Expression Value)> parts)
    {
        var text = new StringBuilder();
        foreach (var (blank, part) in parts)
        {
            text.Append(text.Length == 0 ? "" : blank).Append(part is Literal { Value: HoconText word } ? word.Text : "null");
            if (text.Length + _characters > MaxCharacters)
            {
                throw new HoconException(position, "the substitutions produce too much text");
            }
        }

        _characters += text.Length;
        return new HoconText(position, text.ToString());
    }

    private HoconList AppendTo(HoconValue? below, Append append)
    {
        IReadOnlyList<HoconValue> items = below switch
        {
            null or HoconNull => [],
            HoconList list => list.Items,
            _ => throw new HoconException(append.Position, $"+= adds to a list, but the value before it is {below.Kind}"),
        };
        Spend(append.Position, items.Count + 1);
        return new HoconList(append.Position, Evaluate([append.Item], 0) is { } item ? [.. items, item] : items);
    }
}
