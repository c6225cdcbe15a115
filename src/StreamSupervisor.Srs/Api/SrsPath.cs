namespace StreamSupervisor.Srs.Api;

/// <summary>
/// Where an app ends and a stream begins. SRT splits a two-level name at its first slash up to 8.0.36, RTMP at its last, and SRS 4 takes
/// names with slashes over RTMP as well; inside SRS all of them are one source, named by the whole path. So the path is split anew, at its
/// last slash. Slashes at the ends of either part name nothing: SRS itself takes them away before it looks for the source.
/// </summary>
internal static class SrsPath
{
    public static (string App, string Stream) Split(string app, string stream)
    {
        var (path, name) = (app.Trim('/'), stream.Trim('/'));
        var last = name.LastIndexOf('/');
        return last < 0 ? (path, name) : ($"{path}/{name[..last]}", name[(last + 1)..]);
    }
}
