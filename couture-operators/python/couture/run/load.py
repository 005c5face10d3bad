"""The DAGs of a file, in the process that runs their tasks."""

import os
import sys
from typing import Any, Dict, Optional


def load(bundle: str, file: str, dialect: Optional[str] = None) -> "Dict[str, Any]":
    """Imports `file` of the bundle's folder, under the rules it was parsed by, and gives its DAGs by id. Raises what the file raises."""
    for folder in (os.path.join(bundle, "plugins"), bundle):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    os.environ.setdefault("COUTURE_DAGS_FOLDER", bundle)
    from couture import fallback
    from couture.model.context import made_dags
    from couture.parse.importing import dags_of, import_file

    fallback.install()
    modules = import_file(bundle, file, dialect)
    # Last of all those that count: an id may have been used for a DAG that the file dropped.
    return {dag.dag_id: dag for dag in [*made_dags, *dags_of(modules)]}
