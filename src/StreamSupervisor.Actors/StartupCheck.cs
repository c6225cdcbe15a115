using Akka.Actor;
using Akka.Configuration;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Serialization;

namespace StreamSupervisor.Actors;

/// <summary>
/// Refuses to run an actor system whose persistence is not set as <see cref="PersistenceSettings"/> says: with Akka's defaults events are
/// lost at every rebalance, and nothing would tell.
/// </summary>
public static class StartupCheck
{
    /// <summary>Looks at a configuration before a system is made of it.</summary>
    /// <exception cref="StoreOpenException">A setting is missing or another; all that are wrong are named.</exception>
    public static void Verify(Config config, StoreLocation location)
    {
        ArgumentNullException.ThrowIfNull(config);
        var wrong = PersistenceSettings.Of(location)
            .Where(setting => !string.Equals(config.GetString(setting.Path, null), setting.Value, StringComparison.Ordinal))
            .Select(setting => $"{setting.Path} is '{config.GetString(setting.Path, null) ?? "not set"}' and must be '{setting.Value}'")
            .ToList();
        if (wrong.Count > 0)
        {
            throw new StoreOpenException(
                $"Settings of Akka that the journal rests on are not in force: {string.Join("; ", wrong)}. " +
                "Remove them from the akka block of the configuration.");
        }
    }

    /// <summary>Looks at a system that runs: its configuration, and what its serialization made of it.</summary>
    /// <exception cref="StoreOpenException">A setting is missing or another, or a message would go through another serializer.</exception>
    public static void Verify(ActorSystem system, StoreLocation location)
    {
        ArgumentNullException.ThrowIfNull(system);
        Verify(system.Settings.Config, location);
        var serialization = ((ExtendedActorSystem)system).Serialization;
        foreach (var type in MessageTable.Bindings)
        {
            if (serialization.FindSerializerForType(type) is not StreamSerializer)
            {
                throw new StoreOpenException(
                    $"{type.FullName} would not be written by our serializer. Remove the akka.actor block from the configuration.");
            }
        }

        if (serialization.FindSerializerForType(typeof(object)) is not ThrowingSerializer)
        {
            throw new StoreOpenException(
                "Akka's JSON serializer, which reads type names from the wire, is in force. Remove akka.actor from the configuration.");
        }
    }
}
