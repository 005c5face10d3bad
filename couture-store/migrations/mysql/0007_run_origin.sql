-- Who asked for a run, and before which time it does not begin.
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'dag_run' AND column_name = 'triggered_by'
), 'DO 0', 'ALTER TABLE dag_run ADD COLUMN triggered_by VARBINARY(20)');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'dag_run' AND column_name = 'triggering_user'
), 'DO 0', 'ALTER TABLE dag_run ADD COLUMN triggering_user VARBINARY(250)');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'dag_run' AND column_name = 'run_after'
), 'DO 0', 'ALTER TABLE dag_run ADD COLUMN run_after BIGINT');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
