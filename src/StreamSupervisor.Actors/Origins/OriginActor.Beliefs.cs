using Akka.Actor;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>What streams believe to be on the server: they tell it after each change, and the index is read beside it.</summary>
public sealed partial class OriginActor
{
    private BeliefBook _beliefs;
    private int _onAir;

    protected override void PostStop()
    {
        _services.Gauges.OnAir(-_onAir);
        base.PostStop();
    }

    private void CountOnAir()
    {
        _services.Gauges.OnAir(_beliefs.OnAir - _onAir);
        _onAir = _beliefs.OnAir;
    }

    private void Believe(BeliefsChanged changed)
    {
        if (changed.Epoch < _rollback.Epoch)
        {
            return;
        }

        var now = Now().Elapsed;
        var isAwaited = false;
        foreach (var belief in changed.Beliefs)
        {
            _beliefs.Changed(belief, now);
            ForgetAsked(belief);
            isAwaited |= _strangers.Remove(belief.Key);
        }

        CountOnAir();
        if (isAwaited)
        {
            _sweep.Tell(SweepMessage.Soon.Instance);
        }
    }

    /// <summary>
    /// The index is read again from time to time: a belief that is not in it and that nobody has spoken of for a while is one whose
    /// last message was lost. Its keys are enough where all is as known: 100,000 rows a minute would be the most that a member reads.
    /// </summary>
    private void Compare(KeysListed listed)
    {
        if (listed.Epoch == _rollback.Epoch && _beliefs.Knows(listed.Keys))
        {
            _beliefs.Forget(listed.Keys.Select(one => one.Key), _settings.ReloadEvery, Now().Elapsed);
            CountOnAir();
            Timers.StartSingleTimer(Load.Instance, Load.Instance, _settings.ReloadEvery);
            return;
        }

        _ = LoadAsync().PipeTo(Self);
    }

    private void Believe(Loaded loaded)
    {
        if (loaded.Epoch != _rollback.Epoch)
        {
            return; // Read before the store went back in time; it is read again in a while.
        }

        if (loaded.Beliefs is null)
        {
            _log.Once("load", Now().Elapsed, "{0}: what its streams are could not be read ({1}); it is asked again.", _name, loaded.Why);
            Timers.StartSingleTimer(Load.Instance, Load.Instance, LoadAgainAfter);
            return;
        }

        var first = _sweep.IsNobody();
        _beliefs.Reload(loaded.Beliefs, _settings.ReloadEvery, Now().Elapsed);
        CountOnAir();
        Timers.StartSingleTimer(Load.Instance, Load.Instance, first ? LoadAgainAfter : _settings.ReloadEvery);
        Begin();
    }

    private void Read() => _ = (_sweep.IsNobody() || _beliefs.Count == 0 ? LoadAsync() : ListAsync()).PipeTo(Self);

    private async Task<object> ListAsync()
    {
        var epoch = _rollback.Epoch;
        try
        {
            return new KeysListed(await _services.ListBeliefs(_name, CancellationToken.None), epoch);
        }
        catch (Exception failed)
        {
            return new Loaded(null, failed.Message, epoch);
        }
    }

    private async Task<object> LoadAsync()
    {
        var epoch = _rollback.Epoch;
        try
        {
            return new Loaded(await _services.LoadBeliefs(_name, CancellationToken.None), null, epoch);
        }
        catch (Exception failed)
        {
            return new Loaded(null, failed.Message, epoch);
        }
    }

    private sealed record Load
    {
        public static readonly Load Instance = new();
    }

    private sealed record KeysListed(IReadOnlyList<(StreamKey Key, long Sequence)> Keys, long Epoch);

    /// <summary>What the index said; null when it could not be read.</summary>
    private sealed record Loaded(IReadOnlyList<StreamBelief>? Beliefs, string? Why, long Epoch);
}
