using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Api;

public class CommandsTests
{
    [Fact]
    public async Task Streams_lists_plain_columns_outside_a_terminal()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7) with { Locked = new OperatorMark("ann", "night", Given.At(0)) });
        await server.Entities.PutAsync(Given.Idle("v.example/a/b/cam2") with { Generation = 3 });

        var (exitCode, output, error) = await RunAsync(server, "streams");

        exitCode.ShouldBe(0, error);
        output.ShouldBe(
            """
            KEY                 STATE  ORIGIN  CLIENT    ADDRESS   SINCE                 GENERATION  NOTES
            live/cam1           live   srs-1   live9999  10.0.0.7  2026-07-04T11:59:00Z  7           locked by ann
            v.example/a/b/cam2  idle   -       -         -         -                     3           -

            """);
    }

    [Fact]
    public async Task Streams_follows_the_pages_up_to_its_limit_and_says_when_there_are_more()
    {
        await using var server = await ApiServer.StartAsync();
        foreach (var number in Enumerable.Range(0, 120))
        {
            await server.Entities.PutAsync(Given.Live($"live/cam{number:000}"));
        }

        var (_, limited, note) = await RunAsync(server, "streams", "--limit", "70", "--json");
        JsonDocument.Parse(limited).RootElement.GetProperty("streams").GetArrayLength().ShouldBe(70);
        note.ShouldBe("");
        (await RunAsync(server, "streams", "--limit", "3")).Error.ShouldContain("--all");

        var (_, all, _) = await RunAsync(server, "streams", "--all", "--json");
        JsonDocument.Parse(all).RootElement.GetProperty("streams").GetArrayLength().ShouldBe(120);
    }

    [Fact]
    public async Task Streams_show_tells_the_state_and_the_newest_of_the_timeline()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7));
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());

        var (exitCode, output, error) = await RunAsync(server, "streams", "show", "live/cam1", "--timeline", "2");

        exitCode.ShouldBe(0, error);
        output.ShouldBe(
            """
            live/cam1
              state        live, generation 7
              session      client live9999 on srs-1 from 10.0.0.7 since 2026-07-04 11:59:00Z, seen publishing
              identity     key
              process      server vid-srs-1, service svc-1
            timeline, newest first
              2026-07-04 12:00:01.000Z SRS shows client new22222 as the active publisher.
              2026-07-04 12:00:00.012Z Client new22222 on srs-1 from 10.0.0.7 was admitted as generation 2 after 12.5 ms: every session in its way is proven gone; the same broadcast goes on.

            """);
        var (_, json, _) = await RunAsync(server, "streams", "show", "live/cam1", "--json");
        JsonDocument.Parse(json).RootElement.GetProperty("timeline").GetArrayLength().ShouldBe(8);
    }

    [Fact]
    public async Task Streams_explain_answers_in_the_language_asked_for()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.HappenedAsync(Given.Cam1, Given.Takeover());
        (await RunAsync(server, "streams", "explain", "live/cam1", "--client", "new22222")).Output.ShouldContain("The rule newest-wins spoke");
        (await RunAsync(server, "streams", "explain", "live/cam1", "--client", "new22222", "--language", "zh")).Output.ShouldContain("适用规则 newest-wins");
    }

    [Fact]
    public async Task An_order_is_given_with_who_and_why()
    {
        await using var server = await ApiServer.StartAsync();
        var (exitCode, output, error) = await RunAsync(server, "streams", "pin", "v/a/b/c", "--why", "the show", "--by", "ann", "--identity", "studio-1");
        exitCode.ShouldBe(0, error);
        output.ShouldBe($"Pin done.{Environment.NewLine}");
        server.Entities.Orders.ShouldBe([("v/a/b/c", new Pin("studio-1", "ann", "the show"))]);
    }

    [Fact]
    public async Task Origins_are_listed()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.Add(Given.Origin("srs-1") with { WedgedKeys = ["live/cam1"] });
        var (_, output, _) = await RunAsync(server, "origins");
        output.ShouldBe(
            """
            NAME   STATE  VERSION  STREAMS  API                LAST LOOK             NOTES
            srs-1  up     6.0.157  3        http://srs-1:1985  2026-07-04T11:59:58Z  holds ghosts of live/cam1: restart it

            """);
    }

    [Fact]
    public async Task What_is_published_for_nobody_stands_in_the_notes_of_its_stream_and_of_its_server()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.Add(Given.Origin("srs-1") with { OrphanedKeys = [Given.Cam1.ToString()] });
        await server.Entities.PutAsync(Given.Live("live/cam1"));

        (await RunAsync(server, "streams")).Output.ShouldContain("publishes for nobody");
        (await RunAsync(server, "origins")).Output.ShouldContain(
            "publishes for nobody __defaultVhost__/live/cam1: kick it, a new publish helps");
    }

    [Fact]
    public async Task Whose_publisher_the_list_of_its_server_names_wrong_stands_in_the_notes_of_the_server()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.Add(Given.Origin("srs-1") with { MisnamedKeys = [Given.Cam1.ToString()] });

        (await RunAsync(server, "origins")).Output.ShouldContain(
            "its own list names a wrong publisher of __defaultVhost__/live/cam1: kick by key, not by that list");
    }

    [Fact]
    public async Task What_a_stranger_wrote_into_a_name_does_not_reach_the_terminal()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.Add(Given.Origin("srs-1") with { Why = "\u001b[2Jgone" });
        (await RunAsync(server, "origins")).Output.ShouldNotContain('\u001b');
    }

    [Theory]
    [InlineData(1, "has ever happened", "streams", "show", "live/nobody")]
    [InlineData(1, "does not stand in the journal", "streams", "explain", "live/cam1", "--client", "stranger")]
    [InlineData(1, "why: ", "streams", "kick", "live/cam1", "--why", " ")]
    [InlineData(2, "is no stream key", "streams", "show", "cam1")]
    [InlineData(2, "--why", "streams", "kick", "live/cam1")]
    [InlineData(2, "--identity", "streams", "pin", "live/cam1", "--why", "x")]
    [InlineData(2, "lively", "streams", "--state", "lively")]
    [InlineData(2, "--limit", "streams", "--limit", "0")]
    public async Task A_mistake_is_one_sentence_and_an_exit_code(int expected, string sentence, params string[] arguments)
    {
        await using var server = await ApiServer.StartAsync();
        var (exitCode, _, error) = await RunAsync(server, arguments);
        error.ShouldContain(sentence);
        error.ShouldNotContain("   at ");
        exitCode.ShouldBe(expected);
    }

    [Fact]
    public async Task No_supervisor_and_something_else_are_told_apart_from_a_refusal()
    {
        var server = await ApiServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        var (exitCode, _, error) = await RunAsync(address, "streams");
        exitCode.ShouldBe(ExitCodes.Unreachable);
        error.ShouldStartWith($"No supervisor answers at {address}");
    }

    [Fact]
    public async Task An_order_for_an_older_generation_is_a_no_that_tells_the_present_one()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7));
        string[] kick = ["streams", "kick", "live/cam1", "--why", "x", "--if-generation"];

        var (exitCode, _, error) = await RunAsync(server, [.. kick, "6"]);

        exitCode.ShouldBe(1);
        error.ShouldContain("at generation 7 now, not 6");
        (await RunAsync(server, [.. kick, "7"])).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_run_tells_and_gives_no_order()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1"));

        var (exitCode, output, error) = await RunAsync(server, "streams", "lock", "live/cam1", "--why", "x", "--dry-run");

        exitCode.ShouldBe(0, error);
        output.ShouldStartWith("Nothing was done: a dry run. Without it: Locked");
        server.Entities.Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lock_for_a_while_is_given_and_shown_with_its_end()
    {
        await using var server = await ApiServer.StartAsync();
        (await RunAsync(server, "streams", "lock", "live/cam1", "--why", "night", "--by", "ann", "--for", "30m")).ExitCode.ShouldBe(0);
        server.Entities.Orders.Single().Order.ShouldBe(new Domain.LiveStreams.Lock("ann", "night") { For = TimeSpan.FromMinutes(30) });
        await server.Entities.PutAsync(Given.Idle("live/cam1") with { Locked = new OperatorMark("ann", "night", Given.At(0), Given.At(1000)) });
        await server.Entities.HappenedAsync(
            Given.Cam1, new KeyLocked(Given.At(0), "ann", "night", Given.At(1000)),
            new KeyUnlocked(Given.At(1000), "ann", "night", TimeOver: true));

        var (_, shown, _) = await RunAsync(server, "streams", "show", "live/cam1");

        shown.ShouldContain("by ann at 2026-07-04 12:00:00Z until 2026-07-04 12:00:01Z: night");
        shown.ShouldContain("ann locked the key until 2026-07-04 12:00:01Z: night");
        shown.ShouldContain("The lock of ann has ended by itself, its time was over. It was given for: night");
        (await RunAsync(server, "streams")).Output.ShouldContain("locked by ann until 2026-07-04 12:00:01Z");
    }

    [Fact]
    public async Task A_lock_that_is_over_is_not_shown_though_its_end_is_not_written_yet()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Idle("live/cam1") with { Locked = new OperatorMark("ann", "night", Given.At(-9000), Given.At(0)) });

        (await RunAsync(server, "streams")).Output.ShouldNotContain("locked");
    }

    [Fact]
    public async Task A_key_is_sent_and_its_lack_has_an_exit_code()
    {
        await using var server = await ApiServer.StartAsync(new ApiKeyOptions { Name = "watch", Key = "read-read-read", Role = "read" });
        (await RunAsync(server, "streams")).ExitCode.ShouldBe(ExitCodes.Forbidden);
        (await RunAsync(server, "streams", "--api-key", "read-read-read")).ExitCode.ShouldBe(0);
        var (exitCode, _, error) = await RunAsync(server, "streams", "kick", "live/cam1", "--why", "x", "--api-key", "read-read-read");
        exitCode.ShouldBe(ExitCodes.Forbidden);
        error.ShouldContain("'watch' has the role viewer");
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(ApiServer server, params string[] arguments) => RunAsync(server.Address, arguments);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Uri server, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var root = new RootCommand { StreamsCommand.Create(), OriginsCommand.Create() };
        var parsed = root.Parse([.. arguments, "--server", server.ToString()]);
        if (parsed.Errors.Count > 0)
        {
            return (ExitCodes.Usage, "", string.Join('\n', parsed.Errors.Select(one => one.Message)));
        }

        try
        {
            var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
            return (exitCode, output.ToString(), error.ToString());
        }
        catch (CommandException mistake)
        {
            return (mistake.ExitCode, output.ToString(), mistake.Message);
        }
    }
}
