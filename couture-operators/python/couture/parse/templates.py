"""Files of templates beside a DAG file: they are part of the file's version, as its modules are."""

import os
import re
from typing import Any, Dict, Iterator, List, Optional, Tuple

from couture.model.plugin_macros import texts_in

# A bigger file stays one, and is rendered in Python.
MAX_INLINE_BYTES = 64 << 10
MAX_FILE_BYTES = 4 << 20
MAX_FILES = 2_000
_OTHERS = re.compile(r"{%-?\s*(?:include|import|from|extends)\b[^%]*%}")
_NAME = re.compile(r"'([^']+)'|\"([^\"]+)\"")


def folders_of(dag: Any, root: str) -> List[str]:
    """Where a DAG's template files are looked up, the first place first."""
    path = getattr(dag, "template_searchpath", None) or []
    further = [path] if isinstance(path, str) else [os.fspath(it) for it in path]
    return [os.path.dirname(getattr(dag, "fileloc", "") or ""), *(os.path.join(root, it) for it in further), root]


def find(name: str, folders: List[str]) -> Optional[str]:
    """The file of this name, if there is one."""
    if "\0" in name or os.path.isabs(name) or ".." in name.split("/"):
        return None
    places = (os.path.join(folder, name) for folder in folders)
    return next((place for place in places if os.path.isfile(place)), None)


def names_in(task: Any, values: Any) -> Iterator[str]:
    """The texts that are names of template files."""
    ext = tuple(getattr(task, "template_ext", None) or ())
    for text in texts_in(values) if ext else ():
        if text.endswith(ext) and "\n" not in text and "{{" not in text and "{%" not in text:
            yield text


def template_files(dags: List[Any], root: str) -> Dict[str, str]:
    """The files below `root` that templates of these DAGs name, and those that these files name, by their paths from there."""
    real_root = os.path.join(os.path.realpath(root), "")
    found: Dict[str, str] = {}
    for dag in dags:
        folders = folders_of(dag, root)
        waiting = []
        for task in dag.tasks:
            fields = getattr(task, "partial_kwargs", None) or task.__dict__
            for field in task.template_fields:
                waiting.extend(names_in(task, fields.get(field)))
        seen = set()
        while waiting and len(found) < MAX_FILES:
            name = waiting.pop()
            place = None if name in seen else find(name, folders)
            seen.add(name)
            if place is None:
                continue
            place = os.path.realpath(place)
            if place.startswith(real_root) and os.path.getsize(place) <= MAX_FILE_BYTES:
                found[place[len(real_root) :]] = place
                waiting.extend(_named_by(place))
    return found


def _named_by(place: str) -> List[str]:
    """The template files that one names, as far as it names them by a text."""
    try:
        with open(place, encoding="utf-8") as opened:
            text = opened.read()
    except (OSError, ValueError):
        return []
    return [one or other for use in _OTHERS.findall(text) for one, other in _NAME.findall(use)]


def inlined(task: Any, dag: Any, root: str, value: Any) -> Tuple[Any, bool]:
    """The value of a template field with the files that it names in the places of their names; and whether that is all of them."""
    is_whole = True

    def walk(it: Any) -> Any:
        nonlocal is_whole
        if isinstance(it, dict):
            return {key: walk(inner) for key, inner in it.items()}
        if isinstance(it, (list, tuple)):
            return [walk(inner) for inner in it]
        if isinstance(it, str) and it in names:
            text = _text(it, folders, ext)
            is_whole = is_whole and text is not None
            return it if text is None else text
        return it

    names, folders, ext = set(names_in(task, value)), folders_of(dag, root), tuple(getattr(task, "template_ext", None) or ())
    return (walk(value), is_whole) if names else (value, True)


def _text(name: str, folders: List[str], ext: Tuple[str, ...]) -> Optional[str]:
    """What is in a template file, where it can stand for itself: it names no others. What is not there is told when it is rendered."""
    place = find(name, folders)
    if place is None:
        return name
    if os.path.getsize(place) > MAX_INLINE_BYTES:
        return None
    try:
        with open(place, encoding="utf-8") as opened:
            text = opened.read()
    except (OSError, ValueError):
        return None
    if _OTHERS.search(text):
        return None
    # A text that ends as a name does would be taken for one.
    return text + "\n" if text.endswith(ext) else text
