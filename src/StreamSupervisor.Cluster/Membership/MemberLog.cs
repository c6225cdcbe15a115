using Microsoft.Extensions.Logging;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>What a member says at 3 a.m.</summary>
internal sealed partial class MemberLog(ILogger logger)
{
    [LoggerMessage(21, LogLevel.Information, "Joined the cluster as {Name} ({Url}, incarnation {Id}). The lease lasts {Lease} and is renewed every {Every}.")]
    public partial void Joined(string name, string url, Guid id, TimeSpan lease, TimeSpan every);

    [LoggerMessage(22, LogLevel.Warning, "The store does not answer ({What}): {Why}. The lease holds for another {Left}; trying again.")]
    public partial void StoreSilent(string what, string why, TimeSpan left);

    [LoggerMessage(23, LogLevel.Error,
        "The lease was not renewed for {Age}: stopped serving {Shards} shard(s), their streams hear nothing from here. Takes them back when the store answers, unless other members took them.")]
    public partial void Suspended(TimeSpan age, int shards);

    [LoggerMessage(24, LogLevel.Warning, "The lease is renewed again after {Age}: nobody declared this member dead. Taking back the {Shards} shard(s) that are still its own.")]
    public partial void Resumed(TimeSpan age, int shards);

    [LoggerMessage(25, LogLevel.Critical,
        "This incarnation ({Id}) was declared dead by another member or an operator, which is for ever: it stopped serving {Shards} shard(s) and the program must stop. A restart joins as a new one.")]
    public partial void Dead(Guid id, int shards);

    [LoggerMessage(26, LogLevel.Warning, "Member {Name} ({Url}) is dead ({Evidence}): its {Shards} shard(s) go to those who are left.")]
    public partial void DeclaredDead(string name, string url, DeathEvidence evidence, int shards);

    [LoggerMessage(27, LogLevel.Information, "Members: {Members}.")]
    public partial void MembersChanged(string members);

    [LoggerMessage(28, LogLevel.Information, "Took {Shards} shard(s) without an owner; owns {Owned} now.")]
    public partial void Grabbed(int shards, int owned);

    [LoggerMessage(29, LogLevel.Information, "Handing {Shards} shard(s) over to others.")]
    public partial void HandingOver(int shards);

    [LoggerMessage(30, LogLevel.Warning, "Shard {Shard} (epoch {Epoch}) could not be handed over to {To}: {Why}. Looking at the map again.")]
    public partial void NotHandedOver(int shard, long epoch, Guid to, string why);

    [LoggerMessage(31, LogLevel.Warning, "Shard {Shard}: another member owns it under epoch {Epoch}; stopped serving it under {Former}.")]
    public partial void TakenAway(int shard, long epoch, long former);

    [LoggerMessage(32, LogLevel.Information, "Draining: {Shards} shard(s) to hand over.")]
    public partial void Draining(int shards);

    [LoggerMessage(33, LogLevel.Information, "Left the cluster with {Shards} shard(s) not handed over; whoever is left takes them at once.")]
    public partial void Left(int shards);

    [LoggerMessage(34, LogLevel.Error, "The member's loop {What} failed and goes on.")]
    public partial void Failed(Exception fault, string what);

    [LoggerMessage(35, LogLevel.Warning, "The store does not answer on leaving: {Why}. The others take the shards when the lease is over.")]
    public partial void LeftUnsaid(string why);

    [LoggerMessage(36, LogLevel.Warning, "The member's session at the store is lost; opening another. Until then others see this member's end late.")]
    public partial void SessionLost();
}
