using System.Text.Json;

namespace StreamSupervisor.Benchmarks.Recipe;

/// <summary>The recipe, to the letter: refused, so query who publishes, delete it, wait 100 to 300 ms, and try again, three times at most.</summary>
internal sealed class RecipeClient(PublishingEncoder encoder, HttpClient http, string api)
{
    private const int Retries = 3;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken over)
    {
        try
        {
            while (true)
            {
                encoder.BeginTry();
                var result = await encoder.PublishAsync("", over);
                for (var retry = 1; result == PublishResult.Refused && retry <= Retries; retry++)
                {
                    await DeletePublisherAsync(over);
                    await Task.Delay(Random.Shared.Next(100, 300), over);
                    result = await encoder.PublishAsync("", over);
                }

                switch (result)
                {
                    case PublishResult.Done:
                        return;
                    case PublishResult.Refused:
                        encoder.Log.GaveUp++;
                        await Task.Delay(Rest, over);
                        break;
                    default:
                        await Task.Delay(PublishingEncoder.NetworkAway, over);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The time of the scene is over.
        }
    }

    private async Task DeletePublisherAsync(CancellationToken over)
    {
        using var streams = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{api}/api/v1/streams/?count=1000"), over));
        foreach (var stream in streams.RootElement.GetProperty("streams").EnumerateArray())
        {
            if (stream.GetProperty("name").GetString() == PublishingEncoder.Stream && stream.GetProperty("publish").GetProperty("active").GetBoolean())
            {
                using var deleted = await http.DeleteAsync(new Uri($"{api}/api/v1/clients/{stream.GetProperty("publish").GetProperty("cid").GetString()}"), over);
            }
        }
    }
}
