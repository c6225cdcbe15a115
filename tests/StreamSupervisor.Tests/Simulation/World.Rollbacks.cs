namespace StreamSupervisor.Tests.Simulation;

/// <content>The database fails over to a standby that lags, or an older copy of it is put in its place.</content>
internal sealed partial class World
{
    private void PlanRollbacks(Random random)
    {
        var last = Plan.Chaos.TotalSeconds - 4;
        var at = 2 + (random.NextDouble() * (last - 2) / 2);
        for (var i = random.Next(1, 3); i > 0 && at <= last; i--)
        {
            var isPromoted = random.Next(3) > 0;

            // Members beat once a second; of what a copy of the files lost within less nobody can know.
            var lag = TimeSpan.FromSeconds(isPromoted ? 0.1 + (random.NextDouble() * 4) : 2 + (random.NextDouble() * 3));
            var away = TimeSpan.FromSeconds(0.5 + random.NextDouble());
            After(TimeSpan.FromSeconds(at), () => FailOver(lag, away, isPromoted));
            at += 3 + (random.NextDouble() * 4);
        }
    }

    private void FailOver(TimeSpan lag, TimeSpan away, bool isPromoted)
    {
        var to = Age - lag;
        Note("world", "FailOver", "", $"back by {lag.TotalSeconds:0.0} s", isPromoted);
        Database.FailsOver = true;
        After(away, () =>
        {
            Database.RollBack(to, isPromoted || Plan.Places.Count == 1);
            Database.FailsOver = false;
        });
    }
}
