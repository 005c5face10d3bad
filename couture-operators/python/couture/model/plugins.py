"""Plugins: files in `plugins/` beside the DAGs that offer operators, hooks and macros."""

import importlib.util
import os
import sys
import warnings
from typing import Any, List, Optional


class AirflowPlugin:
    """What a plugin offers, by kind."""

    name: Optional[str] = None
    operators: List[Any] = []
    sensors: List[Any] = []
    hooks: List[Any] = []
    executors: List[Any] = []
    macros: List[Any] = []
    timetables: List[Any] = []
    listeners: List[Any] = []
    flask_blueprints: List[Any] = []
    appbuilder_views: List[Any] = []
    appbuilder_menu_items: List[Any] = []
    admin_views: List[Any] = []
    menu_links: List[Any] = []
    global_operator_extra_links: List[Any] = []
    operator_extra_links: List[Any] = []
    priority_weight_strategies: List[Any] = []

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        pass


_loaded: Optional[List[type]] = None
_loading = False


def folders() -> List[str]:
    """Where plugins lie: in the `plugins` folders of the path."""
    found = [folder for folder in sys.path if os.path.basename(os.path.normpath(folder or ".")) == "plugins" and os.path.isdir(folder)]
    return list(dict.fromkeys(found))


def plugins() -> List[type]:
    """The plugin classes of all files there. They are imported when one is asked for, and once. A file that cannot be imported is warned
    of and left out: those who need what it offers fail by themselves, the others go on."""
    global _loaded, _loading
    if _loaded is not None or _loading:
        return _loaded or []
    _loading = True
    try:
        for folder in folders():
            for place, below, names in os.walk(folder):
                below.sort()
                for name in sorted(names):
                    if name.endswith(".py"):
                        _import_if_right(folder, os.path.join(place, name))
        _loaded = _subclasses(AirflowPlugin)
    finally:
        _loading = False
    return _loaded


def _import_if_right(folder: str, path: str) -> None:
    try:
        _import(folder, path)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".split("\n")[0]
        warnings.warn(f"the plugin {os.path.relpath(path, folder)} is left out, since it cannot be imported: {reason}", stacklevel=2)


def _import(folder: str, path: str) -> None:
    dotted = os.path.splitext(os.path.relpath(path, folder))[0].replace(os.sep, ".")
    dotted = dotted[: -len(".__init__")] if dotted.endswith(".__init__") else dotted
    if dotted in sys.modules or dotted == "__init__":
        return
    spec = importlib.util.spec_from_file_location(dotted, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[dotted] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[dotted]
        raise


def _subclasses(kind: type) -> List[type]:
    found = []
    for it in kind.__subclasses__():
        found.extend([it, *_subclasses(it)])
    return [it for it in found if it.name]


def offered(kind: str, plugin: Optional[str], name: str) -> Any:
    """What a plugin offers under a name: for `airflow.operators.NAME`, or `airflow.operators.PLUGIN.NAME`. A plugin's name is a module."""
    for it in plugins():
        if plugin is not None and it.name != plugin:
            continue
        for value in getattr(it, kind, []):
            if getattr(value, "__name__", None) == name:
                return value
    if plugin is None and any(it.name == name and getattr(it, kind, []) for it in plugins()):
        import importlib

        return importlib.import_module(f"airflow.{kind}.{name}")
    return None
