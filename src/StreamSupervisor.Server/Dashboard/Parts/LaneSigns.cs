using StreamSupervisor.Server.Dashboard.Lanes;

namespace StreamSupervisor.Server.Dashboard.Parts;

/// <summary>What bars and marks of a timeline look like. Each kind differs by sign, shape or pattern and not by its colour alone.</summary>
internal static class LaneSigns
{
    /// <summary>What stands in a mark.</summary>
    public static string SignOf(MarkKind kind) => kind switch
    {
        MarkKind.Admitted => "+",
        MarkKind.Refused => "×",
        MarkKind.KickOrdered => "k",
        MarkKind.Silent => "z",
        MarkKind.Ended => "–",
        MarkKind.Trouble => "!",
        MarkKind.Observed => "o",
        MarkKind.Operator => "⚑",
        _ => "R",
    };

    /// <summary>The class of a bar in dashboard.css.</summary>
    public static string ClassOf(BarKind kind) => kind switch
    {
        BarKind.OnAir => "on-air",
        BarKind.Held => "is-held",
        BarKind.BeingRemoved => "being-removed",
        _ => "copy",
    };

    /// <summary>The class of a mark in dashboard.css.</summary>
    public static string ClassOf(MarkKind kind) => kind switch
    {
        MarkKind.Admitted => "good",
        MarkKind.Refused or MarkKind.KickOrdered or MarkKind.Trouble => "bad",
        MarkKind.Silent => "warned",
        _ => "plain",
    };

    /// <summary>How far below the top of its row a bar begins, and how high it is: kinds differ in shape too.</summary>
    public static (double Inset, double Height) ShapeOf(BarKind kind) => kind switch
    {
        BarKind.OnAir => (8, 20),
        BarKind.Held => (13, 10),
        BarKind.BeingRemoved => (10, 16),
        _ => (15, 6),
    };

    /// <summary>What is drawn over a bar; null for none.</summary>
    public static string? PatternOf(BarKind kind) => kind switch
    {
        BarKind.Held => "url(#lane-held)",
        BarKind.BeingRemoved => "url(#lane-removed)",
        _ => null,
    };
}
