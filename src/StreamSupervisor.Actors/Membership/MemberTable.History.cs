using System.Globalization;
using Npgsql;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Actors.Membership;

/// <content>What the database says of its own past: <see cref="RollbackDetector"/> reads it.</content>
public sealed partial class MemberTable
{
    /// <summary>Kept as a setting: <c>epoch identity</c>.</summary>
    private const string Row = "'history'";

    /// <summary>Since 2026.</summary>
    private const string SecondsNow = "(extract(epoch FROM clock_timestamp())::bigint - 1767225600)";

    /// <summary>Some services forbid or lack these functions; a rollback is then noticed by the count of the beats only.</summary>
    private bool _saysNoIdentity;

    /// <summary>What stands in the database, and which server answers.</summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    internal (StoreHistory? Recorded, bool IsRecent, string Identity) LookBack()
    {
        var recorded = Query(_beats, "its history",
            $"""
            SELECT convert_from(value, 'UTF8'), split_part(convert_from(value, 'UTF8'), ' ', 1)::bigint > {SecondsNow} - 15
            FROM streamsupervisor.setting WHERE name = {Row}
            """, row => (History: Parse(row.GetString(0)), IsRecent: row.GetBoolean(1)));
        return recorded is [var one] ? (one.History, one.IsRecent, Identity()) : (null, false, Identity());
    }

    /// <summary>Writes down which server this is, where nobody has yet.</summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    internal StoreHistory Record(string identity)
    {
        _ = Execute(_beats, "its history",
            $"""
            INSERT INTO streamsupervisor.setting(name, value) VALUES ({Row}, convert_to('0 ' || $1, 'UTF8'))
            ON CONFLICT (name) DO NOTHING RETURNING 1
            """, identity);
        return new StoreHistory(0, identity);
    }

    /// <summary>
    /// Raises the epoch above one that was seen, unless another member has done it on this very server.
    /// </summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    internal StoreHistory RaiseEpoch(long above, string identity) => Query(_moves, "a new epoch",
        $"""
        WITH raised AS (
          INSERT INTO streamsupervisor.setting AS old (name, value)
          VALUES ({Row}, convert_to(greatest($1 + 1, {SecondsNow})::text || ' ' || $2,
            'UTF8'))
          ON CONFLICT (name) DO UPDATE SET value = CASE
            WHEN split_part(convert_from(old.value, 'UTF8'), ' ', 1)::bigint > $1
              AND split_part(convert_from(old.value, 'UTF8'), ' ', 2) = $2
            THEN old.value
            ELSE convert_to(greatest(split_part(convert_from(old.value, 'UTF8'), ' ', 1)::bigint + 1, $1 + 1,
              {SecondsNow})::text || ' ' || $2, 'UTF8') END
          RETURNING convert_from(value, 'UTF8') AS history)
        SELECT history, pg_notify('streamsupervisor_members', '') FROM raised
        """, row => Parse(row.GetString(0)), above, identity)[0];

    /// <summary>
    /// Deletes snapshots that came from records that are gone: one that is ahead of the journal would keep its key from ever writing
    /// again. Keys whose row in the stream index did are woken, so that they write another.
    /// </summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    internal void ForgetWhatIsGone() => _ = Execute(_moves, "the stream index",
        """
        UPDATE streamsupervisor.stream_index i SET sequence = 0, idle = false, open_work = true WHERE sequence > 0 AND NOT EXISTS (
          SELECT 1 FROM streamsupervisor.event_journal j
          WHERE j.persistence_id = 'live-stream/' || i.key AND j.sequence_number >= i.sequence);
        DELETE FROM streamsupervisor.event_snapshot s WHERE NOT EXISTS (
          SELECT 1 FROM streamsupervisor.event_journal j
          WHERE j.persistence_id = s.persistence_id AND j.sequence_number >= s.sequence_number)
        """);

    /// <summary>
    /// Enters a member again that the database has forgotten, as it was, in the cluster that it is in.
    /// </summary>
    /// <returns>False when members that beat are in another cluster: then this one must end.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    internal bool TryReturn(MemberIdentity self, MemberState state, Guid cluster, TimeSpan lease) => ExecuteAlone("entering again",
        """
        INSERT INTO streamsupervisor.cluster_member (incarnation, name, advertised, akka_address, uid, state, cluster, lease_until)
        SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8 WHERE NOT EXISTS (
          SELECT 1 FROM streamsupervisor.cluster_member m
          WHERE m.state IN (1, 2) AND m.cluster IS DISTINCT FROM $7 AND m.lease_until > clock_timestamp())
        ON CONFLICT (incarnation) DO NOTHING RETURNING 1
        """, self.Incarnation, self.Name, self.Advertised, self.Address.ToString(), self.Uid, (short)state, cluster, lease) == 1;

    private string Identity()
    {
        if (_saysNoIdentity)
        {
            return "";
        }

        try
        {
            return Query(_beats, "which server it is",
                "SELECT system_identifier::text || '/' || ltrim(substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), '0') "
                + "FROM pg_control_system()", row => row.GetString(0))[0];
        }
        catch (MemberTableSilentException refused) when (refused.InnerException is PostgresException { SqlState: var state }
            && state is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.FeatureNotSupported
                or PostgresErrorCodes.UndefinedFunction)
        {
            _saysNoIdentity = true;
            return "";
        }
    }

    private static StoreHistory Parse(string stored) => stored.Split(' ', 2) is [var epoch, var identity]
        ? new StoreHistory(long.Parse(epoch, CultureInfo.InvariantCulture), identity)
        : throw new FormatException($"The setting 'history' holds '{stored}' instead of an epoch and an identity.");
}
