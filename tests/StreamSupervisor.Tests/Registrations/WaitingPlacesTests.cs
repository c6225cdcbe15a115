using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Registrations;

namespace StreamSupervisor.Tests.Registrations;

public sealed class WaitingPlacesTests
{
    [Fact]
    public void A_registration_has_four_places_and_an_address_thirty_two()
    {
        var places = new WaitingPlaces(most: 100);
        var first = places.Take("r0", "a");
        for (var i = 1; i < 32; i++)
        {
            places.Take($"r{i / 4}", "a");
        }

        var tooMany = Problem(() => places.Take("r0", "b"));
        (tooMany.Status, tooMany.Reason, tooMany.RetryAfterMs).ShouldBe((429, "too-many-waits", 1000));
        Problem(() => places.Take("r99", "a")).Status.ShouldBe(429);
        places.Take("r99", "b").Dispose();

        first.Dispose();
        first.Dispose();
        places.Take("r0", "a");
        Problem(() => places.Take("r98", "a")).Status.ShouldBe(429);
    }

    [Fact]
    public void What_a_member_has_in_all_is_bounded_too()
    {
        var places = new WaitingPlaces(most: 2);
        places.Take("r1", "a");
        places.Take("r2", "b").Dispose();
        places.Take("r3", "c");
        Problem(() => places.Take("r4", "d")).Status.ShouldBe(503);
    }

    private static ApiProblem Problem(Func<IDisposable> take) => Should.Throw<ApiProblemException>(() => { take(); }).Problem;
}
