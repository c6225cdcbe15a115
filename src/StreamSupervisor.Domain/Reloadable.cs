namespace StreamSupervisor.Domain;

/// <summary>
/// A part of the settings that is replaced as a whole while the program runs. Who needs it for one decision reads <see cref="Value"/> once:
/// then the decision knows the old part or the new one, and never something of both.
/// </summary>
/// <typeparam name="T">Immutable.</typeparam>
public sealed class Reloadable<T>(T value)
    where T : class
{
    private volatile T _value = value;

    /// <summary>What is in force now.</summary>
    public T Value => _value;

    /// <summary>One that nobody replaces.</summary>
    public static implicit operator Reloadable<T>(T value) => FromT(value);

    /// <inheritdoc cref="op_Implicit"/>
    public static Reloadable<T> FromT(T value) => new(value);

    /// <summary>Is in force from now on.</summary>
    public void Use(T next) => _value = next;
}
