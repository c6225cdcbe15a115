using BenchmarkDotNet.Running;
using StreamSupervisor.Benchmarks;
using StreamSupervisor.Benchmarks.Hooks;
using StreamSupervisor.Benchmarks.Micro;
using StreamSupervisor.Benchmarks.Recipe;

const string Usage = """
    dotnet run -c Release --project tests/StreamSupervisor.Benchmarks -- COMMAND

      hooks  [--seconds 5] [--warm-up 2] [--settle 30] [--connections 1,64,200] [--keys 2000] [--workload spread,hot,register,reserved] [--only parse-only,product-sqlite,…]
             hooks and registrations over real HTTP, this product beside other ways to do the same work
      hooks  --pages 50 [--rounds 5] [--seconds 4] [--warm-up 2] [--settle 20] [--connections 64] [--keys 2000] [--workload spread] [--shared yes|no] [--only product-sqlite]
             the same hooks without and with so many open pages of the dashboard, in turn; shared no: each rendered for itself
      hop    [--rounds 10] [--seconds 2] [--settle 20]
             what it costs that another member owns the key
      keys   [--one-time 1000000] [--rounds 2] [--journal 100000] [--live 100000] [--servers 20] [--minutes 10] [--connections 64]
             what many keys cost in memory and database: given up, in the journal beside a member that starts, on air in one member
      recipe [--rounds 10] [--seconds 30] [--encoders 50]
             "query, delete, retry" by hand beside the client library, on a simulated SRS server
      micro  [BenchmarkDotNet's own switches, such as --filter *Rules*]
    """;

switch (args)
{
    case ["micro", .. var rest]:
        BenchmarkSwitcher.FromTypes(MicroConfiguration.Benchmarks).Run(rest.Length > 0 ? rest : ["--filter", "*"], new MicroConfiguration());
        return 0;
    case ["hooks", .. var rest] when rest.Contains("--pages"):
        return await PagesBenchmark.RunAsync(new Switches(rest));
    case ["hooks", .. var rest]:
        return await HooksBenchmark.RunAsync(new Switches(rest));
    case ["hop", .. var rest]:
        return await HopBenchmark.RunAsync(new Switches(rest));
    case ["keys", .. var rest]:
        return await KeysBenchmark.RunAsync(new Switches(rest));
    case ["recipe", .. var rest]:
        return await RecipeBenchmark.RunAsync(new Switches(rest));
    case [PlainServer.Command, .. var rest]:
        return await PlainServer.RunAsync(new Switches(rest));
    default:
        Console.Error.WriteLine(Usage);
        return 1;
}
