"""`macros.PLUGIN.NAME` in templates: what plugins offer beside the installation's own macros."""

import os
import re
from typing import Any, Callable, Dict, Iterable, Iterator, List, Set

from couture.model import dialect, plugins

_OWN = "datetime timedelta time uuid random dateutil ds_add ds_format datetime_diff_for_humans".split()
_ONLY = {dialect.OLD: "hive", dialect.NEW: "json"}
_USE = re.compile(r"\bmacros\s*\.\s*([A-Za-z_]\w*)")
MAX_FILE_BYTES = 1 << 20
# The name under which templates are given what plugins offer.
GIVEN = "couture_plugin_macros"


def strangers(text: str) -> Set[str]:
    """The names after `macros.` that are not the installation's own."""
    return {*_USE.findall(text)} - {*_OWN, *_ONLY.values()}


def texts_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts in a template field."""
    if isinstance(value, str):
        yield value
    elif depth < 20 and isinstance(value, (list, tuple, set, frozenset, dict)):
        for it in value.values() if isinstance(value, dict) else value:
            yield from texts_in(it, depth + 1)


def template_folders(dag: Any) -> List[str]:
    """Where a DAG's template files lie."""
    path = getattr(dag, "template_searchpath", None) or []
    folders = [path] if isinstance(path, str) else [os.fspath(it) for it in path]
    return [*folders, os.path.dirname(getattr(dag, "fileloc", "") or "")]


def template_text(text: str, ext: Iterable[str], folders: List[str]) -> str:
    """The template that a text stands for: itself, or what is in the file that it names (at most `MAX_FILE_BYTES`)."""
    if not ext or not text.endswith(tuple(ext)) or "\n" in text:
        return text
    for folder in folders:
        try:
            with open(os.path.join(folder, text), "rb") as opened:
                found = opened.read(MAX_FILE_BYTES + 1)
                return found.decode() if len(found) <= MAX_FILE_BYTES else text
        except (OSError, ValueError):
            continue
    return text


def are_used_by(task: Any, dag: Any) -> bool:
    """Whether a template of the task uses a macro that only a plugin can offer."""
    if not plugins.folders():
        return False
    fields = getattr(task, "partial_kwargs", None) or task.__dict__
    folders = template_folders(dag)
    ext = tuple(task.template_ext or ())
    texts = (text for field in task.template_fields for text in texts_in(fields.get(field)))
    return any(strangers(template_text(text, ext, folders)) for text in texts)


def offered() -> Dict[str, Dict[str, Any]]:
    """The macros of each plugin by name."""
    found: Dict[str, Dict[str, Any]] = {}
    for plugin in plugins.plugins():
        for macro in plugin.macros:
            found.setdefault(plugin.name, {})[getattr(macro, "__name__", type(macro).__name__)] = macro
    return found


def adapted(shape: Any, ext: Iterable[str], give: Callable[[Dict[str, Any]], None]) -> Any:
    """Template texts, in lists and dictionaries, with the plugins' macros among `macros` where they are used. `give` is then told what
    plugins offer, once: it must stand under the name `GIVEN` in the templates."""
    if not plugins.folders():
        return shape
    told: List[Dict[str, Dict[str, Any]]] = []

    def walk(it: Any) -> Any:
        if isinstance(it, dict):
            return {key: walk(inner) for key, inner in it.items()}
        if isinstance(it, list):
            return [walk(inner) for inner in it]
        return text(it) if isinstance(it, str) else it

    def text(it: str) -> str:
        # A template file lies where the installation finds it, so it may use any.
        is_file = bool(ext) and it.endswith(tuple(ext)) and "\n" not in it
        names = strangers(it)
        if not names and not is_file:
            return it
        if not told:
            told.append(offered())
            give(told[0])
        names = sorted(told[0]) if is_file else sorted(names & told[0].keys())
        if not names:
            return it
        return _opening(names) + (f"{{% include {it!r} %}}" if is_file else it)

    return walk(shape)


def _opening(names: List[str]) -> str:
    """Makes `macros` in a template the installation's own ones and those of plugins."""
    own = [f"'{name}': macros.{name}" for name in [*_OWN, _ONLY[dialect.current()]]]
    return "{% set macros = {" + ", ".join([*own, *(f"'{name}': {GIVEN}.{name}" for name in names)]) + "} %}"
