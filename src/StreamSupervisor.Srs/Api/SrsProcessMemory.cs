namespace StreamSupervisor.Srs.Api;

/// <summary>What was learnt of one server and is asked for again only when it does not fit any more. Shared by all its callers.</summary>
internal sealed class SrsProcessMemory
{
    private readonly System.Threading.Lock _gate = new();
    private IReadOnlyDictionary<string, string> _vhosts = new Dictionary<string, string>();
    private (string Pid, long Start)? _estimate;

    /// <summary>Names of vhosts by SRS's ids (<c>vid-…</c>). A new process gives new ids.</summary>
    public IReadOnlyDictionary<string, string> Vhosts
    {
        get => Volatile.Read(ref _vhosts);
        set => Volatile.Write(ref _vhosts, value);
    }

    /// <summary>
    /// The start of an SRS 4, as it was first estimated. An estimate is now minus an uptime in whole seconds, so it is off by up to a
    /// second
    /// either way; the first one is kept while it fits, since it stands for the name of the process.
    /// </summary>
    /// <param name="pid">Its process id.</param>
    /// <param name="start">The estimate of now, in seconds since 1970.</param>
    public long StartOf(string pid, long start)
    {
        lock (_gate)
        {
            if (_estimate is not { } known || known.Pid != pid || Math.Abs(known.Start - start) > 2)
            {
                _estimate = (pid, start);
            }

            return _estimate.Value.Start;
        }
    }
}
