namespace StreamSupervisor.Cluster.Wakeups;

/// <summary>The deadline of one entity, in memory or not.</summary>
internal sealed class Wakeup(string entityId, Action<Wakeup> wake) : ITimed
{
    public string EntityId { get; } = entityId;
    public DateTimeOffset At { get; set; }
    public int TimerSlot { get; set; }

    public void Fire() => wake(this);
}
