-- Variables and connections. What is encrypted is a Fernet token: the value of a variable; password and extra of a connection.
CREATE TABLE variable (
    variable_key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    is_encrypted BIGINT NOT NULL,
    description TEXT
);
-- Those that share an id are in the order of their numbers.
CREATE TABLE connection (
    conn_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    conn_type TEXT NOT NULL,
    description TEXT,
    host TEXT,
    login TEXT,
    password TEXT,
    conn_schema TEXT,
    port BIGINT,
    extra TEXT,
    is_encrypted BIGINT NOT NULL,
    PRIMARY KEY (conn_id, number)
);
CREATE TABLE pool_description (
    name TEXT NOT NULL PRIMARY KEY,
    description TEXT NOT NULL
) WITHOUT ROWID;
-- One row, by which servers see whether they have each other's key.
CREATE TABLE fernet_mark (
    id BIGINT NOT NULL PRIMARY KEY,
    mark TEXT NOT NULL,
    is_encrypted BIGINT NOT NULL
);
