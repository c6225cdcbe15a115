namespace StreamSupervisor.Domain.Origins;

/// <summary>The version of an SRS server, as <c>/api/v1/versions</c> gives it.</summary>
public readonly record struct SrsVersion(int Major, int Minor, int Revision) : IComparable<SrsVersion>
{
    public int CompareTo(SrsVersion other) => (Major, Minor, Revision).CompareTo((other.Major, other.Minor, other.Revision));

    public static bool operator <(SrsVersion left, SrsVersion right) => left.CompareTo(right) < 0;
    public static bool operator >(SrsVersion left, SrsVersion right) => left.CompareTo(right) > 0;
    public static bool operator <=(SrsVersion left, SrsVersion right) => left.CompareTo(right) <= 0;
    public static bool operator >=(SrsVersion left, SrsVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Major}.{Minor}.{Revision}";
}
