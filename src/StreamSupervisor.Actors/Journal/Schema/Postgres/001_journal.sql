-- The tables of Akka.Persistence.Sql under names and with columns that its settings name (PersistenceSettings), and the stream index. Ids
-- compare by their bytes (COLLATE "C"): the order of a list is the same on every server, whatever its locale. "created" is DateTime.Ticks
-- of the member that wrote; other times are milliseconds since 1970, UTC.
--
-- roles.sql beside this file makes a role that may serve but not change the schema.

CREATE TABLE streamsupervisor.setting(
  name  text  PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE streamsupervisor.event_journal(
  ordering        bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created         bigint  NOT NULL,
  deleted         boolean NOT NULL,
  persistence_id  text    NOT NULL COLLATE "C",
  sequence_number bigint  NOT NULL,
  identifier      integer NOT NULL,
  manifest        text    NOT NULL COLLATE "C",
  message         bytea   NOT NULL,

  -- What keeps histories linear: of two owners of a key only one can write its next row.
  CONSTRAINT event_journal_linear UNIQUE (persistence_id, sequence_number)
);

-- The other half of it: a row follows the row before. When an idle key was deleted as a whole, an owner that still remembers its numbers
-- cannot write beside a successor that has begun anew with 1; its write fails, and it recovers.
CREATE FUNCTION streamsupervisor.refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM streamsupervisor.event_journal WHERE persistence_id = NEW.persistence_id AND sequence_number = NEW.sequence_number - 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the journal of % has no row % to follow', NEW.persistence_id, NEW.sequence_number - 1
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER event_journal_gap AFTER INSERT ON streamsupervisor.event_journal
  FOR EACH ROW WHEN (NEW.sequence_number > 1) EXECUTE FUNCTION streamsupervisor.refuse_gap();

CREATE TABLE streamsupervisor.event_snapshot(
  persistence_id  text    NOT NULL COLLATE "C",
  sequence_number bigint  NOT NULL,
  created         bigint  NOT NULL,
  serializer_id   integer NOT NULL,
  manifest        text    NOT NULL COLLATE "C",
  snapshot        bytea   NOT NULL,
  PRIMARY KEY (persistence_id, sequence_number)
);

-- One row for each key, written behind the journal; it may lag. "origins" holds the name of each server that the key touches, each between
-- two line feeds.
CREATE TABLE streamsupervisor.stream_index(
  key        text    PRIMARY KEY COLLATE "C",
  sequence   bigint  NOT NULL,                  -- of the journal row that the index row stands for
  state      text    NOT NULL COLLATE "C",
  origin     text    NOT NULL COLLATE "C",      -- of the session; empty without one
  origins    text    NOT NULL COLLATE "C",
  since      bigint,
  generation bigint  NOT NULL,
  idle       boolean NOT NULL,                  -- nothing under way, nothing that an operator set
  open_work  boolean NOT NULL,
  wake_at    bigint,
  changed_at bigint  NOT NULL,
  summary    bytea   NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX stream_index_busy ON streamsupervisor.stream_index(key) WHERE NOT idle;
CREATE INDEX stream_index_due ON streamsupervisor.stream_index(key) WHERE open_work OR wake_at IS NOT NULL;
CREATE INDEX stream_index_old ON streamsupervisor.stream_index(changed_at) WHERE idle;
