using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace StreamSupervisor.Server.Dashboard.Parts;

/// <summary><c>text</c> of SVG. Written in a component it would be Razor's own tag of that name, which only groups.</summary>
public sealed class SvgText : ComponentBase
{
    /// <summary>The text; it is encoded.</summary>
    [Parameter, EditorRequired]
    public string Value { get; set; } = "";

    /// <summary>x, y, class and what else <c>text</c> takes.</summary>
    [Parameter(CaptureUnmatchedValues = true)]
    public IReadOnlyDictionary<string, object>? Attributes { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.OpenElement(0, "text");
        builder.AddMultipleAttributes(1, Attributes);
        builder.AddContent(2, Value);
        builder.CloseElement();
    }
}
