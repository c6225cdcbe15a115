namespace StreamSupervisor.Srs.Api;

/// <summary>Delays that grow from a first to a longest one.</summary>
internal struct Backoff
{
    private readonly double _factor;
    private readonly TimeSpan _longest;
    private TimeSpan _next;

    public Backoff(TimeSpan first, double factor, TimeSpan longest)
    {
        _next = first;
        _factor = factor;
        _longest = longest;
    }

    public TimeSpan Next()
    {
        var now = _next;
        _next = _next * _factor < _longest ? _next * _factor : _longest;
        return now;
    }
}
