using StreamSupervisor.Client;

namespace StreamSupervisor.Tests.Client;

public sealed class EncoderSessionTests : IDisposable
{
    private readonly StillTime _time = new();
    private readonly FakeSupervisors _supervisors = new();
    private readonly Queue<Func<PublishPermit, CancellationToken, Task<PublishEnd>>> _publishes = new();
    private readonly List<PublishPermit> _permits = [];
    private EncoderSessionOptions _options = new()
    {
        Key = "live/cam1",
        EncoderId = "encoder-7",
        Retry = RetryPolicy.Default with { Jitter = 0 },
    };

    public void Dispose() => _supervisors.Dispose();

    /// <summary>Runs the session to its end, moving the clock through every pause; events as words.</summary>
    private async Task<List<string>> Run(int most = 60, CancellationToken cancellation = default)
    {
        var session = new EncoderSession(_supervisors.Client(_time), _options, _time, new Random(1));
        var events = new List<string>();
        await foreach (var e in session.RunAsync(Publish, cancellation))
        {
            e.Describe("en").ShouldNotBeEmpty();
            e.Describe("zh").ShouldNotBeEmpty();
            events.Add(e switch
            {
                Registering r => $"register {r.Attempt}",
                Waiting w => $"wait {w.Answer.Reason}",
                Publishing p => $"publish {p.Permit.Target.Origin}",
                PublishEnded p => $"ended {(p.End.Finished ? "finished" : p.End.Kind)}",
                RefusedBySupervisor r => $"refused {r.Answer.Reason}",
                SupervisorUnreachable => "unreachable",
                BackingOff b => $"pause {b.Delay.TotalSeconds:0.###}",
                SessionEnded s => $"end {s.End}",
                _ => "?",
            });
            if (e is BackingOff pause)
            {
                _time.Advance(pause.Delay);
            }

            if (events.Count == most)
            {
                break;
            }
        }

        return events;
    }

    [Fact]
    public async Task Everything_that_happens_stands_in_the_log_and_no_secret()
    {
        var lines = new List<string>();
        _options = _options with { Log = (level, line) => lines.Add($"{level} {line}") };
        _supervisors.Publish().Refuse("credential-wrong", "permanent");
        _publishes.Enqueue((_, _) => Task.FromResult(new PublishEnd(LossKind.Network, "The connection broke.")));
        var events = await Run();
        lines.Count.ShouldBe(events.Count);
        lines.ShouldAllBe(line => line.Contains("live/cam1: ", StringComparison.Ordinal) && !line.Contains("v1.x", StringComparison.Ordinal));
        lines.Select(line => line.Split(' ')[0]).ShouldBe(["Debug", "Information", "Warning", "Debug", "Debug", "Warning", "Warning"]);
    }

    private Task<PublishEnd> Publish(PublishPermit permit, CancellationToken cancellation)
    {
        _permits.Add(permit);
        return _publishes.Count > 0 ? _publishes.Dequeue()(permit, cancellation) : Task.FromResult(PublishEnd.Done);
    }

    private EncoderSessionTests Loses(LossKind kind, string text, double afterSeconds = 0)
    {
        _publishes.Enqueue((_, _) =>
        {
            _time.Advance(TimeSpan.FromSeconds(afterSeconds));
            return Task.FromResult(new PublishEnd(kind, text));
        });
        return this;
    }

    [Fact]
    public async Task A_broadcast_that_ends_by_itself_says_goodbye_once()
    {
        _supervisors.Publish();
        (await Run()).ShouldBe(["register 1", "publish srs-1", "ended finished", "end Finished"]);
        _permits.ShouldBe([new PublishPermit(new PublishTarget("srs-1", "rtmp://srs-1/live/cam1?registration=v1.x"), 1, 7, Supervised: true)]);
        _supervisors.Calls.Count(c => c.StartsWith("DELETE", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_loss_after_being_on_air_is_followed_by_a_new_try_at_once_that_says_why()
    {
        _supervisors.Publish().Publish("rtmp://srs-2/live/cam1", "srs-2");
        Loses(LossKind.Network, "connection reset", afterSeconds: 3600);
        (await Run()).ShouldBe(["register 1", "publish srs-1", "ended Network", "register 1", "publish srs-2", "ended finished", "end Finished"]);
        _supervisors.Calls[1].ShouldContain("\"lastError\":\"network: connection reset\"");
    }

    [Fact]
    public async Task Tries_that_fail_come_in_bursts_of_three_with_growing_pauses()
    {
        for (var i = 0; i < 4; i++)
        {
            _supervisors.Publish();
            Loses(LossKind.Temporary, "busy");
        }

        _supervisors.Publish();
        (await Run()).Where(e => !e.StartsWith("publish", StringComparison.Ordinal)).ShouldBe(
        [
            "register 1", "ended Temporary", "pause 0.5", "register 2", "ended Temporary", "pause 0.75", "register 3", "ended Temporary", "pause 30",
            "register 4", "ended Temporary", "pause 0.5", "register 5", "ended finished", "end Finished",
        ]);
    }

    [Fact]
    public async Task A_supervisor_that_has_counted_the_tries_of_earlier_runs_gets_its_rest()
    {
        _supervisors.Publish(attemptsLeft: 0).Publish(attemptsLeft: 1).Refuse("reserved", "temporary", 900, attemptsLeft: 0)
            .Refuse("reserved", "temporary", attemptsLeft: 0).Publish(attemptsLeft: 0).Publish();
        Loses(LossKind.Temporary, "busy").Loses(LossKind.Temporary, "busy").Loses(LossKind.Network, "reset", afterSeconds: 60);
        (await Run()).Where(e => !e.StartsWith("publish", StringComparison.Ordinal)).ShouldBe(
        [
            "register 1", "ended Temporary", "pause 30", "register 2", "ended Temporary", "pause 0.75",
            "register 3", "refused reserved", "pause 30", "register 4", "refused reserved", "pause 30",
            "register 5", "ended Network", "register 1", "ended finished", "end Finished",
        ]);
    }

    [Fact]
    public async Task A_delay_that_the_supervisor_names_is_taken_instead_of_a_rest()
    {
        _supervisors.Refuse("reserved", "temporary", 900, attemptsLeft: 0).Publish();
        (await Run()).ShouldBe(["register 1", "refused reserved", "pause 0.9", "register 2", "publish srs-1", "ended finished", "end Finished"]);
    }

    [Fact]
    public async Task A_permanent_refusal_ends_it_after_one_try()
    {
        _supervisors.Refuse("credential-wrong", "permanent");
        (await Run()).ShouldBe(["register 1", "refused credential-wrong", "end PermanentlyRefused"]);
        _permits.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_permanent_loss_ends_it_too()
    {
        _supervisors.Publish();
        Loses(LossKind.Permanent, "the codec is not supported");
        (await Run()).ShouldBe(["register 1", "publish srs-1", "ended Permanent", "end PermanentlyRefused"]);
    }

    [Fact]
    public async Task A_call_that_the_supervisor_finds_wrong_is_permanent()
    {
        _supervisors.Answer("""{"status":400,"reason":"bad-stream-key","title":"This is no stream key","kind":"permanent"}""", System.Net.HttpStatusCode.BadRequest);
        (await Run()).ShouldBe(["register 1", "refused bad-stream-key", "end PermanentlyRefused"]);
    }

    [Fact]
    public async Task A_server_that_names_a_delay_is_believed()
    {
        _supervisors.Refuse("fight-cool-down", "temporary", 42_000).Refuse("reserved", "temporary", 100).Publish();
        (await Run()).ShouldBe(
        [
            "register 1", "refused fight-cool-down", "pause 42", "register 2", "refused reserved", "pause 0.75", "register 3", "publish srs-1",
            "ended finished", "end Finished",
        ]);
    }

    [Fact]
    public async Task While_the_way_is_not_free_it_polls_and_renews_and_publishes_the_moment_it_is()
    {
        _supervisors.Wait();
        for (var i = 0; i < 2; i++)
        {
            _supervisors.Wait().Wait();
            _supervisors.Otherwise = (_, _) => throw new HttpRequestException("unexpected");
        }

        _supervisors.Publish();
        var running = Run();
        for (var i = 0; i < 8 && !running.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        (await running).ShouldBe(["register 1", "wait handover-running", "publish srs-1", "ended finished", "end Finished"]);
        _supervisors.Calls.Select(c => c.Split(' ')[0]).ShouldBe(["POST", "GET", "PUT", "GET", "PUT", "GET", "DELETE"]);
    }

    [Fact]
    public async Task Another_reason_to_wait_is_news()
    {
        _supervisors.Wait().Wait("reserved").Publish();
        (await Run()).ShouldBe(["register 1", "wait handover-running", "wait reserved", "publish srs-1", "ended finished", "end Finished"]);
    }

    [Fact]
    public async Task A_publish_that_the_supervisor_has_seen_end_is_stopped_though_its_encoder_has_not_noticed()
    {
        _supervisors.Publish().OnAir().Fail().OnAir(false).OnAir(false).Publish();
        PublishesIntoTheVoid();
        var running = Run();
        for (var look = 0; look < 4; look++)
        {
            _time.Advance(_options.WatchEvery);
        }

        (await running).ShouldBe(["register 1", "publish srs-1", "ended Network", "pause 0.5", "register 2", "publish srs-1", "ended finished", "end Finished"]);
        _supervisors.Calls.Select(c => c.Split(' ')[0]).ShouldBe(["POST", "GET", "GET", "GET", "GET", "POST", "DELETE"]);
    }

    [Fact]
    public async Task An_encoder_that_is_about_to_end_by_itself_has_the_last_word()
    {
        _supervisors.Publish().OnAir().OnAir(false);
        var ended = new TaskCompletionSource<PublishEnd>();
        _publishes.Enqueue((_, _) => ended.Task);
        var running = Run();
        _time.Advance(_options.WatchEvery);
        _time.Advance(_options.WatchEvery);
        ended.SetResult(PublishEnd.Done);
        (await running).ShouldBe(["register 1", "publish srs-1", "ended finished", "end Finished"]);
    }

    [Fact]
    public async Task An_encoder_that_takes_its_time_to_start_is_left_alone()
    {
        _supervisors.Publish().OnAir(false).OnAir(false).Answer("""{"status":404,"title":"There is no such registration"}""", System.Net.HttpStatusCode.NotFound);
        var started = new TaskCompletionSource<PublishEnd>();
        _publishes.Enqueue((_, _) => started.Task);
        var running = Run();
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(_options.WatchEvery);
        }

        started.SetResult(PublishEnd.Done);
        (await running).ShouldBe(["register 1", "publish srs-1", "ended finished", "end Finished"]);
    }

    private void PublishesIntoTheVoid() => _publishes.Enqueue(async (_, cancellation) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
        return PublishEnd.Done;
    });

    [Fact]
    public async Task Without_a_supervisor_it_publishes_to_the_fallback_address()
    {
        _options = _options with { FallbackUrl = "rtmp://srs-1/live/cam1" };
        Loses(LossKind.Network, "reset", afterSeconds: 60);
        (await Run()).ShouldBe(
        [
            "register 1", "unreachable", "publish fallback", "ended Network", "register 1", "unreachable", "publish fallback", "ended finished", "end Finished",
        ]);
        _permits.ShouldAllBe(p => !p.Supervised && p.Target.Url == "rtmp://srs-1/live/cam1");
    }

    [Fact]
    public async Task Without_a_supervisor_and_a_fallback_it_waits_for_one()
    {
        _supervisors.Fail().Fail().Publish();
        (await Run()).ShouldBe(
            ["register 1", "unreachable", "pause 0.5", "register 2", "unreachable", "pause 0.75", "register 3", "publish srs-1", "ended finished", "end Finished"]);
    }

    [Fact]
    public async Task An_unreachable_origin_is_followed_by_the_next_address_at_once()
    {
        _supervisors.Answer("""{"registrationId":"r1","decision":"publish","publish":[{"origin":"srs-1","url":"a"},{"origin":"srs-2","url":"b"}]}""");
        Loses(LossKind.Network, "connection refused");
        (await Run()).ShouldBe(["register 1", "publish srs-1", "ended Network", "publish srs-2", "ended finished", "end Finished"]);
    }

    [Fact]
    public async Task With_a_limit_it_gives_up_and_says_goodbye()
    {
        _options = _options with { Retry = _options.Retry with { MaxBursts = 1, AttemptsPerBurst = 2 } };
        _supervisors.Publish().Publish();
        Loses(LossKind.Ours, "no input").Loses(LossKind.Ours, "no input");
        var events = await Run();
        events[^1].ShouldBe("end GaveUp");
        _supervisors.Calls.Count(c => c.StartsWith("DELETE", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_broken_socket_is_the_networks_fault_and_a_bug_is_nobodys_to_hide()
    {
        _supervisors.Publish().Publish();
        _publishes.Enqueue((_, _) => throw new IOException("broken pipe"));
        _publishes.Enqueue((_, _) => throw new InvalidOperationException("a bug"));
        var session = new EncoderSession(_supervisors.Client(_time), _options, _time, new Random(1));
        var seen = new List<SessionEvent>();
        (await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await foreach (var e in session.RunAsync(Publish))
            {
                seen.Add(e);
                if (e is BackingOff pause)
                {
                    _time.Advance(pause.Delay);
                }
            }
        })).Message.ShouldBe("a bug");
        seen.OfType<PublishEnded>().Single().End.Kind.ShouldBe(LossKind.Network);
        _supervisors.Calls[^1].ShouldStartWith("DELETE");
    }

    [Fact]
    public async Task Cancellation_ends_the_publish_and_says_goodbye()
    {
        using var cancel = new CancellationTokenSource();
        _supervisors.Publish();
        _publishes.Enqueue(async (_, cancellation) =>
        {
            await cancel.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
            return PublishEnd.Done;
        });
        await Should.ThrowAsync<OperationCanceledException>(Run(cancellation: cancel.Token));
        _supervisors.Calls[^1].ShouldBe("DELETE one /api/v1/registrations/r1");
    }

    [Fact]
    public async Task A_caller_that_stops_listening_ends_the_broadcast()
    {
        _supervisors.Publish();
        (await Run(most: 2)).ShouldBe(["register 1", "publish srs-1"]);
        _supervisors.Calls[^1].ShouldStartWith("DELETE");
    }
}
