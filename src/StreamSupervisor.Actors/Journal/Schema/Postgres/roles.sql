-- Least privilege: the role that serves reads and writes rows and cannot change the schema. Run once, by the owner of the schema, after
-- the first migration (streamsupervisor migrate --grant ROLE does it); new tables of later migrations are covered by the default
-- privileges.   psql -v role=streamsupervisor_serve -f roles.sql
GRANT USAGE ON SCHEMA streamsupervisor TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA streamsupervisor TO :"role";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA streamsupervisor TO :"role";
REVOKE INSERT, UPDATE, DELETE ON streamsupervisor.schema_step FROM :"role";
ALTER DEFAULT PRIVILEGES IN SCHEMA streamsupervisor GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES IN SCHEMA streamsupervisor GRANT USAGE ON SEQUENCES TO :"role";
