-- Who asked for a run, and before which time it does not begin.
ALTER TABLE dag_run ADD COLUMN triggered_by TEXT;
ALTER TABLE dag_run ADD COLUMN triggering_user TEXT;
ALTER TABLE dag_run ADD COLUMN run_after BIGINT;
