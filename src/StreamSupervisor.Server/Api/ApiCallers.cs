using System.Net;
using System.Security.Cryptography;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Configuration.Validation;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Server.Api;

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

    private volatile IReadOnlyList<ApiKey> _keys;
    private readonly GuessBuckets<string> _guesses = new(GuessLimit, GuessWindow, GuessesTracked);
    private readonly TimeProvider _time;

    public ApiCallers(ApiOptions options, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _keys = KeysOf(options);
    }

    /// <summary>Knows these keys from now on, and no others.</summary>
    public void Use(ApiOptions options) => _keys = KeysOf(options);

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

    /// <summary>Which key it is; null: none.</summary>
    public ApiKey? Find(string presented)
    {
        // All keys are compared, each over its hash: neither how much of a key is right nor which one was tried shows in the time.
        var hash = ApiKeyHash.Of(presented);
        ApiKey? found = null;
        foreach (var known in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known.Hash, hash))
            {
                found ??= known;
            }
        }

        return found;
    }

    /// <summary>The key of a name; null: there is none.</summary>
    public ApiKey? Named(string name) => _keys.FirstOrDefault(key => key.Caller.Name == name);

    /// <summary>Whether a caller that was known when it came still is, with the same rights: for who stays and listens.</summary>
    public bool Knows(ApiCaller caller) => caller == ApiCaller.Local
        ? !AskForKey
        : Named(caller.Name)?.Caller == caller && !(caller.Expires <= _time.GetUtcNow());

    /// <summary>The keys that end, and when.</summary>
    public IEnumerable<(string Name, DateTimeOffset At)> Ends =>
        _keys.Where(key => key.Caller.Expires is not null).Select(key => (key.Caller.Name, key.Caller.Expires!.Value));

    /// <summary>Which keys are over or will be soon, in sentences; null: none.</summary>
    public string? WhatEnds()
    {
        var now = _time.GetUtcNow();
        var ending = _keys.Where(key => key.Caller.Expires < now + ApiValidator.EndsSoon).Select(key =>
            key.Caller.Expires <= now
                ? $"The API key '{key.Caller.Name}' is over since {key.Caller.Expires.Value.UtcDateTime:u} and refused."
                : $"The API key '{key.Caller.Name}' ends at {key.Caller.Expires!.Value.UtcDateTime:u}.").ToList();
        return ending.Count > 0 ? string.Join(' ', ending) : null;
    }

    /// <summary>One try to show who calls, which is counted where it is wrong.</summary>
    /// <param name="call">From whose address.</param>
    /// <param name="prove">Looks at what was sent; not called for an address that has guessed too often.</param>
    public (ApiCaller? Caller, ApiProblem? Problem) Try(HttpContext call, Func<ApiKey?> prove)
    {
        var (address, now) = (GuessBuckets.NetworkOf(call.Connection.RemoteIpAddress), _time.GetUtcNow());
        if (_guesses.FullAgainIn(address, now) is { } wait)
        {
            return (null, Problems.TooManyGuesses.Of(
                $"{GuessLimit} wrong API keys came from this address within a minute. No key is looked at from there until one of them is "
                    + "a minute old.", wait));
        }

        if (prove() is not { Caller: var found })
        {
            _guesses.Count(address, now);
            return (null, Problems.KeyWrong.Of("The API key that was sent is not one of api.keys."));
        }

        // Who has it knows it: it is no guess, and the one who uses it shall read why it stopped.
        return found.Expires <= now
            ? (null, Problems.KeyExpired.Of(
                $"The API key '{found.Name}' has ended at {found.Expires.Value.UtcDateTime:u}. Ask whoever runs this supervisor for "
                    + "another."))
            : (found, null);
    }

    private static List<ApiKey> KeysOf(ApiOptions options) => [.. options.Keys.Select(ApiKey.Of)];
}
