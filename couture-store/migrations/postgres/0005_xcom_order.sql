-- In which order an instance gave its XComs.
ALTER TABLE xcom ADD COLUMN ordinal BIGINT NOT NULL DEFAULT 0;
