using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// The id of a registration: <c>{key in base64url}.{128 random bits}</c>. The key is in it so that any member finds the entity without a
/// table; the random part so that nobody can speak for another's registration.
/// </summary>
internal static class RegistrationName
{
    public static string Make(StreamKey key)
    {
        var (name, chance) = (Encoding.UTF8.GetBytes(key.ToString()), RandomNumberGenerator.GetBytes(16));
        return $"{Base64Url.EncodeToString(name)}.{Convert.ToHexStringLower(chance)}";
    }

    public static bool TryRead(string id, out StreamKey key)
    {
        key = default;
        var dot = id.LastIndexOf('.');
        if (dot <= 0 || id.Length > 4 * StreamKey.MaxLength)
        {
            return false;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(dot)];
        return Base64Url.DecodeFromChars(id.AsSpan(0, dot), bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && StreamKey.TryParse(Encoding.UTF8.GetString(bytes, 0, written), out key);
    }
}
