using SharpFuzz;
using StreamSupervisor.Fuzz;

// Run by afl-fuzz, which writes each input to our standard input: see README.md beside this file. Nothing of the product may run before the fuzzer
// does, not even to look for the name: instrumented code writes where it has not mapped memory yet.
if (args is not [var name])
{
    Console.Error.WriteLine("Name a target, as the folders of Corpus are called.");
    return 2;
}

Fuzzer.OutOfProcess.Run(stream =>
{
    using var input = new MemoryStream();
    stream.CopyTo(input);
    Targets.All[name](input.ToArray());
});
return 0;
