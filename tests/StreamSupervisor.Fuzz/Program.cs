using SharpFuzz;
using StreamSupervisor.Fuzz;

// Run by afl-fuzz, which writes each input to our standard input: see README.md beside this file.
if (args is not [var name] || !Targets.All.TryGetValue(name, out var target))
{
    Console.Error.WriteLine($"Name a target: {string.Join(", ", Targets.All.Keys)}.");
    return 2;
}

Fuzzer.OutOfProcess.Run(stream =>
{
    using var input = new MemoryStream();
    stream.CopyTo(input);
    target(input.ToArray());
});
return 0;
