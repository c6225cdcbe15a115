using System.Net;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>http.listen</c>, <c>management.listen</c> and <c>cluster.listen</c>, and who may call the second.</summary>
internal static class ListenValidator
{
    public static void Check(SupervisorOptions options, Checks checks)
    {
        var taken = new List<(string Setting, IPAddress Address, int Port)>();
        var http = CheckList("http.listen", options.Http.Listen, taken, checks);
        checks.Advise("http.listen", http.All(IPAddress.IsLoopback) || options.Api.Keys.Count > 0,
            "other machines reach this address, but without api.keys the API answers callers on this machine only (hooks work).",
            "Add a key to api.keys, or ignore this if the API is not needed from elsewhere.");
        checks.Advise("http.listen", options.Http.Listen.Count == 0 || options.Http.Listen.Exists(listen =>
            listen.StartsWith("http://", StringComparison.OrdinalIgnoreCase)),
            "is https only: SRS does not check whose certificate it is shown, and pays for a handshake with each hook.",
            "Write an http:// address for the hooks beside it, on loopback or in your own network.");
        var management = CheckList("management.listen", options.Management.Listen, taken, checks);
        checks.Advise("management.listen", management.All(IPAddress.IsLoopback),
            "other machines reach the health and management endpoints.", "Keep this port inside your own network.");
        checks.AnyValue("cluster.listen");
        if (options.Cluster.Enabled)
        {
            CheckList("cluster.listen", options.Cluster.Listen, taken, checks, mayBeSecure: false);
        }

        checks.AnyValue("management.allow");
        for (var i = 0; i < options.Management.Allow.Count; i++)
        {
            checks.Require($"management.allow[{i}]", IPNetwork.TryParse(options.Management.Allow[i], out _),
                $"'{options.Management.Allow[i]}' is no network.",
                "Write its first address and its length, such as \"10.0.0.0/8\" or \"10.0.0.7/32\".");
        }
    }

    /// <summary>Whether all addresses are on this machine only; false also where one cannot be read.</summary>
    public static bool IsLoopbackOnly(IEnumerable<string> listen) =>
        listen.All(l => TryRead(l, mayBeSecure: true, out var address, out _, out _) && IPAddress.IsLoopback(address));

    private static List<IPAddress> CheckList(string name, List<string> listen, List<(string Setting, IPAddress Address, int Port)> taken,
        Checks checks, bool mayBeSecure = true)
    {
        checks.Require(name, listen.Count > 0, "holds no address.", "Write at least one, such as [\"http://127.0.0.1:8085\"].");
        var addresses = new List<IPAddress>();
        for (var i = 0; i < listen.Count; i++)
        {
            var setting = $"{name}[{i}]";
            if (!TryRead(listen[i], mayBeSecure, out var address, out var port, out var wrong))
            {
                checks.Require(setting, good: false, wrong,
                    "Write http://ADDRESS:PORT, such as http://127.0.0.1:8085 or http://0.0.0.0:8085.");
                continue;
            }

            var clash = taken.Find(t => port != 0 && t.Port == port && (t.Address.Equals(address) || IsAny(t.Address) || IsAny(address)));
            checks.Require(setting, clash.Setting is null, $"is the same port as {clash.Setting}.",
                "Give each listener a port of its own.");
            taken.Add((setting, address, port));
            addresses.Add(address);
        }

        return addresses;
    }

    private static bool TryRead(string text, bool mayBeSecure, out IPAddress address, out int port, out string wrong)
    {
        (address, port, wrong) = (IPAddress.None, 0, "");
        // Kestrel's own way to say "every address", which is no URI.
        var readable = text.Replace("://*:", "://0.0.0.0:", StringComparison.Ordinal)
            .Replace("://+:", "://0.0.0.0:", StringComparison.Ordinal);
        if (!Uri.TryCreate(readable, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            wrong = $"'{text}' is no address to listen on.";
        }
        else if (!mayBeSecure && uri.Scheme != Uri.UriSchemeHttp)
        {
            wrong = $"'{text}' is not plain HTTP: members secure what they say to each other by themselves.";
        }
        else if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            wrong = $"'{text}' is neither http nor https.";
        }
        else if (uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            wrong = $"'{text}' holds more than an address and a port.";
        }
        else if (uri.Host == "localhost")
        {
            address = IPAddress.Loopback;
        }
        else if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out address!))
        {
            // Kestrel takes any name for "every address" without a word: the opposite of what somebody who writes a name wants.
            wrong = $"'{uri.Host}' is a name, not an address of this machine.";
        }

        port = uri?.Port ?? 0;
        return wrong.Length == 0;
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
