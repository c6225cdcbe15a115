-- Who is a member, by the clock of this database, and the lease that decides a partition. Nothing of a stream depends on these rows: two owners of a key
-- cannot both write to its journal, whatever stands here.

-- One row for each incarnation of a process. No statement takes a row out of state 3 or 4.
CREATE TABLE streamsupervisor.cluster_member(
  incarnation  uuid        PRIMARY KEY,
  number       int         GENERATED ALWAYS AS IDENTITY,      -- names the advisory lock of the member's session; the lowest is the oldest
  name         text        NOT NULL,
  advertised   text        NOT NULL,                          -- host:port that refuses connections when the process is gone
  akka_address text        NOT NULL,
  uid          int         NOT NULL,                          -- with akka_address: Akka's UniqueAddress
  state        smallint    NOT NULL,                          -- 0 joining, 1 active, 2 draining; for ever: 3 dead, 4 left
  cluster      uuid,                                          -- the cluster that it is in, or sets out to join; a founding takes it from those under way
  beat         bigint      NOT NULL DEFAULT 0,                -- +1 with each beat; who condemns a member names the beat that it saw
  beat_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until  timestamptz NOT NULL,
  started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at     timestamptz,
  why          text
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- A lease belongs to its holder for as long as the holder's own beat lasts.
CREATE TABLE streamsupervisor.cluster_lease(
  name     text        PRIMARY KEY,
  holder   uuid        NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
