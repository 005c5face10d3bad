-- Variables and connections. What is encrypted is a Fernet token: the value of a variable; password and extra of a connection.
CREATE TABLE IF NOT EXISTS variable (
    variable_key VARBINARY(250) NOT NULL PRIMARY KEY,
    value LONGTEXT NOT NULL,
    is_encrypted BIGINT NOT NULL,
    description LONGTEXT
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- Those that share an id are in the order of their numbers.
CREATE TABLE IF NOT EXISTS connection (
    conn_id VARBINARY(250) NOT NULL,
    number BIGINT NOT NULL,
    conn_type LONGTEXT NOT NULL,
    description LONGTEXT,
    host LONGTEXT,
    login LONGTEXT,
    password LONGTEXT,
    conn_schema LONGTEXT,
    port BIGINT,
    extra LONGTEXT,
    is_encrypted BIGINT NOT NULL,
    PRIMARY KEY (conn_id, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS pool_description (
    name VARBINARY(250) NOT NULL PRIMARY KEY,
    description LONGTEXT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- One row, by which servers see whether they have each other's key.
CREATE TABLE IF NOT EXISTS fernet_mark (
    id BIGINT NOT NULL PRIMARY KEY,
    mark LONGTEXT NOT NULL,
    is_encrypted BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
