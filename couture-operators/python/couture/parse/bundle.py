"""The files that a DAG file consists of, and their hash."""

import hashlib
import os
import sys
from typing import Dict, FrozenSet, List

# The modules that were there before the file was imported, and the last one of them.
_known: FrozenSet[str] = frozenset()
_last = ""


def remember_modules() -> None:
    """Modules imported until now are none of a file's."""
    global _known, _last
    _known = frozenset(sys.modules)
    _last = next(reversed(sys.modules))


def modules_below(root: str, file: str) -> Dict[str, str]:
    """The imported files below `root` by their path from there; the DAG file itself is one."""
    real_root = os.path.join(os.path.realpath(root), "")
    found = {file: os.path.join(real_root, file)}
    for name in _new_modules():
        path = getattr(sys.modules[name], "__file__", None)
        if not isinstance(path, str):
            continue
        path = os.path.realpath(path)
        if path.startswith(real_root) and os.path.isfile(path):
            found[path[len(real_root) :]] = path
    return dict(sorted(found.items()))


def _new_modules() -> List[str]:
    """To look at all modules would copy their memory into this process, so only the newest are looked at."""
    found = []
    for name in reversed(sys.modules):
        if name == _last:
            break
        if name not in _known:
            found.append(name)
    return found


def bundle_hash(modules: Dict[str, str]) -> str:
    """32 hexadecimal digits of the SHA-256 over each path, a zero byte, the content's SHA-256 and a line feed."""
    whole = hashlib.sha256()
    for path, place in modules.items():
        with open(place, "rb") as opened:
            content = hashlib.sha256(opened.read()).hexdigest()
        whole.update(f"{path}\0{content}\n".encode())
    return whole.hexdigest()[:32]


def listed(modules: Dict[str, str]) -> List[str]:
    return sorted(modules)
