using System.Net;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Commands;

/// <content>What is signed, and what is not.</content>
public static partial class TokensCommand
{
    /// <summary>What would be signed and be good for nobody, or for more than was meant; null when all is well.</summary>
    private static string? WhatIsWrong(CredentialScheme scheme, string key, bool pattern, string subject, TimeSpan valid, string? address)
    {
        if (!pattern && key.Contains('*', StringComparison.Ordinal))
        {
            return $"--key: '{key}' is a pattern, and a token for it opens every key that matches. Write one key such as live/cam1, or "
                + "add --pattern.";
        }

        if (pattern && scheme is not (CredentialScheme.Token or CredentialScheme.Jwt))
        {
            return "--pattern: Only token and jwt are good for several keys. Leave it out, and sign each key by itself.";
        }

        if (!pattern && !StreamKey.TryParse(key, out _))
        {
            return $"--key: '{key}' is no stream key; write app/stream or vhost/app/stream.";
        }

        if (valid < TimeSpan.FromSeconds(1))
        {
            return "--valid: It would be over before anybody can use it. Write 15m, 12h or 30d.";
        }

        if (subject.Length is 0 or > SignedToken.MaxSubject || subject.Any(char.IsControl))
        {
            return $"--subject: Name who will publish with it, in 1 to {SignedToken.MaxSubject} characters.";
        }

        // IPAddress reads "1" and "10.1" too, as nobody means them.
        return address is null ? null
            : scheme != CredentialScheme.Token ? "--address: Only token can be bound to an address. Leave it out."
            : IPAddress.TryParse(address, out _) && (address.Contains(':', StringComparison.Ordinal)
                || address.Count(c => c == '.') == 3) ? null
            : $"--address: '{address}' is no IP address; write one such as 203.0.113.7.";
    }

    private static string? Make(CredentialScheme scheme, string key, string subject, string? address, string secret, DateTimeOffset expires,
        out string problem)
    {
        problem = "";
        if (scheme is CredentialScheme.Token or CredentialScheme.Jwt)
        {
            if (!StreamPattern.TryParse(key, out _, out var wrong))
            {
                problem = wrong;
                return null;
            }

            if (scheme == CredentialScheme.Token)
            {
                var claims = new TokenClaims(subject, key, expires.ToUnixTimeSeconds(), address);
                return $"{SignedTokenCheck.DefaultParameter}={SignedToken.Sign(claims, Encoding.UTF8.GetBytes(secret))}";
            }

            if (Encoding.UTF8.GetByteCount(secret) < 32)
            {
                problem = "The secret is too short: HS256 needs at least 32 bytes.";
                return null;
            }

            var credentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)),
                SecurityAlgorithms.HmacSha256);
            var descriptor = new SecurityTokenDescriptor
            {
                Claims = new Dictionary<string, object> { ["sub"] = subject, ["key"] = key, ["exp"] = expires.ToUnixTimeSeconds() },
                SigningCredentials = credentials,
            };
            var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
            return $"{JwtCheck.DefaultParameter}={token}";
        }

        if (!StreamKey.TryParse(key, out var streamKey))
        {
            problem = $"'{key}' is no stream key; write app/stream or vhost/app/stream.";
            return null;
        }

        switch (scheme)
        {
            case CredentialScheme.Tencent:
                return TencentSignature.Sign(streamKey.Stream, expires, secret);
            case CredentialScheme.Aliyun:
                return AliyunSignature.Sign(streamKey.App, streamKey.Stream, expires, secret);
            default:
                problem = "There is nothing to sign for this scheme: the secret itself is the credential.";
                return null;
        }
    }
}
