using System.Collections.Immutable;
using System.Net;

namespace StreamSupervisor.Domain.Origins;

/// <summary>What the settings say of one server, as far as relays need it.</summary>
/// <param name="Name">The configured name.</param>
/// <param name="Hosts">Hosts of <c>origins[].api</c> and of its publish urls, as they are written: addresses or names.</param>
/// <param name="RelaysFrom"><c>origins[].relays-from</c>: configured names of servers, or addresses, that copy streams to it.</param>
public sealed record RelayAddresses(string Name, IReadOnlyCollection<string> Hosts, IReadOnlyCollection<string> RelaysFrom);

/// <summary>Whose address an attempt to publish comes from.</summary>
/// <param name="Origins">
/// The configured servers that it can be, by name; several may share an address (one machine, one NAT). It is a relay of one of them if that one holds
/// the key. A server itself is never among its own.
/// </param>
/// <param name="Named">Whether <c>relays-from</c> names the address: then it is a relay, whoever holds the key.</param>
public readonly record struct RelaySource(ImmutableArray<string> Origins, bool Named)
{
    /// <summary>An encoder like any other.</summary>
    public static readonly RelaySource None = new([], false);

    /// <summary>Whether it can be no relay.</summary>
    public bool IsNone => Origins.IsDefaultOrEmpty && !Named;
}

/// <summary>
/// Which addresses belong to which server. SRS copies a stream to another SRS (<c>forward</c>, an edge), and the copy asks to publish the same key there,
/// from the address of the first. Taken for a newcomer it ends the broadcast about once a second, for ever.
/// </summary>
public sealed class Relays
{
    private readonly Dictionary<string, List<string>> _byAddress = [];
    private readonly Dictionary<string, HashSet<string>> _namedBy = [];

    /// <param name="origins">The configured servers.</param>
    /// <param name="resolved">Addresses of hosts that are names, as the caller resolved them; a host that is not in it is compared as it is written.</param>
    public Relays(IReadOnlyCollection<RelayAddresses> origins, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? resolved = null)
    {
        foreach (var origin in origins)
        {
            foreach (var address in AddressesOf(origin.Hosts, resolved))
            {
                if (!_byAddress.TryGetValue(address, out var names))
                {
                    _byAddress[address] = names = [];
                }

                names.Add(origin.Name);
            }
        }

        foreach (var origin in origins)
        {
            _namedBy[origin.Name] = [.. origin.RelaysFrom.SelectMany(from =>
                AddressesOf(origins.FirstOrDefault(other => other.Name == from)?.Hosts ?? [from], resolved))];
        }
    }

    /// <summary>Whose address it is.</summary>
    /// <param name="address">The source address of an attempt, as SRS saw it.</param>
    /// <param name="origin">The configured name of the server that it publishes to.</param>
    public RelaySource RelayOf(string address, string origin)
    {
        var plain = Plain(address);
        var named = _namedBy.TryGetValue(origin, out var from) && from.Contains(plain);
        return _byAddress.TryGetValue(plain, out var names) || named
            ? new RelaySource([.. (names ?? []).Where(name => name != origin)], named)
            : RelaySource.None;
    }

    private static IEnumerable<string> AddressesOf(IEnumerable<string> hosts, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? resolved) =>
        hosts.SelectMany(host => resolved?.GetValueOrDefault(host) ?? [host]).Select(Plain).Distinct();

    /// <summary>One way to write an address: without brackets, IPv4 as IPv4.</summary>
    private static string Plain(string address) => IPAddress.TryParse(address.Trim('[', ']'), out var parsed)
        ? (parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed).ToString()
        : address.ToUpperInvariant();
}
