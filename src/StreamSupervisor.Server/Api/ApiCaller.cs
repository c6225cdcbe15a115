using System.Net;
using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Server.Api;

/// <summary>Who calls: stands in the journal as the one who gave an order.</summary>
/// <param name="Name">The name of the API key, or <c>local</c>.</param>
/// <param name="MayOperate">Whether it may change anything.</param>
internal sealed record ApiCaller(string Name, bool MayOperate)
{
    public static readonly ApiCaller Local = new("local", MayOperate: true);

    /// <summary>Who gave an order, for the journal. With a key it keeps whose key it was, whatever name the caller gives itself.</summary>
    /// <param name="by">As the caller names itself; null: not at all.</param>
    public string Named(string? by) => by is null ? Name : this == Local || by == Name ? by : $"{by} via {Name}";
}

/// <summary>
/// Decides who may call. Without API keys, whoever is on this machine may do everything; with keys, every caller needs one, on this machine
/// too: the operator who wrote keys into the settings wants to know who does what.
///
/// Being on this machine is told by the connection and nothing else. Two kinds of callers are on this machine and yet speak for
/// somebody who is not, and are refused: a browser that shows a foreign page (it says so in <c>Origin</c> and <c>Sec-Fetch-Site</c>; a name
/// that was pointed to 127.0.0.1 to pass for the same site shows in <c>Host</c>), and a reverse proxy (any header of theirs will do; one
/// that keeps it to itself can't be told from a local program, so keys belong behind a proxy).
///
/// Guessing is slowed: after <see cref="GuessLimit"/> wrong keys within a minute an address is refused unlooked, also with the right key.
/// </summary>
internal sealed class ApiCallers
{
    /// <summary>Enough for a person with two keys, and for a script that runs with an old one until somebody looks.</summary>
    public const int GuessLimit = 10;
    private const int GuessesTracked = 10_000;
    private static readonly TimeSpan GuessWindow = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<(byte[] Hash, ApiCaller Caller)> _keys;
    private readonly GuessBuckets<string> _guesses = new(GuessLimit, GuessWindow, GuessesTracked);
    private readonly TimeProvider _time;

    public ApiCallers(ApiOptions options, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _keys = [.. options.Keys.Select(key => (Hash(key.Key), new ApiCaller(key.Name, key.Role == "operate")))];
    }

    /// <summary>Whether a key is needed, on this machine too.</summary>
    public bool AskForKey => _keys.Count > 0;

    /// <summary>Who it is, or why it is not answered.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) Identify(HttpContext call)
    {
        if (CallOrigin.IsForeignPage(call.Request))
        {
            return (null, Problems.CrossSite.Of(
                "This call comes from a web page of another site. Call from a program, or from the supervisor's own pages."));
        }

        return _keys.Count == 0 ? IdentifyLocal(call) : IdentifyByKey(call);
    }

    private static (ApiCaller?, ApiProblem?) IdentifyLocal(HttpContext call)
    {
        const string fix = "Set api.keys in the configuration and send one as 'Authorization: Bearer KEY'.";
        var address = call.Connection.RemoteIpAddress;
        if (address is null || !IPAddress.IsLoopback(address))
        {
            return (null, Problems.LoopbackOnly.Of($"No API keys are configured, so only callers from loopback are answered. {fix}"));
        }

        if (CallOrigin.IsForwarded(call.Request))
        {
            return (null, Problems.LoopbackOnly.Of($"No API keys are configured, and this call was forwarded by a proxy. {fix}"));
        }

        if (!CallOrigin.IsPlainHost(call.Request))
        {
            return (null, Problems.LoopbackOnly.Of(
                $"No API keys are configured, so the host must be written as localhost or as an address, not as a name. {fix}"));
        }

        return (ApiCaller.Local, null);
    }

    private (ApiCaller?, ApiProblem?) IdentifyByKey(HttpContext call)
    {
        var request = call.Request;
        const string scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        var presented = authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[scheme.Length..].Trim()
            : request.Headers["X-Api-Key"].ToString();
        if (presented.Length == 0)
        {
            return (null, Problems.KeyMissing.Of("Send an API key as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'."));
        }

        return Try(call, () => Find(presented));
    }

    /// <summary>Whose key it is; null: nobody's.</summary>
    public ApiCaller? Find(string presented)
    {
        // All keys are compared, each over its hash: neither how much of a key is right nor which one was tried shows in the time.
        var hash = Hash(presented);
        ApiCaller? found = null;
        foreach (var (known, caller) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
            {
                found ??= caller;
            }
        }

        return found;
    }

    /// <summary>One try to show who calls, which is counted where it is wrong.</summary>
    /// <param name="call">From whose address.</param>
    /// <param name="prove">Looks at what was sent; not called for an address that has guessed too often.</param>
    public (ApiCaller? Caller, ApiProblem? Problem) Try(HttpContext call, Func<ApiCaller?> prove)
    {
        var (address, now) = (GuessBuckets.NetworkOf(call.Connection.RemoteIpAddress), _time.GetUtcNow());
        if (_guesses.FullAgainIn(address, now) is { } wait)
        {
            return (null, Problems.TooManyGuesses.Of(
                $"{GuessLimit} wrong API keys came from this address within a minute. No key is looked at from there until one of them is "
                    + "a minute old.", wait));
        }

        if (prove() is not { } found)
        {
            _guesses.Count(address, now);
            return (null, Problems.KeyWrong.Of("The API key that was sent is not one of api.keys."));
        }

        return (found, null);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
