namespace StreamSupervisor.Demo;

/// <summary>Who supervises in the second act: one supervisor inside the demo, or several members in processes of their own.</summary>
internal interface IDemoSupervisors : IAsyncDisposable
{
    /// <summary>Where SRS posts its hooks: <c>http://127.0.0.1:8085</c>.</summary>
    string Address { get; }

    /// <summary>Where each of them shows its pages: <c>http://127.0.0.1:8085/ui</c>. Nobody needs a key on this machine.</summary>
    IReadOnlyList<string> Pages { get; }

    /// <summary>What befalls them during the act.</summary>
    /// <param name="tell">Is told each step, in words for people.</param>
    /// <returns>Ends when all has happened; at once where nothing does.</returns>
    Task<IReadOnlyList<DemoIncident>> SufferAsync(TimeSpan length, Action<string> tell, CancellationToken cancellation);
}
