using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// The wall clock of one process: right until it is set. Time that elapses is not touched, as when an administrator or NTP sets the clock of a
/// machine. The process reads it from a file: its start-up hook puts a clock of that kind in the place of the system's before the program runs.
/// (Not libfaketime: under it a member of .NET does not get ready within a minute.)
/// </summary>
internal sealed class MemberClock : IDisposable
{
    public const string Variable = "STREAMSUPERVISOR_TEST_CLOCK";
    private readonly string _file = Path.GetTempFileName();

    public MemberClock() => Set(TimeSpan.Zero);

    /// <summary>What the process must have in its environment.</summary>
    public ImmutableDictionary<string, string> Variables => ImmutableDictionary<string, string>.Empty
        .Add(Variable, _file)
        .Add("DOTNET_STARTUP_HOOKS", typeof(MemberClock).Assembly.Location);

    /// <param name="off">By how much it is fast, or slow where it is negative.</param>
    public void Set(TimeSpan off) => File.WriteAllText(_file, off.Ticks.ToString(CultureInfo.InvariantCulture));

    public void Dispose() => File.Delete(_file);

    /// <summary>In the process itself, before it does anything.</summary>
    public static void Install(string file)
    {
        // A static field that is read only after the start of its class takes a new value from generated code alone.
        var field = typeof(TimeProvider).GetField("<System>k__BackingField", BindingFlags.Static | BindingFlags.NonPublic)
            ?? throw new InvalidOperationException("TimeProvider keeps the system's clock elsewhere by now.");
        var set = new DynamicMethod("SetClock", returnType: null, [typeof(TimeProvider)], typeof(TimeProvider), skipVisibility: true);
        var code = set.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Stsfld, field);
        code.Emit(OpCodes.Ret);
        set.CreateDelegate<Action<TimeProvider>>()(new OffClock(file));
    }

    private sealed class OffClock(string file) : TimeProvider
    {
        private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(100);
        private long _read;
        private long _off;

        public override DateTimeOffset GetUtcNow()
        {
            var now = Environment.TickCount64;
            if (now - Volatile.Read(ref _read) >= ReadEvery.TotalMilliseconds)
            {
                Volatile.Write(ref _read, now);
                if (long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var off))
                {
                    Volatile.Write(ref _off, off);
                }
            }

            return base.GetUtcNow().AddTicks(Volatile.Read(ref _off));
        }
    }
}
