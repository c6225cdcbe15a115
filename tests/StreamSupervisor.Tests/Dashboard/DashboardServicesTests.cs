using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Dashboard;

namespace StreamSupervisor.Tests.Dashboard;

public sealed class DashboardServicesTests
{
    [Fact]
    public void Nothing_of_the_pages_runs_or_writes_when_the_program_starts()
    {
        var services = new ServiceCollection();
        DashboardEndpoints.AddServices(services, new DashboardOptions());
        services.ShouldContain(service => service.ServiceType == typeof(DashboardGate));
        services.Where(service => service.ServiceType == typeof(IHostedService)).ShouldBeEmpty();
    }

    [Fact]
    public void Pages_that_are_switched_off_leave_nothing_behind()
    {
        var services = new ServiceCollection();
        DashboardEndpoints.AddServices(services, new DashboardOptions { Enabled = false });
        services.ShouldHaveSingleItem().ServiceType.ShouldBe(typeof(SessionSecret)); // what joining a cluster tells it
    }
}
