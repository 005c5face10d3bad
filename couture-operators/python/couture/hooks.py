"""Hooks that need no library."""

from typing import Any, Optional

from couture.exceptions import AirflowException
from couture.model.connection import BaseHook


class DbApiHook(BaseHook):
    """The base of hooks whose `get_conn` gives a connection of Python's database interface."""

    conn_name_attr = "conn_id"
    supports_autocommit = False

    def __init__(self, *args: Any, schema: Optional[str] = None, **kwargs: Any) -> None:
        super().__init__()
        if args:
            setattr(self, self.conn_name_attr, args[0])
        elif self.conn_name_attr in kwargs:
            setattr(self, self.conn_name_attr, kwargs[self.conn_name_attr])
        elif not hasattr(self, self.conn_name_attr):
            setattr(self, self.conn_name_attr, self.default_conn_name)

    def get_records(self, sql: Any, parameters: Any = None, **kwargs: Any) -> Any:
        return self._fetch(sql, parameters, lambda cursor: cursor.fetchall())

    def get_first(self, sql: Any, parameters: Any = None) -> Any:
        return self._fetch(sql, parameters, lambda cursor: cursor.fetchone())

    def _fetch(self, sql: Any, parameters: Any, take: Any) -> Any:
        from contextlib import closing

        with closing(self.get_conn()) as connection, closing(connection.cursor()) as cursor:
            found = None
            for statement in [sql] if isinstance(sql, str) else sql:
                cursor.execute(statement, parameters) if parameters is not None else cursor.execute(statement)
                found = take(cursor) if cursor.description is not None else None
            connection.commit()
            return found

    def run(self, sql: Any, autocommit: bool = False, parameters: Any = None, handler: Any = None, **kwargs: Any) -> Any:
        return self._fetch(sql, parameters, handler or (lambda cursor: None))

    def insert_rows(
        self, table: str, rows: Any, target_fields: Any = None, commit_every: int = 1000, replace: bool = False, **_: Any
    ) -> None:
        from contextlib import closing

        fields = f" ({', '.join(target_fields)})" if target_fields else ""
        with closing(self.get_conn()) as connection, closing(connection.cursor()) as cursor:
            for row in rows:
                marks = ",".join(["?" if type(connection).__module__ == "sqlite3" else "%s"] * len(row))
                cursor.execute(f"{'REPLACE' if replace else 'INSERT'} INTO {table}{fields} VALUES ({marks})", tuple(row))
            connection.commit()


class SqliteHook(DbApiHook):
    """A database in a file: the connection's host names it."""

    conn_name_attr = "sqlite_conn_id"
    default_conn_name = "sqlite_default"
    conn_type = "sqlite"

    def get_conn(self) -> Any:
        import sqlite3

        return sqlite3.connect(self.get_connection(getattr(self, self.conn_name_attr)).host or ":memory:")


class FSHook(BaseHook):
    """A folder: the connection's extra names it under `path`."""

    conn_type = "fs"

    def __init__(self, fs_conn_id: str = "fs_default", **kwargs: Any) -> None:
        super().__init__()
        self.conn = self.get_connection(fs_conn_id)
        self.basepath = self.conn.extra_dejson.get("path", "")

    def get_conn(self) -> None:
        return None

    def get_path(self) -> str:
        return self.basepath


class HttpHook(BaseHook):
    """Requests to the server that a connection names."""

    conn_name_attr = "http_conn_id"
    default_conn_name = "http_default"
    conn_type = "http"

    def __init__(self, method: str = "POST", http_conn_id: str = "http_default", **kwargs: Any) -> None:
        super().__init__()
        self.method, self.http_conn_id = method.upper(), http_conn_id
        self.base_url = ""

    def url(self, endpoint: Optional[str]) -> str:
        """The whole address of an endpoint."""
        connection = self.get_connection(self.http_conn_id)
        host = connection.host or ""
        url = host if "://" in host else f"{connection.schema or 'http'}://{host}"
        if connection.port:
            url = f"{url}:{connection.port}"
        if endpoint and not url.endswith("/") and not endpoint.startswith("/"):
            url += "/"
        return url + (endpoint or "")

    def run(self, endpoint: Optional[str] = None, data: Any = None, headers: Any = None, extra_options: Any = None, **_: Any) -> Any:
        """The answer, with `text`, `status_code`, `headers` and `json()`. Raises AirflowException where it is an error."""
        from couture.operators.web import send

        connection = self.get_connection(self.http_conn_id)
        answer = send(self.method, self.url(endpoint), data, headers, extra_options, connection)
        if answer.status_code >= 400 and (extra_options or {}).get("check_response", True):
            raise AirflowException(f"{answer.status_code}:{answer.reason}")
        return answer
