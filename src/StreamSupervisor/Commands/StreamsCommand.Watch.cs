using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <content>The list, and after it each stream again whenever it changes: lines, so that a pipe can read them too.</content>
internal static partial class StreamsCommand
{
    /// <summary>Rows that are remembered so as not to be shown twice; about 200 bytes each.</summary>
    private const int MostRemembered = 10_000;

    private static async Task WatchAsync(SupervisorApiClient supervisor, StreamFilter filter, int most, OutputFormat format,
        TextWriter output, CancellationToken cancellation)
    {
        // The place in the feed first, then the list: what changes in between is shown twice at worst, and never missed.
        var after = await supervisor.NewestPlaceAsync(cancellation);
        var page = await CollectAsync(supervisor, filter, most, cancellation);
        var rows = new WatchedRows(format, output);
        rows.Begin(page.Streams);
        var row = "";
        await supervisor.FollowEventsAsync(
            EventFilter.Every, after,
            async entry =>
            {
                // All events of a row of the journal come at once, and the stream is as after the last of them.
                var now = entry.Id.Split('.')[0];
                if (now == row || entry.Key.Vhost == StreamKey.ReservedVhost)
                {
                    return;
                }

                var key = new StreamKey(entry.Key.Vhost, entry.Key.App, entry.Key.Stream);
                var (stream, problem) = await supervisor.GetStreamAsync(key, cancellation);
                if (problem is { Status: 0 })
                {
                    // Nobody answers. As where the feed breaks off: the same event comes again.
                    throw new HttpRequestException(problem.Detail);
                }

                row = now;
                if (stream is not null && Matches(filter, stream))
                {
                    rows.Show(stream);
                }
            },
            cancellation);
    }

    private static bool Matches(StreamFilter filter, StreamView stream) =>
        (filter.State is null || filter.State == stream.State)
        && (filter.Origin is null || filter.Origin == stream.Session?.Origin)
        && (filter.Query is null || new StreamKey(stream.Key.Vhost, stream.Key.App, stream.Key.Stream).ToString()
            .Contains(filter.Query, StringComparison.OrdinalIgnoreCase));

    /// <summary>Writes rows under each other as they come, each only where it differs from the one before of its stream.</summary>
    private sealed class WatchedRows(OutputFormat format, TextWriter output)
    {
        private readonly Dictionary<string, string> _shown = [];

        /// <summary>Of the columns so far. They only grow, so that rows stay under each other.</summary>
        private IReadOnlyList<int> _widths = [];

        public void Begin(IReadOnlyList<StreamView> streams)
        {
            if (format is OutputFormat.Table or OutputFormat.Wide)
            {
                var table = TableOf(streams);
                _widths = table.WidthsIn(format);
                output.WriteLine(table.Lines(_widths)[0]);
            }

            foreach (var stream in streams)
            {
                Show(stream);
            }
        }

        public void Show(StreamView stream)
        {
            var key = stream.Key.ToString();
            var text = format switch
            {
                OutputFormat.Json => JsonSerializer.Serialize(stream, ApiJson.Shared.StreamView),
                OutputFormat.Name => OutputTable.Plain(key),
                _ => RowOf(stream),
            };

            // A name is shown at each change; a row that looks the same says nothing new.
            if (format != OutputFormat.Name && _shown.GetValueOrDefault(key) == text)
            {
                return;
            }

            if (_shown.Count >= MostRemembered)
            {
                _shown.Clear();
            }

            _shown[key] = text;
            output.WriteLine(text);
            output.Flush();
        }

        private string RowOf(StreamView stream)
        {
            var table = TableOf([stream]);
            _widths = [.. table.WidthsIn(format).Zip(_widths, Math.Max)];
            return table.Lines(_widths)[1];
        }
    }
}
