-- In which order an instance gave its XComs.
SET @change = IF(EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'xcom' AND column_name = 'ordinal'
), 'DO 0', 'ALTER TABLE xcom ADD COLUMN ordinal BIGINT NOT NULL DEFAULT 0');
PREPARE migration FROM @change;
EXECUTE migration;
DEALLOCATE PREPARE migration;
