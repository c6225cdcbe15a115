-- Everything that a member writes about an entity names the epoch of its shard, and is written while the shard's row is locked against
-- a change of owner. "at" of events is the clock of this database; "at" of wakeups are ticks of 100 ns since year 1, UTC (exact: a deadline that
-- is read back is the deadline that was written). Ids and words compare by their bytes (COLLATE "C"): the order of a list is the same
-- on every server, whatever its locale.
--
-- roles.sql beside this file makes a role that may serve but not change the schema.

CREATE TABLE streamsupervisor.meta(
  name  text PRIMARY KEY,
  value text NOT NULL
);

-- One row for each incarnation of a process; one heartbeat for a member, not for a shard.
CREATE TABLE streamsupervisor.member(
  member_id   uuid        PRIMARY KEY,
  number      int         GENERATED ALWAYS AS IDENTITY,  -- names the advisory lock of the member's session
  name        text        NOT NULL,
  base_url    text        NOT NULL,
  state       smallint    NOT NULL,                      -- 1 active, 2 draining; for ever: 3 dead, 4 left
  beat        bigint      NOT NULL DEFAULT 0,            -- +1 with each renewal; who declares a death names the beat it saw
  lease_until timestamptz NOT NULL,                      -- by the clock of this database, as every comparison with it
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- A fixed number of rows. The epoch is the fencing token: +1 with every change of owner and after every write whose outcome is unknown.
CREATE TABLE streamsupervisor.shard(
  shard    int    PRIMARY KEY,
  epoch    bigint NOT NULL DEFAULT 0,
  owner    uuid,                                         -- null: free
  want     uuid,                                         -- who waits for a planned handoff
  revision bigint NOT NULL DEFAULT 0                     -- +1 with every change of the row: their sum is the version of the map
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE streamsupervisor.journal(
  shard     int         NOT NULL,
  entity_id text        NOT NULL COLLATE "C",
  sequence  bigint      NOT NULL,
  epoch     bigint      NOT NULL,
  kind      text        NOT NULL COLLATE "C",
  at        timestamptz NOT NULL,
  payload   bytea       NOT NULL,
  PRIMARY KEY(shard, entity_id, sequence)
);

CREATE TABLE streamsupervisor.snapshot(
  shard     int    NOT NULL,
  entity_id text   NOT NULL COLLATE "C",
  sequence  bigint NOT NULL,
  epoch     bigint NOT NULL,
  state     bytea  NOT NULL,
  PRIMARY KEY(shard, entity_id)
) WITH (fillfactor = 80);

-- Effects that were started and not ended: small, and every row soon deleted.
CREATE TABLE streamsupervisor.outbox(
  shard     int    NOT NULL,
  entity_id text   NOT NULL COLLATE "C",
  name      text   NOT NULL COLLATE "C",
  sequence  bigint NOT NULL,
  body      bytea  NOT NULL,
  PRIMARY KEY(shard, entity_id, name)
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE streamsupervisor.wakeup(
  shard     int    NOT NULL,
  entity_id text   NOT NULL COLLATE "C",
  at        bigint NOT NULL,
  PRIMARY KEY(shard, entity_id)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.05);

-- Labels. An id belongs to one shard for the life of the database, so the id alone is the key, and a list in its order needs no sort.
CREATE TABLE streamsupervisor.entity(
  entity_id text    PRIMARY KEY COLLATE "C",
  shard     int     NOT NULL,
  status    text    NOT NULL COLLATE "C",
  place     text    NOT NULL COLLATE "C",
  resident  boolean NOT NULL,
  summary   bytea   NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX entity_by_status ON streamsupervisor.entity(status, entity_id);
CREATE INDEX entity_resident ON streamsupervisor.entity(shard) WHERE resident;
