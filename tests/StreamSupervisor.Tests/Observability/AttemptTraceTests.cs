using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Observability;

namespace StreamSupervisor.Tests.Observability;

public sealed class AttemptTraceTests
{
    private const string Link = "https://traces.example/trace/{traceId}";
    private static readonly OtlpOptions On = new() { Endpoint = "http://collector:4318" };

    [Fact]
    public void The_trace_of_a_client_is_the_same_everywhere_and_nobody_elses()
    {
        var id = AttemptTrace.IdOf("srs-1", "9ukq5k5d");
        id.ToHexString().ShouldBe("47c54e9056827606a40be67f9f4f1e3c", "pages of another version lead to the same trace");
        AttemptTrace.IdOf("srs-2", "9ukq5k5d").ShouldNotBe(id);
        AttemptTrace.IdOf("srs-1", "9ukq5k5e").ShouldNotBe(id);
        AttemptTrace.IdOf("srs-1", "").ShouldBe(default);
    }

    [Fact]
    public void A_page_leads_to_a_trace_only_where_it_was_sent()
    {
        AttemptTrace.LinkOf("srs-1", "9ukq5k5d", On, Link).ShouldBe($"https://traces.example/trace/{AttemptTrace.IdOf("srs-1", "9ukq5k5d")}");
        AttemptTrace.LinkOf("srs-1", "9ukq5k5d", On, "").ShouldBeNull("nobody has said where");
        AttemptTrace.LinkOf("srs-1", "9ukq5k5d", new OtlpOptions(), Link).ShouldBeNull("nothing is sent");
        AttemptTrace.LinkOf("srs-1", "9ukq5k5d", new OtlpOptions { Endpoint = On.Endpoint, TracePercent = 0 }, Link).ShouldBeNull();
        AttemptTrace.LinkOf("srs-1", "", On, Link).ShouldBeNull();

        var half = new OtlpOptions { Endpoint = On.Endpoint, TracePercent = 50 };
        Enumerable.Range(0, 400).Count(client => AttemptTrace.LinkOf("srs-1", $"{client}", half, Link) is not null).ShouldBeInRange(140, 260);
    }
}
