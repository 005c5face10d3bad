"""Connections of the installation, and hooks that use them."""

import json
import logging
import os
import random
from typing import Any, Dict, List, Optional
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from couture.exceptions import AirflowException, AirflowNotFoundException
from couture.model.asker import ask


class Connection:
    """Where another system is, and how to log in there."""

    EXTRA_KEY = "__extra__"

    def __init__(
        self,
        conn_id: Optional[str] = None,
        conn_type: Optional[str] = None,
        description: Optional[str] = None,
        host: Optional[str] = None,
        login: Optional[str] = None,
        password: Optional[str] = None,
        schema: Optional[str] = None,
        port: Optional[int] = None,
        extra: Any = None,
        uri: Optional[str] = None,
    ):
        self.conn_id, self.conn_type, self.description = conn_id, conn_type, description
        self.host, self.login, self.password, self.schema = host, login, password, schema
        self.port = int(port) if port not in (None, "") else None
        self.extra = json.dumps(extra) if isinstance(extra, dict) else extra
        if uri:
            self._read(uri)

    def _read(self, uri: str) -> None:
        parts = urlsplit(uri)
        kind = parts.scheme.replace("-", "_")
        self.conn_type = "postgres" if kind == "postgresql" else kind
        self.host = unquote(parts.hostname) if parts.hostname else parts.hostname
        self.schema = unquote(parts.path[1:]) if len(parts.path) > 1 else ""
        self.login = unquote(parts.username) if parts.username else parts.username
        self.password = unquote(parts.password) if parts.password else parts.password
        self.port = parts.port
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if self.EXTRA_KEY in query:
            self.extra = query[self.EXTRA_KEY]
        elif query:
            self.extra = json.dumps(query)

    @property
    def extra_dejson(self) -> Dict[str, Any]:
        if not self.extra:
            return {}
        try:
            found = json.loads(self.extra)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def get_password(self) -> Optional[str]:
        return self.password

    def set_password(self, value: Optional[str]) -> None:
        self.password = value

    def get_extra(self):
        return self.extra

    def get_uri(self) -> str:
        kind = (self.conn_type or "").lower().replace("_", "-")
        login = quote(self.login or "", safe="")
        if self.password is not None:
            login += ":" + quote(self.password, safe="")
        where = quote(self.host or "", safe="") + (f":{self.port}" if self.port else "")
        query = "?" + urlencode(self.extra_dejson) if self.extra_dejson else ""
        path = "/" + quote(self.schema, safe="") if self.schema else ""
        return f"{kind}://{login + '@' if login else ''}{where}{path}{query}"

    @classmethod
    def get_connections(cls, conn_id: str) -> List["Connection"]:
        """All of this id; an environment variable `AIRFLOW_CONN_<ID>` comes first."""
        text = os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}")
        if text:
            if text.lstrip().startswith("{"):
                return [cls(conn_id=conn_id, **json.loads(text))]
            return [cls(conn_id=conn_id, uri=text)]
        return [cls(**row) for row in ask({"connections": {"conn_id": conn_id}}) or []]

    @classmethod
    def get_connection_from_secrets(cls, conn_id: str) -> "Connection":
        found = cls.get_connections(conn_id)
        if not found:
            raise AirflowNotFoundException(f"there is no connection {conn_id!r}; make it first")
        return random.choice(found)

    @classmethod
    def get(cls, conn_id: str) -> "Connection":
        return cls.get_connection_from_secrets(conn_id)

    def __repr__(self) -> str:
        return str(self.conn_id or "")


class BaseHook:
    """What hooks have in common: their connection."""

    conn_name_attr = "conn_id"

    def __init__(self, source: Any = None, logger_name: Optional[str] = None, **_: Any):
        self._log = logging.getLogger(logger_name or f"airflow.hooks.{type(self).__name__}")

    @property
    def log(self) -> logging.Logger:
        return getattr(self, "_log", None) or logging.getLogger("airflow.hooks")

    @classmethod
    def get_connections(cls, conn_id: str) -> List[Connection]:
        found = Connection.get_connections(conn_id)
        if not found:
            raise AirflowNotFoundException(f"there is no connection {conn_id!r}; make it first")
        return found

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        return random.choice(cls.get_connections(conn_id))

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: Any = None):
        kind = cls.get_connection(conn_id).conn_type
        raise AirflowException(f"there is no hook for connections of type {kind!r} here; make the hook's object yourself")

    def get_conn(self) -> Any:
        raise NotImplementedError()
