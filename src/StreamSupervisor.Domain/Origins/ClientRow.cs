namespace StreamSupervisor.Domain.Origins;

/// <summary>A row of <c>/clients</c>. A client that waits in <c>on_publish</c> is listed as publishing already.</summary>
/// <param name="Id">SRS's <c>client_id</c>.</param>
/// <param name="VhostId">SRS's internal id of the vhost, as <c>/streams</c> and <c>/vhosts</c> use it too.</param>
/// <param name="StreamId">SRS's internal id of the stream, as in <see cref="StreamRow.Id"/>.</param>
/// <param name="Address">The source address.</param>
/// <param name="Url"><c>/app/stream</c>, with the vhost in front unless it is the default one.</param>
/// <param name="Type">SRS's word for the kind of client, for instance <c>fmle-publish</c>.</param>
/// <param name="Publishing">Whether it publishes.</param>
/// <param name="Alive">Seconds since it connected.</param>
/// <param name="ReceivedBytes">What SRS received from it; 0 for good where the version does not count (SRS 4).</param>
public sealed record ClientRow(string Id, string VhostId, string StreamId, string Address, string Url, string Type, bool Publishing,
    double Alive, long ReceivedBytes)
{
    /// <summary>
    /// The stream that the url names, the same way in SRS 4 to 7 (<c>srs_generate_stream_url</c>): an app may hold slashes, a vhost and a
    /// stream name may not. Null for a url that names no stream (a client of the API, one that has not said yet).
    /// </summary>
    public StreamKey? NamedKey
    {
        get
        {
            var first = Url.IndexOf('/', StringComparison.Ordinal);
            var last = Url.LastIndexOf('/');
            if (first < 0 || last <= first)
            {
                return null;
            }

            var key = new StreamKey(first == 0 ? StreamKey.DefaultVhost : Url[..first], Url[(first + 1)..last], Url[(last + 1)..]);
            return key.IsValid ? key : null;
        }
    }
}
