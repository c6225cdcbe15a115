-- compatible-from: 1
-- What happens beside the stream keys and is told to others: servers, members, quarantines. A row follows the row before of its subject, so of
-- two who saw the same change one writes it. "created" is DateTime.Ticks.
CREATE TABLE streamsupervisor.notice(
  ordering bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created  bigint NOT NULL,
  subject  text   NOT NULL COLLATE "C",     -- origin/NAME, member/INCARNATION or stream/KEY
  number   bigint NOT NULL,                 -- of this subject, from 1
  kind     text   NOT NULL COLLATE "C",
  name     text   NOT NULL,                 -- as people call it
  why      text   NOT NULL,
  CONSTRAINT notice_linear UNIQUE (subject, number)
);

-- How far each receiver of webhooks has heard. Times are milliseconds since 1970, UTC.
CREATE TABLE streamsupervisor.webhook(
  id            text   PRIMARY KEY COLLATE "C",
  version       bigint NOT NULL,            -- +1 when a sender begins or a person orders something: who sent by the old one stops
  journal       bigint NOT NULL,            -- everything up to this ordering of event_journal is delivered
  notices       bigint NOT NULL,            -- and of notice
  parked        boolean NOT NULL,
  failures      int    NOT NULL,            -- in a row
  next_try_at   bigint,
  last_error    text,
  last_error_at bigint,
  delivered     bigint NOT NULL,
  delivered_at  bigint
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
