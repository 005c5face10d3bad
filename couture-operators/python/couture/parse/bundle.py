"""The files that a DAG file consists of, and their hash."""

import hashlib
import os
import sys
from typing import AbstractSet, Dict, List


def modules_below(root: str, file: str, known: AbstractSet[str] = frozenset()) -> Dict[str, str]:
    """The imported files below `root` by their path from there; the DAG file itself is one. Modules of the names `known` were there before,
    so they are none of the file's."""
    real_root = os.path.join(os.path.realpath(root), "")
    found = {file: os.path.join(real_root, file)}
    for name, module in list(sys.modules.items()):
        if name in known:
            continue
        path = getattr(module, "__file__", None)
        if not isinstance(path, str):
            continue
        path = os.path.realpath(path)
        if path.startswith(real_root) and os.path.isfile(path):
            found[path[len(real_root) :]] = path
    return dict(sorted(found.items()))


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
