"""Makes the modules of the table, stand-ins for packages that are not here, and finds provider packages that are."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types

from airflow._table import MODULES, PACKAGES

STUBBED = (
    "airflow.contrib",
    "airflow.providers",
    "airflow.operators",
    "airflow.sensors",
    "airflow.hooks",
    "airflow.triggers",
    "airflow.notifications",
)
_HERE = os.path.dirname(os.path.abspath(__file__))


def attribute(module, name):
    """What a module of the table has under a name: something of `couture`, or a module below."""
    if name.startswith("__"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    target = MODULES.get(module, {}).get(name) or MODULES.get(module, {}).get("*")
    if target is not None:
        try:
            value = sys.modules[module].__dict__[name] = resolve(target, name)
            return value
        except AttributeError:
            pass
    below = f"{module}.{name}"
    if below in MODULES or below in PACKAGES:
        return importlib.import_module(below)
    found = _from_plugins(module, name)
    if found is not None:
        return found
    if _is_stubbed(module) and not name.startswith("_"):
        if name[:1].isupper():
            from couture.operators.stub import stub

            return stub(module, name)
        if name.isidentifier() and name.islower() and _is_stubbed(below):
            return importlib.import_module(below)
    raise AttributeError(f"module {module!r} has no attribute {name!r}; what is there, is listed in the documentation of DAG files")


def resolve(target, name):
    """`package.module:Name`, `package.module:` (the same name there) or `package.module` (the module)."""
    path, colon, inner = target.partition(":")
    found = importlib.import_module(path)
    if not colon:
        return found
    return getattr(found, inner or name)


def _is_stubbed(name):
    return name in STUBBED or name.startswith(tuple(prefix + "." for prefix in STUBBED))


def _from_plugins(module, name):
    kinds = ("operators", "sensors", "hooks", "macros", "executors")
    parts = module.split(".")
    if len(parts) < 2 or parts[1] not in kinds:
        return None
    from couture.model.plugins import offered

    return offered(parts[1], parts[2] if len(parts) > 2 else None, name)


class Module(types.ModuleType):
    """A module whose names are looked up in the table."""

    def __getattr__(self, name):
        return attribute(self.__name__, name)

    def __dir__(self):
        return sorted({*self.__dict__, *MODULES.get(self.__name__, {})} - {"*"})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes before all other finders, and only for `airflow`."""

    def find_spec(self, fullname, path=None, target=None):
        if not fullname.startswith("airflow.") or fullname in ("airflow._finder", "airflow._table"):
            return None
        if fullname in MODULES or fullname in PACKAGES:
            return self._spec(fullname)
        if fullname.startswith("airflow.providers."):
            found = importlib.machinery.PathFinder.find_spec(fullname, _installed(fullname))
            if found is not None:
                return found
        if _is_stubbed(fullname) or fullname.startswith("airflow.macros."):
            return self._spec(fullname)
        return None

    def _spec(self, fullname):
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        made = Module(spec.name)
        made.__path__ = []
        made.__all__ = sorted(set(MODULES.get(spec.name, {})) - {"*"})
        return made

    def exec_module(self, module):
        pass


def _installed(fullname):
    """The folders where the parent of a provider's module may really be."""
    parent = fullname.rpartition(".")[0].split(".")
    folders = (os.path.join(folder or ".", *parent) for folder in sys.path)
    return [folder for folder in folders if os.path.isdir(folder) and not folder.startswith(_HERE)]


def install():
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
        import couture.fallback

        couture.fallback.install()
