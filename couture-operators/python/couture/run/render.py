"""Template fields: their texts are rendered by the installation, everything else about them stays as it is."""

import os
from typing import Any, Callable, Optional

from couture.exceptions import AirflowException
from couture.model import asker, plugin_macros
from couture.model.context import current_context
from couture.model.dependencies import DependencyMixin
from couture.model.xcom_arg import XComArg

from .conversation import AnswerError, current
from .values import NotJson, to_json, type_name

_MARKS = ("{{", "{%", "{#")
_MAX_DEPTH = 100


class _Kept:
    """A leaf that is no template: how it is shown, and that it stays."""

    __slots__ = ("shown",)

    def __init__(self, shown: Any) -> None:
        self.shown = shown


def is_template(text: str, ext: tuple) -> bool:
    """Whether the installation has to look at this text."""
    return any(mark in text for mark in _MARKS) or (bool(ext) and text.endswith(ext))


def render_task_fields(task: Any, context: Any) -> None:
    """Renders a task's template fields in place, and tells the installation of them.

    Raises AirflowException where one cannot be rendered.
    """
    fields = [name for name in task.template_fields if name in getattr(task, "__dict__", {}) or hasattr(task, name)]
    given = {name: _resolved(getattr(task, name), context, 0) for name in fields}
    if all(value is None or (isinstance(value, (str, list, dict, tuple)) and not value) for value in given.values()):
        return
    rendered = render_values(given, tuple(task.template_ext or ()), task.dag, _is_native(task))
    for name in fields:
        setattr(task, name, rendered[name])


def _is_native(task: Any) -> bool:
    own = getattr(task, "render_template_as_native_obj", None)
    return bool(own if own is not None else getattr(task.dag, "render_template_as_native_obj", False))


def render_for_callback(fields: "dict[str, Any]", ext: tuple, context: Any) -> "dict[str, Any]":
    """The fields of what is called back, rendered with what the callback is told besides the names of tasks."""
    given = {name: _resolved(value, context, 0) for name, value in fields.items()}
    shape = {name: _shape(value, ext, 0) for name, value in given.items()}
    dag = context.get("dag")
    if not _has_template(shape):
        return {name: _merged(value, shape[name], _plain(shape[name]), ext, False) for name, value in given.items()}
    names = {name: _told(context[name]) for name in _OF_CALLBACKS if context.get(name) is not None}
    native = bool(getattr(dag, "render_template_as_native_obj", False))
    return render_values(given, ext, dag, native, keep=False, names=names)


_OF_CALLBACKS = ("exception", "reason", "task_list", "blocking_task_list", "slas", "blocking_tis")


def _told(value: Any) -> Any:
    try:
        return to_json(value, "a name")
    except TypeError:
        return str(value)


def _has_template(shape: Any) -> bool:
    if isinstance(shape, (dict, list)):
        return any(map(_has_template, shape.values() if isinstance(shape, dict) else shape))
    return isinstance(shape, str)


def render_values(
    given: "dict[str, Any]",
    ext: tuple,
    dag: Any,
    native: bool = False,
    keep: bool = True,
    names: "Optional[dict[str, Any]]" = None,
) -> "dict[str, Any]":
    """The values with each text in them rendered. With `keep` they are the fields that people are shown; `names` are in JSON, for
    templates that name them."""
    shape = {name: _shape(value, ext, 0) for name, value in given.items()}
    request, call = _request(shape, ext, dag)
    request["render"]["names"].update(names or {})
    if not keep:
        request["render"]["keep"] = False
    conversation = current()
    try:
        answer = conversation.ask(request, call) if conversation is not None else asker.ask(request)
    except AnswerError as error:
        raise AirflowException(f"a template could not be rendered: {error}") from None
    texts = answer["fields"]
    _push(answer.get("xcoms") or {})
    return {name: _merged(value, shape[name], texts.get(name), ext, native) for name, value in given.items()}


def _push(xcoms: "dict[str, Any]") -> None:
    """What templates have given by `ti.xcom_push` is given with the task's end, as its own XComs are."""
    ti = (current_context() or {}).get("ti") if xcoms else None
    if ti is not None:
        ti.pushed.update(xcoms)


def _resolved(value: Any, context: Any, depth: int) -> Any:
    """The value with other tasks' outputs in their places, marked as being no templates."""
    if isinstance(value, XComArg) or (hasattr(type(value), "resolve") and hasattr(type(value), "iter_references")):
        return _Value(value.resolve(context))
    if depth > _MAX_DEPTH:
        return value
    kind = type(value)
    if kind is dict:
        return {key: _resolved(item, context, depth + 1) for key, item in value.items()}
    if kind in (list, set):
        return kind(_resolved(item, context, depth + 1) for item in value)
    if isinstance(value, tuple):
        items = [_resolved(item, context, depth + 1) for item in value]
        return kind(*items) if hasattr(value, "_fields") else tuple(items)
    return value


class _Value:
    """What another task gave: never a template."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _shape(value: Any, ext: tuple, depth: int) -> Any:
    """The value in JSON, with `_Kept` where it stays as it is."""
    if isinstance(value, _Value):
        return _Kept(_shown(value.value, ext))
    if isinstance(value, str):
        return value if is_template(value, ext) else _Kept(value)
    if depth > _MAX_DEPTH:
        return _Kept("…")
    if isinstance(value, dict):
        return {str(key): _shape(item, ext, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shape(item, ext, depth + 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return [_shape(item, ext, depth + 1) for item in sorted(value, key=repr)]
    if _has_fields(value):
        return {name: _shape(getattr(value, name, None), ext, depth + 1) for name in value.template_fields}
    return _Kept(_shown(value, ext))


def _has_fields(value: Any) -> bool:
    return not isinstance(value, type) and not isinstance(value, DependencyMixin) and bool(getattr(type(value), "template_fields", None))


def _shown(value: Any, ext: tuple) -> Any:
    try:
        found = to_json(value, "a field")
    except (NotJson, TypeError, ValueError):
        return f"<{type_name(value)}>"
    return _unmarked(found, ext)


def _unmarked(value: Any, ext: tuple) -> Any:
    """A value that the installation will not take for a template."""
    if isinstance(value, str):
        if value.endswith(ext) if ext else False:
            return value + " "
        return value.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")
    if isinstance(value, dict):
        return {key: _unmarked(item, ext) for key, item in value.items()}
    if isinstance(value, list):
        return [_unmarked(item, ext) for item in value]
    return value


def _plain(shape: Any) -> Any:
    if isinstance(shape, _Kept):
        return shape.shown
    if isinstance(shape, dict):
        return {key: _plain(item) for key, item in shape.items()}
    if isinstance(shape, list):
        return [_plain(item) for item in shape]
    return shape


def _request(shape: dict, ext: tuple, dag: Any) -> "tuple[dict, Callable[[str, list, dict], Any]]":
    functions: "dict[str, Callable]" = {}
    macros = {name: _name(name, value, functions, 0) for name, value in (getattr(dag, "user_defined_macros", None) or {}).items()}
    filters = dict(getattr(dag, "user_defined_filters", None) or {})
    searchpath = getattr(dag, "template_searchpath", None) or []
    folder = os.path.dirname(getattr(dag, "fileloc", "") or "")

    def call(name: str, args: list, kwargs: dict) -> Any:
        function = functions.get(name) or filters.get(name)
        if function is None:
            raise LookupError(f"the DAG defines no macro or filter {name!r}")
        return function(*args, **kwargs)

    def give(offered: dict) -> None:
        macros[plugin_macros.GIVEN] = {
            plugin: {name: _name(f"macros.{plugin}.{name}", value, functions, 0) for name, value in known.items()}
            for plugin, known in offered.items()
        }

    if "macros" not in macros:
        shape = plugin_macros.adapted(shape, ext, give)
    request = {
        "fields": _plain(shape),
        "ext": list(ext),
        "names": macros,
        "filters": sorted(filters),
        "folder": folder,
        "searchpath": [searchpath] if isinstance(searchpath, str) else [os.fspath(path) for path in searchpath],
    }
    return {"render": request}, call


def _name(name: str, value: Any, functions: "dict[str, Callable]", depth: int) -> Any:
    """A user's macro as JSON: a value, a function to be called back, or of a module or an object its public names."""
    if callable(value):
        functions[name] = value
        return {"__call__": name}
    try:
        return to_json(value, f"the macro {name!r}")
    except TypeError:
        if depth:
            return f"<{type_name(value)}>"
    members = {}
    for member in dir(value):
        if not member.startswith("_"):
            try:
                members[member] = _name(f"{name}.{member}", getattr(value, member), functions, depth + 1)
            except Exception:
                continue
    return members


def _merged(value: Any, shape: Any, text: Any, ext: tuple, native: bool) -> Any:
    """`value` with the rendered texts in their places."""
    if isinstance(value, _Value):
        return value.value
    if isinstance(shape, _Kept):
        return value
    if isinstance(value, str):
        return _native(text) if native else text
    kind = type(value)
    if isinstance(value, dict):
        items = {key: _merged(item, shape[str(key)], text[str(key)], ext, native) for key, item in value.items()}
        return items if kind is dict else _like(value, items)
    if isinstance(value, (list, tuple)):
        items = [_merged(item, part, one, ext, native) for item, part, one in zip(value, shape, text)]
        if hasattr(value, "_fields"):
            return kind(*items)
        return kind(items) if kind in (list, tuple) else _like(value, items)
    if isinstance(value, (set, frozenset)):
        ordered = sorted(value, key=repr)
        return kind(_merged(item, part, one, ext, native) for item, part, one in zip(ordered, shape, text))
    for name in value.template_fields:
        setattr(value, name, _merged(getattr(value, name, None), shape[name], text[name], ext, native))
    return value


def _like(value: Any, items: Any) -> Any:
    try:
        return type(value)(items)
    except Exception:
        return items


def _native(text: Optional[str]) -> Any:
    """The Python value that a rendered text writes down, as `render_template_as_native_obj` asks for; else the text."""
    import ast

    try:
        return ast.literal_eval(text) if text else text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def render_template(content: Any, context: Any, task: Any) -> Any:
    """A value with all texts in it rendered, as a task's own template fields would be."""
    given = {"content": _resolved(content, context, 0)}
    return render_values(given, tuple(task.template_ext or ()), task.dag, _is_native(task), keep=False)["content"]
