"""The DAGs of a file, in the process that runs their tasks."""

import os
import sys
import warnings
from typing import Any, Dict, Optional

_TWICE = "COUTURE_DUPLICATE_DEPENDENCIES"


def load(bundle: str, file: str, dialect: Optional[str] = None) -> "Dict[str, Any]":
    """Imports `file` of the bundle's folder, under the rules it was parsed by, and gives its DAGs by id. Raises what the file raises."""
    # Last, as where the file is parsed.
    for folder in (bundle, os.path.join(bundle, "plugins")):
        if folder not in sys.path:
            sys.path.append(folder)
    os.environ.setdefault("COUTURE_DAGS_FOLDER", bundle)
    from couture import fallback
    from couture.model.context import made_dags
    from couture.parse.importing import dags_of, import_file

    fallback.install()
    # Whether an edge may be written twice was judged when the file was parsed.
    warnings.filterwarnings("ignore", message="dependency .* was set before")
    strictness = os.environ.get(_TWICE)
    os.environ[_TWICE] = "warn"
    try:
        modules = import_file(bundle, file, dialect)
    finally:
        os.environ.pop(_TWICE)
        if strictness is not None:
            os.environ[_TWICE] = strictness
    # Last of all those that count: an id may have been used for a DAG that the file dropped.
    return {dag.dag_id: dag for dag in [*made_dags, *dags_of(modules)]}
