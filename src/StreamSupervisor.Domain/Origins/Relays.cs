using System.Collections.Immutable;
using System.Net;

namespace StreamSupervisor.Domain.Origins;

/// <summary>What the settings say of one server, as far as relays need it.</summary>
/// <param name="Name">The configured name.</param>
/// <param name="Hosts">Hosts of <c>origins[].api</c> and of its publish urls, as they are written: addresses or names.</param>
/// <param name="RelaysFrom"><c>origins[].relays-from</c>: configured names of servers, or addresses, that copy streams to it.</param>
public sealed record RelayAddresses(string Name, IReadOnlyCollection<string> Hosts, IReadOnlyCollection<string> RelaysFrom);

/// <summary>Another server from whose address an attempt to publish comes.</summary>
/// <param name="Origin"> Its configured name; where several share the address (one machine, one NAT) the one that <c>relays-from</c>
/// names, else the first in the configuration. An address in <c>relays-from</c> that is no configured server's stands as it is written
/// there.
/// </param>
/// <param name="Configured">Whether <c>relays-from</c> names it: then it is a relay, whoever holds the key.</param>
/// <param name="Origins">Every configured server that it can be: it is a relay of one of them if that one holds the key.</param>
public sealed record RelaySource(string Origin, bool Configured, ImmutableArray<string> Origins);

/// <summary>
/// Which addresses belong to which server. SRS copies a stream to another SRS (<c>forward</c>, an edge), and the copy asks to publish the
/// same key there, from the address of the first. Taken for a newcomer it ends the broadcast about once a second, for ever.
/// </summary>
public sealed class Relays
{
    private readonly Dictionary<string, List<string>> _byAddress = [];
    private readonly Dictionary<(string Origin, string Address), string> _configured = [];

    /// <param name="origins">The configured servers.</param>
    /// <param name="resolved">
    /// Addresses of hosts that are names, as the caller resolved them; a host that is not in it is compared as it is written.
    /// </param>
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
            foreach (var from in origin.RelaysFrom)
            {
                foreach (var address in AddressesOf(origins.FirstOrDefault(other => other.Name == from)?.Hosts ?? [from], resolved))
                {
                    _configured.TryAdd((origin.Name, address), from);
                }
            }
        }
    }

    /// <summary>Whose address it is; null when it is no other server's, so that it is an encoder's.</summary>
    /// <param name="address">The source address of an attempt, as SRS saw it.</param>
    /// <param name="origin">The configured name of the server that it publishes to.</param>
    public RelaySource? RelayOf(string address, string origin)
    {
        var plain = Plain(address);
        ImmutableArray<string> others = _byAddress.TryGetValue(plain, out var names) ? [.. names.Where(name => name != origin)] : [];
        return _configured.TryGetValue((origin, plain), out var from) ? new RelaySource(from, Configured: true, others)
            : others.IsEmpty ? null
            : new RelaySource(others[0], Configured: false, others);
    }

    private static IEnumerable<string> AddressesOf(IEnumerable<string> hosts,
        IReadOnlyDictionary<string, IReadOnlyCollection<string>>? resolved) =>
        hosts.SelectMany(host => resolved?.GetValueOrDefault(host) ?? [host]).Select(Plain).Distinct();

    /// <summary>One way to write an address: without brackets, IPv4 as IPv4.</summary>
    private static string Plain(string address) => IPAddress.TryParse(address.Trim('[', ']'), out var parsed)
        ? (parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed).ToString()
        : address.ToUpperInvariant();
}
