"""The names that DAG files import from Airflow. What stands behind them is in `couture`; which is where, is in `_table`."""

import os as _os
import sys as _sys

from airflow import _finder

_finder.install()
# A real Airflow elsewhere on the path is none of ours; only its provider packages are.
__path__ = [_os.path.dirname(_os.path.abspath(__file__))]


def __getattr__(name):
    if name == "__version__":
        from couture.model import configuration

        return configuration.version
    return _finder.attribute("airflow", name)


_sys.modules.setdefault("airflow", _sys.modules[__name__])
