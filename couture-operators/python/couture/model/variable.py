"""Variables of the installation."""

import json
import os
from typing import Any

from couture.model.asker import ask

_NOTHING = object()


class Variable:
    """Texts under keys. An environment variable `AIRFLOW_VAR_<KEY>` comes first."""

    __NO_DEFAULT_SENTINEL = _NOTHING

    def __init__(self, key: Any = None, val: Any = None, description: Any = None):
        self.key, self.val, self.description = key, val, description

    @classmethod
    def get(cls, key: str, default_var: Any = _NOTHING, deserialize_json: bool = False, *, default: Any = _NOTHING) -> Any:
        """The value; the default where there is none, and without that a KeyError."""
        if default_var is _NOTHING:
            default_var = default
        text = os.environ.get(f"AIRFLOW_VAR_{key.upper()}")
        if text is None:
            found = ask({"variable": {"key": key}})
            text = found.get("value") if isinstance(found, dict) else found
        if text is None:
            if default_var is _NOTHING:
                raise KeyError(f"there is no variable {key!r}; set it, set AIRFLOW_VAR_{key.upper()}, or give a default (default_var=...)")
            return default_var
        return json.loads(text) if deserialize_json else text

    @classmethod
    def setdefault(cls, key: str, default: Any, description: Any = None, deserialize_json: bool = False) -> Any:
        """The value; where there is none, the default, which is kept."""
        found = cls.get(key, default_var=None, deserialize_json=deserialize_json)
        if found is None:
            if default is None:
                raise ValueError("setdefault() got None; give a default")
            cls.set(key, default, description=description, serialize_json=deserialize_json)
            return default
        return found

    @classmethod
    def set(cls, key: str, value: Any, description: Any = None, serialize_json: bool = False, **_: Any) -> None:
        text = json.dumps(value, indent=2) if serialize_json else str(value)
        ask({"set_variable": {"key": key, "value": text, "description": description}})

    update = set

    @classmethod
    def delete(cls, key: str, **_: Any) -> int:
        ask({"delete_variable": {"key": key}})
        return 1
