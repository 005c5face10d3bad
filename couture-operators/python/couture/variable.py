"""Variables: texts by name that an installation keeps."""

import json
from typing import Any, Optional

from couture.model import asker

_UNSET = object()


class Variable:
    """A text by name. In tasks and DAG files the installation is asked for it."""

    def __init__(self, key: Optional[str] = None, val: Any = None, description: Optional[str] = None) -> None:
        self.key, self.val, self.description = key, val, description

    def get_val(self) -> Any:
        return self.val

    @classmethod
    def get(cls, key: str, default_var: Any = _UNSET, deserialize_json: bool = False, *, default: Any = _UNSET) -> Any:
        """The value, or the default where there is none, even None. Raises KeyError where there is neither."""
        fallback = default_var if default is _UNSET else default
        found = asker.ask({"variable": {"key": key}})
        if found is None:
            if fallback is _UNSET:
                raise KeyError(f"Variable {key} does not exist")
            return fallback
        value = found["value"]
        if not deserialize_json:
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"variable {key!r} is no JSON: {error}") from None

    @classmethod
    def set(cls, key: str, value: Any, description: Optional[str] = None, serialize_json: bool = False, session: Any = None) -> None:
        """Keeps `value`, as JSON if `serialize_json`, else as its text."""
        text = json.dumps(value, indent=2) if serialize_json else str(value)
        asker.ask({"set_variable": {"key": key, "value": text, "description": description}})

    @classmethod
    def setdefault(cls, key: str, default: Any, description: Optional[str] = None, deserialize_json: bool = False) -> Any:
        """The value; where there is none, the default is kept and given."""
        found = cls.get(key, default_var=None, deserialize_json=deserialize_json)
        if found is not None:
            return found
        if default is None:
            raise ValueError("Default Value must be set")
        cls.set(key, default, description=description, serialize_json=deserialize_json)
        return default

    @classmethod
    def update(cls, key: str, value: Any, serialize_json: bool = False, session: Any = None) -> None:
        """Changes one that there is. Raises KeyError where there is none."""
        cls.get(key)
        cls.set(key, value, serialize_json=serialize_json)

    @classmethod
    def delete(cls, key: str, session: Any = None) -> int:
        """Forgets it; gives the number of variables forgotten."""
        found = asker.ask({"delete_variable": {"key": key}})
        return found if isinstance(found, int) and not isinstance(found, bool) else int(found is not False)

    @classmethod
    def get_variable_from_secrets(cls, key: str) -> Optional[str]:
        return cls.get(key, default_var=None)

    def __repr__(self) -> str:
        return f"{self.key} : ***"
