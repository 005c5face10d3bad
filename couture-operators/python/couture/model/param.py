"""Parameters with defaults and a schema."""

import copy
import re
from collections.abc import MutableMapping
from typing import Any, Dict, Optional

from couture.exceptions import ParamValidationError

NOTSET = type("NoValue", (), {"__repr__": lambda self: "NOTSET", "__bool__": lambda self: False})()
ArgNotSet = type(NOTSET)

_TYPES = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}


class Param:
    """A default value, and what a value must be like (JSON schema; the keywords that JSON values are checked by)."""

    def __init__(self, default: Any = NOTSET, description: Optional[str] = None, source: Any = None, **kwargs):
        self.value = default
        self.description = description
        self.source = source
        self.schema = dict(kwargs.pop("schema")) if "schema" in kwargs else kwargs

    @property
    def has_value(self) -> bool:
        return self.value is not NOTSET

    def resolve(self, value: Any = NOTSET, suppress_exception: bool = False) -> Any:
        """The value given, or the default, checked."""
        final = self.value if value is NOTSET else value
        if final is NOTSET:
            if suppress_exception:
                return None
            raise ParamValidationError("a param has neither a value nor a default; give one of them")
        try:
            check_schema(final, self.schema)
        except ParamValidationError:
            if suppress_exception:
                return None
            raise
        self.value = final
        return final

    def dump(self) -> Dict[str, Any]:
        return {"value": None if self.value is NOTSET else self.value, "description": self.description, "schema": self.schema}

    serialize = dump

    def __eq__(self, other):
        return isinstance(other, Param) and self.dump() == other.dump()

    __hash__ = None

    def __copy__(self):
        made = Param.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.schema = copy.copy(self.schema)
        return made


class ParamsDict(MutableMapping):
    """Parameters by name; reading gives the value and not the Param."""

    def __init__(self, dict_obj: Any = None, suppress_exception: bool = False):
        self._params: Dict[str, Param] = {}
        self.suppress_exception = suppress_exception
        if isinstance(dict_obj, ParamsDict):
            self._params.update({key: copy.copy(param) for key, param in dict_obj._params.items()})
        else:
            for key, value in dict(dict_obj or {}).items():
                self._params[key] = value if isinstance(value, Param) else Param(value)

    def __getitem__(self, key: str) -> Any:
        return self._params[key].resolve(suppress_exception=self.suppress_exception)

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, Param):
            self._params[key] = value
        elif key in self._params:
            self._params[key] = copy.copy(self._params[key])
            self._params[key].resolve(value, suppress_exception=self.suppress_exception)
        else:
            self._params[key] = Param(value)

    def __delitem__(self, key: str) -> None:
        del self._params[key]

    def __iter__(self):
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __contains__(self, key) -> bool:
        return key in self._params

    def __repr__(self) -> str:
        return repr(self.dump())

    def __copy__(self):
        return ParamsDict(self)

    def __deepcopy__(self, memo):
        return ParamsDict(self)

    def update(self, *args, **kwargs) -> None:
        for source in (*args, kwargs):
            items = source._params if isinstance(source, ParamsDict) else dict(source)
            for key, value in items.items():
                self[key] = value

    def get_param(self, key: str) -> Param:
        return self._params[key]

    def dump(self) -> Dict[str, Any]:
        """The values alone; nothing where there is none."""
        return {key: None if param.value is NOTSET else param.value for key, param in self._params.items()}

    def validate(self) -> Dict[str, Any]:
        found = {}
        for key, param in self._params.items():
            try:
                found[key] = param.resolve(suppress_exception=self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"param {key} does not fit: {error}") from None
        return found


class DagParam:
    """A parameter of the DAG, as an argument of a task."""

    def __init__(self, current_dag, name: str, default: Any = NOTSET):
        self._name = name
        self._default = default
        self.current_dag = current_dag
        if default is not NOTSET:
            current_dag.params[name] = default

    def iter_references(self):
        return ()

    def resolve(self, context, *_, **__) -> Any:
        params = context["params"]
        conf = getattr(context.get("dag_run"), "conf", None) or {}
        if self._name in conf:
            return conf[self._name]
        if self._default is not NOTSET and self._name not in params:
            return self._default
        if self._name not in params:
            raise ParamValidationError(f"param {self._name} has no value; give it a default, or a value in the run's conf")
        return params[self._name]

    def __str__(self) -> str:
        return f"{{{{ params.{self._name} }}}}"


def check_schema(value: Any, schema: Dict[str, Any]) -> None:
    """Refuses a value that its schema does not allow."""
    kinds = schema.get("type")
    if kinds is not None:
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        if not any(_is(value, kind) for kind in kinds):
            raise ParamValidationError(f"{value!r} is not of type {', '.join(map(repr, kinds))}")
    if "enum" in schema and value not in schema["enum"]:
        raise ParamValidationError(f"{value!r} is not one of {schema['enum']!r}")
    if "const" in schema and value != schema["const"]:
        raise ParamValidationError(f"{schema['const']!r} was expected")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_number(value, schema)
    if isinstance(value, str):
        _check_text(value, schema)
    if isinstance(value, (list, tuple)):
        _check_list(value, schema)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, (object,)))


def _check_number(value, schema) -> None:
    tests = (
        ("minimum", lambda limit: value >= limit, "less than the minimum of"),
        ("maximum", lambda limit: value <= limit, "greater than the maximum of"),
        ("exclusiveMinimum", lambda limit: value > limit, "less than or equal to the minimum of"),
        ("exclusiveMaximum", lambda limit: value < limit, "greater than or equal to the maximum of"),
    )
    for name, holds, words in tests:
        if name in schema and not holds(schema[name]):
            raise ParamValidationError(f"{value!r} is {words} {schema[name]!r}")
    if schema.get("multipleOf") and value % schema["multipleOf"]:
        raise ParamValidationError(f"{value!r} is not a multiple of {schema['multipleOf']!r}")


def _check_text(value, schema) -> None:
    if len(value) < schema.get("minLength", 0):
        raise ParamValidationError(f"{value!r} is too short")
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        raise ParamValidationError(f"{value!r} is too long")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise ParamValidationError(f"{value!r} does not match {schema['pattern']!r}")


def _check_list(value, schema) -> None:
    if len(value) < schema.get("minItems", 0):
        raise ParamValidationError(f"{value!r} is too short")
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        raise ParamValidationError(f"{value!r} is too long")
    if schema.get("uniqueItems") and len({repr(it) for it in value}) != len(value):
        raise ParamValidationError(f"{value!r} has non-unique elements")
    if isinstance(schema.get("items"), dict):
        for it in value:
            check_schema(it, schema["items"])
