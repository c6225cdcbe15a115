using Npgsql;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>
/// The append: one statement, one round trip, one implicit transaction for a batch.
/// </summary>
/// <remarks>
/// <para><b>Guarantees.</b> <c>own</c> locks the rows of the batch's shards against a change of owner, in the order of their numbers, and
/// holds the locks to the commit. So a new owner gets its epoch either before the lock (then the row that is read again under the lock
/// names another owner or epoch: fenced) or after the commit (then it reads what was written). <c>looked</c> compares the last stored
/// sequence. All that is written hangs on <c>ok</c>: each request whole or not at all, one beside the other.</para>
/// <para><b>How it can still fail.</b> The statement reads the journal as it was when it began. Two appends of one entity under one epoch
/// could both see the same last sequence; the primary key of the journal then undoes the second one as a whole (23505), and it is run again
/// and sees the truth. Nothing here says ON CONFLICT for events: that would let half a request through.</para>
/// <para><b>Rejected.</b> Raising a counter in the shard's row as the fence: every append would make a dead version of the hottest row, and
/// the throughput falls to an eighth within 20 s beside an old snapshot. NOTIFY in this transaction: commits take turns for it. One
/// statement for each entity: a round trip and a commit each.</para>
/// <para><b>Shape.</b> Rows of all kinds carry the number of their request, and <c>(r IN (SELECT r FROM ok)) IS TRUE</c> picks those that
/// may be written. A plain join would say the same, but the planner believes that an array holds ten rows and takes nested loops: 512 x 512
/// comparisons. IS TRUE keeps it from turning IN into such a join; what remains is a hash table, built once.</para>
/// </remarks>
internal sealed class PostgresAppend
{
    private const string Sql =
        """
        WITH own AS MATERIALIZED (
          SELECT shard, epoch FROM streamsupervisor.shard WHERE owner = $1 AND shard = ANY($2) ORDER BY shard FOR SHARE),
        looked AS MATERIALIZED (
          SELECT q.*,
            ((q.shard, q.epoch) IN (SELECT shard, epoch FROM own)) IS TRUE AS owned,
            q.previous = coalesce((SELECT j.sequence FROM streamsupervisor.journal j
              WHERE j.shard = q.shard AND j.entity_id = q.entity_id ORDER BY j.sequence DESC LIMIT 1), 0) AS behind_last
          FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY
            AS q(shard, epoch, entity_id, previous, sequence, snapshot, wake_at, status, place, resident, summary, r)),
        ok AS MATERIALIZED (SELECT * FROM looked WHERE owned AND behind_last),
        events AS (
          INSERT INTO streamsupervisor.journal(shard, entity_id, sequence, epoch, kind, at, payload)
          SELECT e.shard, e.entity_id, e.sequence, e.epoch, e.kind, clock_timestamp(), e.payload
          FROM unnest($14, $15, $16, $17, $18, $19, $20) AS e(r, shard, entity_id, sequence, epoch, kind, payload)
          WHERE (e.r IN (SELECT r FROM ok)) IS TRUE),
        snapshots AS (
          INSERT INTO streamsupervisor.snapshot AS s (shard, entity_id, sequence, epoch, state)
          SELECT shard, entity_id, sequence, epoch, snapshot FROM ok WHERE snapshot IS NOT NULL
          ON CONFLICT (shard, entity_id) DO UPDATE SET sequence = excluded.sequence, epoch = excluded.epoch, state = excluded.state),
        ended AS (
          DELETE FROM streamsupervisor.outbox o USING unnest($21, $22, $23, $24) AS e(r, shard, entity_id, name)
          WHERE o.shard = e.shard AND o.entity_id = e.entity_id AND o.name = e.name AND (e.r IN (SELECT r FROM ok)) IS TRUE
          RETURNING 1),
        started AS (
          INSERT INTO streamsupervisor.outbox(shard, entity_id, name, sequence, body)
          SELECT e.shard, e.entity_id, e.name, e.sequence, e.body
          FROM unnest($25, $26, $27, $28, $29, $30) AS e(r, shard, entity_id, name, sequence, body),
            (SELECT count(*) FROM ended) AS after_what_ended
          WHERE (e.r IN (SELECT r FROM ok)) IS TRUE
          ON CONFLICT DO NOTHING),
        woken AS (
          INSERT INTO streamsupervisor.wakeup AS w (shard, entity_id, at)
          SELECT shard, entity_id, wake_at FROM ok WHERE wake_at IS NOT NULL
          ON CONFLICT (shard, entity_id) DO UPDATE SET at = excluded.at WHERE w.at <> excluded.at),
        unwoken AS (
          DELETE FROM streamsupervisor.wakeup w USING ok
          WHERE ok.wake_at IS NULL AND w.shard = ok.shard AND w.entity_id = ok.entity_id),
        labelled AS (
          INSERT INTO streamsupervisor.entity AS l (entity_id, shard, status, place, resident, summary)
          SELECT entity_id, shard, status, place, resident, summary FROM ok WHERE status IS NOT NULL
          ON CONFLICT (entity_id) DO UPDATE SET shard = excluded.shard, status = excluded.status, place = excluded.place,
            resident = excluded.resident, summary = excluded.summary)
        SELECT array_agg(CASE WHEN NOT owned THEN 2 WHEN NOT behind_last THEN 3 ELSE 1 END ORDER BY r) FROM looked
        """;

    private readonly NpgsqlCommand _command;
    private readonly List<Action> _clear = [];

    private readonly List<int> _locked;
    private readonly List<int> _shard;
    private readonly List<long> _epoch;
    private readonly List<string> _id;
    private readonly List<long> _previous;
    private readonly List<long> _sequence;
    private readonly List<ReadOnlyMemory<byte>?> _snapshot;
    private readonly List<long?> _wakeAt;
    private readonly List<string?> _status;
    private readonly List<string?> _place;
    private readonly List<bool?> _resident;
    private readonly List<ReadOnlyMemory<byte>?> _summary;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<long> Sequence, List<long> Epoch, List<string> Kind,
        List<ReadOnlyMemory<byte>> Payload) _event;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<string> Name) _ended;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<string> Name, List<long> Sequence, List<ReadOnlyMemory<byte>> Body) _started;

    private PostgresAppend(NpgsqlCommand command, Guid owner)
    {
        _command = command;
        _ = command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = owner });
        _locked = Column<int>();
        (_shard, _epoch, _id, _previous, _sequence) = (Column<int>(), Column<long>(), Column<string>(), Column<long>(), Column<long>());
        (_snapshot, _wakeAt, _status, _place, _resident, _summary) =
            (Column<ReadOnlyMemory<byte>?>(), Column<long?>(), Column<string?>(), Column<string?>(), Column<bool?>(), Column<ReadOnlyMemory<byte>?>());
        _event = (Column<int>(), Column<int>(), Column<string>(), Column<long>(), Column<long>(), Column<string>(), Column<ReadOnlyMemory<byte>>());
        _ended = (Column<int>(), Column<int>(), Column<string>(), Column<string>());
        _started = (Column<int>(), Column<int>(), Column<string>(), Column<string>(), Column<long>(), Column<ReadOnlyMemory<byte>>());
    }

    /// <summary>Prepares the statement on a connection that is kept for it.</summary>
    public static async Task<PostgresAppend> PrepareAsync(NpgsqlConnection connection, Guid owner, CancellationToken cancellation)
    {
        var append = new PostgresAppend(new NpgsqlCommand(Sql, connection), owner);
        await append._command.PrepareAsync(cancellation);
        return append;
    }

    /// <summary>Appends requests of different entities.</summary>
    /// <returns>Their outcomes, in their order; never Unknown.</returns>
    public async Task<int[]> RunAsync(IReadOnlyList<AppendRequest> requests, CancellationToken cancellation)
    {
        foreach (var clear in _clear)
        {
            clear();
        }

        for (var i = 0; i < requests.Count; i++)
        {
            Add(requests[i], i + 1);
        }

        _locked.AddRange(_shard.Distinct());

        int[] outcomes = [];
        await using var reader = await _command.ExecuteReaderAsync(cancellation);
        if (await reader.ReadAsync(cancellation))
        {
            outcomes = reader.GetFieldValue<int[]>(0);
        }

        // The row comes before the commit. Only the end of the results says that the server is ready again, and so that it has committed.
        while (await reader.NextResultAsync(cancellation))
        {
        }

        return outcomes.Length == requests.Count
            ? outcomes
            : throw new InvalidDataException("The append statement gave another number of outcomes than it got requests.");
    }

    private void Add(AppendRequest request, int number)
    {
        var (shard, epoch) = request.Owner;
        var id = request.EntityId;
        _shard.Add(shard);
        _epoch.Add(epoch);
        _id.Add(id);
        _previous.Add(request.PreviousSequence);
        _sequence.Add(request.LastSequence);
        _snapshot.Add(request.Snapshot);
        _wakeAt.Add(request.WakeAt?.UtcTicks);
        _status.Add(request.Labels?.Status);
        _place.Add(request.Labels?.Place);
        _resident.Add(request.Labels?.Resident);
        _summary.Add(request.Labels?.Summary);

        for (var i = 0; i < request.Events.Count; i++)
        {
            _event.Request.Add(number);
            _event.Shard.Add(shard);
            _event.Id.Add(id);
            _event.Sequence.Add(request.PreviousSequence + 1 + i);
            _event.Epoch.Add(epoch);
            _event.Kind.Add(request.Events[i].Kind);
            _event.Payload.Add(request.Events[i].Payload);
        }

        foreach (var name in request.EffectsEnded)
        {
            _ended.Request.Add(number);
            _ended.Shard.Add(shard);
            _ended.Id.Add(id);
            _ended.Name.Add(name);
        }

        foreach (var effect in request.EffectsStarted)
        {
            _started.Request.Add(number);
            _started.Shard.Add(shard);
            _started.Id.Add(id);
            _started.Name.Add(effect.Name);
            _started.Sequence.Add(request.LastSequence);
            _started.Body.Add(effect.Body);
        }
    }

    /// <summary>A list that is the next parameter, and is filled anew for each batch.</summary>
    private List<T> Column<T>()
    {
        var column = new List<T>();
        _ = _command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column });
        _clear.Add(column.Clear);
        return column;
    }
}
