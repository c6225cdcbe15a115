using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// The long polls and event streams that this member serves at once. Bounded for each registration and each address too: one caller took
/// all places of a member otherwise, and every other encoder heard 503.
/// </summary>
internal sealed class WaitingPlaces(int most)
{
    /// <summary>A client that reconnects may hold its last place still; nobody needs more.</summary>
    public const int PerRegistration = 4;

    /// <summary>A site of encoders behind one address.</summary>
    public const int PerAddress = 32;

    private readonly System.Threading.Lock _lock = new();
    private readonly Dictionary<string, int> _byRegistration = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byAddress = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>A place until it is disposed.</summary>
    /// <exception cref="ApiProblemException">There is none.</exception>
    public IDisposable Take(string registration, string address)
    {
        lock (_lock)
        {
            if (_taken >= most)
            {
                throw new ApiProblemException(Problems.Overloaded.Of(
                    "Too many calls wait for decisions on this member. Ask without wait, or ask another member."));
            }

            if (_byRegistration.GetValueOrDefault(registration) >= PerRegistration)
            {
                throw new ApiProblemException(Problems.TooManyWaits.Of(
                    $"{PerRegistration} calls wait for this registration already. End one of them, or ask without wait."));
            }

            if (_byAddress.GetValueOrDefault(address) >= PerAddress)
            {
                throw new ApiProblemException(Problems.TooManyWaits.Of(
                    $"{PerAddress} calls from this address wait already. End one of them, or ask without wait."));
            }

            _taken++;
            _byRegistration[registration] = _byRegistration.GetValueOrDefault(registration) + 1;
            _byAddress[address] = _byAddress.GetValueOrDefault(address) + 1;
        }

        return new Place(this, registration, address);
    }

    private void Return(string registration, string address)
    {
        lock (_lock)
        {
            _taken--;
            Less(_byRegistration, registration);
            Less(_byAddress, address);
        }
    }

    private static void Less(Dictionary<string, int> counts, string name)
    {
        if (--counts[name] == 0)
        {
            counts.Remove(name);
        }
    }

    private sealed class Place(WaitingPlaces places, string registration, string address) : IDisposable
    {
        private bool _returned;

        public void Dispose()
        {
            if (!_returned)
            {
                _returned = true;
                places.Return(registration, address);
            }
        }
    }
}
