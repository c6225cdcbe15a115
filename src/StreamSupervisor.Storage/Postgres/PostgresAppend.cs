using Npgsql;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>
/// The append: one statement, one round trip, one implicit transaction for a batch.
/// </summary>
/// <remarks>
/// <para><b>Guarantees.</b> <c>own</c> locks the rows of the batch's shards against a change of owner, in the order of their numbers, and
/// holds the locks to the commit. So a new owner gets its epoch either before the lock (then the row that is read again under the lock
/// names another owner or epoch: fenced) or after the commit (then it reads what was written). <c>changed</c> moves the entity's row on from
/// the sequence that the owner knows, and finds none to move when the journal stands elsewhere; a concurrent append of the same entity
/// waits for the row and looks at it again. All that is written hangs on <c>ok</c>: each request whole or not at all, one beside the other.</para>
/// <para><b>How it can still fail.</b> Should the row of an entity ever be behind its journal, the primary key of the journal undoes the
/// statement as a whole (23505). Nothing here says ON CONFLICT for events: that would let half a request through.</para>
/// <para><b>Rejected.</b> Raising a counter in the shard's row as the fence: every append would make a dead version of the hottest row, and
/// the throughput falls to an eighth within 20 s beside an old snapshot. NOTIFY in this transaction: commits take turns for it. One
/// statement for each entity: a round trip and a commit each. One text for all batches: a statement pays for each table that it names, also
/// where it writes nothing there, and most batches write the journal and the entities alone; so what is seldom needed is left out
/// (<see cref="Parts"/>). Reading the last sequence from the journal: a second index to descend for what the row knows.</para>
/// <para><b>Shape.</b> Rows of all kinds carry the number of their request, and <c>(r IN (SELECT r FROM ok)) IS TRUE</c> picks those that
/// may be written. A plain join would say the same, but the planner believes that an array holds ten rows and takes nested loops: 512 x 512
/// comparisons. IS TRUE keeps it from turning IN into such a join; what remains is a hash table, built once.</para>
/// </remarks>
internal sealed class PostgresAppend
{
    private readonly NpgsqlConnection _connection;
    private readonly Guid _owner;

    /// <summary>The statements of this connection by what they write; each is prepared when it is needed first.</summary>
    private readonly NpgsqlCommand?[] _commands = new NpgsqlCommand?[(int)Parts.All + 1];

    // The rows of a batch, column by column: the parameters of all statements, filled anew for each batch.
    private readonly List<Action> _clear = [];
    private readonly List<int> _locked;
    private readonly List<int> _shard;
    private readonly List<long> _epoch;
    private readonly List<string> _id;
    private readonly List<long> _previous;
    private readonly List<long> _sequence;
    private readonly List<long?> _wakeAt;
    private readonly List<string?> _status;
    private readonly List<string?> _place;
    private readonly List<bool?> _resident;
    private readonly List<ReadOnlyMemory<byte>?> _summary;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<long> Sequence, List<long> Epoch, List<string> Kind,
        List<ReadOnlyMemory<byte>> Payload) _event;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<long> Sequence, List<long> Epoch, List<ReadOnlyMemory<byte>> State) _snapshot;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<string> Name) _ended;
    private readonly (List<int> Request, List<int> Shard, List<string> Id, List<string> Name, List<long> Sequence, List<ReadOnlyMemory<byte>> Body) _started;
    private Parts _parts;

    public PostgresAppend(NpgsqlConnection connection, Guid owner)
    {
        (_connection, _owner) = (connection, owner);
        (_locked, _shard, _epoch, _id, _previous, _sequence) =
            (Column<int>(), Column<int>(), Column<long>(), Column<string>(), Column<long>(), Column<long>());
        (_wakeAt, _status, _place, _resident, _summary) =
            (Column<long?>(), Column<string?>(), Column<string?>(), Column<bool?>(), Column<ReadOnlyMemory<byte>?>());
        _event = (Column<int>(), Column<int>(), Column<string>(), Column<long>(), Column<long>(), Column<string>(), Column<ReadOnlyMemory<byte>>());
        _snapshot = (Column<int>(), Column<int>(), Column<string>(), Column<long>(), Column<long>(), Column<ReadOnlyMemory<byte>>());
        _ended = (Column<int>(), Column<int>(), Column<string>(), Column<string>());
        _started = (Column<int>(), Column<int>(), Column<string>(), Column<string>(), Column<long>(), Column<ReadOnlyMemory<byte>>());
    }

    /// <summary>What not every batch writes.</summary>
    [Flags]
    private enum Parts
    {
        None = 0,

        /// <summary>Entities that had no event before.</summary>
        Created = 1,
        Snapshots = 2,
        Ended = 4,
        Started = 8,
        All = Created | Snapshots | Ended | Started,
    }

    /// <summary>Appends requests of different entities.</summary>
    /// <returns>Their outcomes, in their order; never Unknown.</returns>
    public async Task<int[]> RunAsync(IReadOnlyList<AppendRequest> requests, CancellationToken cancellation)
    {
        _parts = Parts.None;
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
        var command = _commands[(int)_parts] ??= await PrepareAsync(_parts, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
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
        _wakeAt.Add(request.WakeAt?.UtcTicks);
        _status.Add(request.Labels?.Status);
        _place.Add(request.Labels?.Place);
        _resident.Add(request.Labels?.Resident);
        _summary.Add(request.Labels?.Summary);
        _parts |= request.PreviousSequence == 0 ? Parts.Created : Parts.None;

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

        if (request.Snapshot is { } state)
        {
            _snapshot.Request.Add(number);
            _snapshot.Shard.Add(shard);
            _snapshot.Id.Add(id);
            _snapshot.Sequence.Add(request.LastSequence);
            _snapshot.Epoch.Add(epoch);
            _snapshot.State.Add(state);
            _parts |= Parts.Snapshots;
        }

        foreach (var name in request.EffectsEnded)
        {
            _ended.Request.Add(number);
            _ended.Shard.Add(shard);
            _ended.Id.Add(id);
            _ended.Name.Add(name);
            _parts |= Parts.Ended;
        }

        foreach (var effect in request.EffectsStarted)
        {
            _started.Request.Add(number);
            _started.Shard.Add(shard);
            _started.Id.Add(id);
            _started.Name.Add(effect.Name);
            _started.Sequence.Add(request.LastSequence);
            _started.Body.Add(effect.Body);
            _parts |= Parts.Started;
        }
    }

    private async Task<NpgsqlCommand> PrepareAsync(Parts parts, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand { Connection = _connection };
        command.CommandText = Statement(parts, command.Parameters);
        await command.PrepareAsync(cancellation);
        return command;
    }

    private string Statement(Parts parts, NpgsqlParameterCollection parameters)
    {
        var created = parts.HasFlag(Parts.Created);
        return
            $"""
            WITH own AS MATERIALIZED (
              SELECT shard, epoch FROM streamsupervisor.shard WHERE owner = {In(_owner)} AND shard = ANY({In(_locked)}) ORDER BY shard FOR SHARE),
            asked AS MATERIALIZED (
              SELECT q.*, ((q.shard, q.epoch) IN (SELECT shard, epoch FROM own)) IS TRUE AS owned
              FROM unnest({In(_shard)}, {In(_epoch)}, {In(_id)}, {In(_previous)}, {In(_sequence)}, {In(_wakeAt)}, {In(_status)}, {In(_place)},
                {In(_resident)}, {In(_summary)}) WITH ORDINALITY
                AS q(shard, epoch, entity_id, previous, sequence, wake_at, status, place, resident, summary, r)),
            changed AS (
              UPDATE streamsupervisor.entity e SET sequence = a.sequence, wake_at = a.wake_at, status = coalesce(a.status, e.status),
                place = coalesce(a.place, e.place), resident = coalesce(a.resident, e.resident), summary = coalesce(a.summary, e.summary)
              FROM asked a WHERE a.owned AND e.entity_id = a.entity_id AND e.sequence = a.previous RETURNING a.r),
            {(created ? Created() : "")}
            ok AS MATERIALIZED (
              SELECT r FROM changed {(created ? "UNION ALL SELECT r FROM asked WHERE (entity_id IN (SELECT entity_id FROM created)) IS TRUE" : "")}),
            {(parts.HasFlag(Parts.Snapshots) ? Snapshots() : "")}
            {(parts.HasFlag(Parts.Ended) ? Ended() : "")}
            {(parts.HasFlag(Parts.Started) ? Started() : "")}
            events AS (
              INSERT INTO streamsupervisor.journal(shard, entity_id, sequence, epoch, kind, at, payload)
              SELECT e.shard, e.entity_id, e.sequence, e.epoch, e.kind, clock_timestamp(), e.payload
              FROM unnest({In(_event.Request)}, {In(_event.Shard)}, {In(_event.Id)}, {In(_event.Sequence)}, {In(_event.Epoch)}, {In(_event.Kind)},
                {In(_event.Payload)}) AS e(r, shard, entity_id, sequence, epoch, kind, payload)
              WHERE (e.r IN (SELECT r FROM ok)) IS TRUE)
            SELECT array_agg(CASE WHEN NOT owned THEN {(int)AppendOutcome.Fenced} WHEN (r IN (SELECT r FROM ok)) IS TRUE THEN {(int)AppendOutcome.Appended}
              ELSE {(int)AppendOutcome.Conflict} END ORDER BY r) FROM asked
            """;

        string Created() =>
            """
            created AS (
              INSERT INTO streamsupervisor.entity(entity_id, shard, sequence, wake_at, status, place, resident, summary)
              SELECT entity_id, shard, sequence, wake_at, status, place, coalesce(resident, false), summary FROM asked WHERE owned AND previous = 0
              ON CONFLICT DO NOTHING RETURNING entity_id),
            """;

        string Snapshots() =>
            $"""
            snapshots AS (
              INSERT INTO streamsupervisor.snapshot AS s (shard, entity_id, sequence, epoch, state)
              SELECT e.shard, e.entity_id, e.sequence, e.epoch, e.state
              FROM unnest({In(_snapshot.Request)}, {In(_snapshot.Shard)}, {In(_snapshot.Id)}, {In(_snapshot.Sequence)}, {In(_snapshot.Epoch)},
                {In(_snapshot.State)}) AS e(r, shard, entity_id, sequence, epoch, state)
              WHERE (e.r IN (SELECT r FROM ok)) IS TRUE
              ON CONFLICT (shard, entity_id) DO UPDATE SET sequence = excluded.sequence, epoch = excluded.epoch, state = excluded.state),
            """;

        string Ended() =>
            $"""
            ended AS (
              DELETE FROM streamsupervisor.outbox o
              USING unnest({In(_ended.Request)}, {In(_ended.Shard)}, {In(_ended.Id)}, {In(_ended.Name)}) AS e(r, shard, entity_id, name)
              WHERE o.shard = e.shard AND o.entity_id = e.entity_id AND o.name = e.name AND (e.r IN (SELECT r FROM ok)) IS TRUE
              RETURNING 1),
            """;

        // What one request both ends and starts stays open: the end comes first.
        string Started() =>
            $"""
            started AS (
              INSERT INTO streamsupervisor.outbox(shard, entity_id, name, sequence, body)
              SELECT e.shard, e.entity_id, e.name, e.sequence, e.body
              FROM unnest({In(_started.Request)}, {In(_started.Shard)}, {In(_started.Id)}, {In(_started.Name)}, {In(_started.Sequence)},
                {In(_started.Body)}) AS e(r, shard, entity_id, name, sequence, body)
                {(parts.HasFlag(Parts.Ended) ? ", (SELECT count(*) FROM ended) AS after_what_ended" : "")}
              WHERE (e.r IN (SELECT r FROM ok)) IS TRUE
              ON CONFLICT DO NOTHING),
            """;

        string In<T>(T value)
        {
            _ = parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
            return $"${parameters.Count}";
        }
    }

    /// <summary>A list that is filled anew for each batch.</summary>
    private List<T> Column<T>()
    {
        var column = new List<T>();
        _clear.Add(column.Clear);
        return column;
    }
}
