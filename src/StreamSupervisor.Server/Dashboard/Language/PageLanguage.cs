namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>The languages of the pages.</summary>
public enum PageLanguage
{
    En,
    Zh,
}

/// <summary>The words of a page or a part, all of them in each language; see <see cref="LayoutWords"/> for an example.</summary>
/// <remarks>Each is a record whose properties are required, so that the compiler misses what is not translated.</remarks>
public interface IWords<TSelf>
    where TSelf : IWords<TSelf>
{
    static abstract TSelf En { get; }
    static abstract TSelf Zh { get; }
}

/// <summary>Chooses among the languages.</summary>
internal static class PageLanguages
{
    /// <summary>The words of a page or a part in this language.</summary>
    public static T Words<T>(this PageLanguage language)
        where T : IWords<T> => language == PageLanguage.Zh ? T.Zh : T.En;
}
