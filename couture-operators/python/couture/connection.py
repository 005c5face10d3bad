"""Connections: where another system is, and how to log in there."""

import json
from typing import Any, List, Optional

from couture.exceptions import AirflowException, AirflowNotFoundException
from couture.model import asker


def _normalized(scheme: str) -> str:
    name = scheme.replace("-", "_")
    return "postgres" if name == "postgresql" else name


class Connection:
    """A connection, given by its parts or by a URI such as `postgres://login:password@host:5432/schema?key=value`."""

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
    ) -> None:
        self.conn_id = conn_id
        self.description = description
        parts = (conn_type, host, login, password, schema, port, extra)
        if uri and any(part is not None for part in parts):
            raise AirflowException("You must create an object using the URI or individual values (conn_type, host, login, password, schema, "
                                   "port or extra). You can't mix these two ways to create this object.")
        self.conn_type, self.host, self.login, self.password, self.schema, self.port = parts[:6]
        self.extra = json.dumps(extra) if isinstance(extra, dict) else extra
        if uri:
            self.parse_from_uri(uri)

    def parse_from_uri(self, uri: str) -> None:
        """Takes its parts from a URI, as Airflow reads them: everything percent-decoded, the host in lower case, the query as extra."""
        from urllib.parse import parse_qsl, unquote, urlsplit

        parts = urlsplit(uri)
        self.conn_type = _normalized(parts.scheme)
        host = parts.hostname
        self.host = unquote(host) if host else host
        path = parts.path
        self.schema = unquote(path[1:]) if path and len(path) > 1 else path[1:] if path else path
        self.login = unquote(parts.username) if parts.username else parts.username
        self.password = unquote(parts.password) if parts.password else parts.password
        self.port = parts.port
        if parts.query:
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            self.extra = query.get("__extra__") if set(query) == {"__extra__"} else json.dumps(query)

    def get_uri(self) -> str:
        """The URI that gives this connection when it is read."""
        from urllib.parse import quote, urlencode

        uri = f"{str(self.conn_type or '').lower().replace('_', '-')}://"
        if self.login is not None or self.password is not None:
            login = quote(self.login or "", safe="")
            uri += f"{login}:{quote(self.password, safe='')}@" if self.password is not None else f"{login}@"
        uri += quote(self.host or "", safe="")
        if self.port:
            uri += f":{self.port}"
        if self.schema:
            uri += f"/{quote(self.schema, safe='')}"
        if self.extra:
            fields = self.extra_dejson
            plain = fields and all(isinstance(value, str) for value in fields.values())
            query = urlencode(fields) if plain else urlencode({"__extra__": self.extra})
            uri += ("?" if self.schema else "/?") + query
        return uri

    @property
    def extra_dejson(self) -> "dict[str, Any]":
        """The extra as a dictionary; empty where it is no JSON object."""
        if not self.extra:
            return {}
        try:
            found = json.loads(self.extra)
        except ValueError:
            import logging

            logging.getLogger(__name__).error("the extra of connection %r is no JSON", self.conn_id)
            return {}
        return found if isinstance(found, dict) else {}

    def get_extra_dejson(self, nested: bool = False) -> "dict[str, Any]":
        return self.extra_dejson

    def get_extra(self) -> Optional[str]:
        return self.extra

    def set_extra(self, value: Optional[str]) -> None:
        self.extra = value

    def get_password(self) -> Optional[str]:
        return self.password

    def set_password(self, value: Optional[str]) -> None:
        self.password = value

    def get_hook(self, *, hook_params: Any = None) -> Any:
        raise AirflowException(f"there is no hook for connections of type {self.conn_type!r}: install the package that has one")

    def to_dict(self) -> "dict[str, Any]":
        names = ("conn_id", "conn_type", "description", "host", "login", "password", "schema", "port")
        return {**{name: getattr(self, name) for name in names}, "extra": self.extra_dejson}

    def as_json(self) -> str:
        found = {name: value for name, value in self.to_dict().items() if value not in (None, {}) and name != "conn_id"}
        return json.dumps(found)

    @classmethod
    def from_json(cls, value: str, conn_id: Optional[str] = None) -> "Connection":
        fields = dict(json.loads(value))
        fields["conn_type"] = _normalized(fields["conn_type"]) if fields.get("conn_type") else None
        if fields.get("port"):
            fields["port"] = int(fields["port"])
        return cls(conn_id=conn_id, **fields)

    @classmethod
    def get_connections(cls, conn_id: str) -> "List[Connection]":
        """All with this id; 1.10 allows several."""
        names = ("conn_id", "conn_type", "description", "host", "login", "password", "schema", "port", "extra")
        found = asker.ask({"connections": {"conn_id": conn_id}}) or []
        return [cls(**{name: fields.get(name) for name in names}) for fields in found]

    @classmethod
    def get_connection_from_secrets(cls, conn_id: str) -> "Connection":
        """One of those with this id, chosen by chance where there are several. Raises AirflowNotFoundException where there is none."""
        found = cls.get_connections(conn_id)
        if not found:
            raise AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined")
        if len(found) == 1:
            return found[0]
        import random

        return random.choice(found)

    get = get_connection_from_secrets

    def __repr__(self) -> str:
        return str(self.conn_id)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Connection) and self.to_dict() == other.to_dict()

    __hash__ = object.__hash__
