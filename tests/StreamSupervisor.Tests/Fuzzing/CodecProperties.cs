using Akka.Actor;
using Akka.Configuration;
using FsCheck;
using FsCheck.Xunit;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Serialization;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.TestKit.Domain;
using StreamSupervisor.Tests.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Fuzzing;

/// <summary>Whatever happens to a key, what is written of it is read as the same.</summary>
public sealed class CodecProperties : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("codec", ConfigurationFactory.ParseString("akka.loglevel = OFF"));
    private readonly StreamSerializer _serializer;

    public CodecProperties() => _serializer = new StreamSerializer((ExtendedActorSystem)_system);

    [Property(MaxTest = 200)]
    public void Commands_events_and_states_are_read_as_they_were_written(int seed, PositiveInt steps)
    {
        var random = new Random(seed);
        var scene = Scene.Empty(StreamPolicy.Default with { Takeover = (TakeoverPolicy)random.Next(3) });
        for (var step = 0; step < steps.Get % 100; step++)
        {
            var command = LiveStreamProperties.Any(random, scene);
            Survives(new StreamEnvelope("__defaultVhost__/live/cam", step, command, TraceParent: null), $"seed {seed}, step {step}");
            scene.After(random.NextDouble()).When(command);
        }

        foreach (var happened in scene.History)
        {
            Survives(new EventBatch([happened]), $"seed {seed}");
        }

        if (scene.History.Count > 0)
        {
            Survives(new EventBatch([.. scene.History]), $"seed {seed}");
        }

        Survives(scene.State, $"seed {seed}");
    }

    public void Dispose() => _system.Terminate().Wait();

    private void Survives(object what, string where)
    {
        var written = _serializer.ToBinary(what);
        var read = _serializer.FromBinary(written, _serializer.Manifest(what));
        read.GetType().ShouldBe(what.GetType(), where);
        _serializer.ToBinary(read).ShouldBe(written, $"{where}: {what}");
    }
}
