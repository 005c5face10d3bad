"""Stand-ins for `pendulum`, `pytz` and `dateutil`, used where the packages themselves are not installed."""

import importlib
import importlib.abc
import importlib.machinery
import sys

NAMES = {
    "pendulum": "couture.fallback.pendulum",
    "pytz": "couture.fallback.pytz",
    "dateutil": "couture.fallback.dateutil",
    "dateutil.relativedelta": "couture.fallback.relativedelta",
    "dateutil.parser": "couture.fallback.dateutil",
    "dateutil.tz": "couture.fallback.dateutil",
}


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes after all other finders."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in NAMES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=fullname == "dateutil")

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        source = importlib.import_module(NAMES[module.__name__])
        names = {name: value for name, value in vars(source).items() if name == "__version__" or not name.startswith("__")}
        module.__dict__.update(names)


def install() -> None:
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.append(Finder())
