"""The DAGs of a file, in the process that runs their tasks."""

import os
import sys
from typing import Any, Dict


def load(bundle: str, file: str) -> "Dict[str, Any]":
    """Imports `file` of the bundle's folder, under the rules it was parsed by, and gives its DAGs by id. Raises what the file raises."""
    for folder in (os.path.join(bundle, "plugins"), bundle):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    from couture.model.context import made_dags
    from couture.parse.importing import import_file

    import_file(bundle, file)
    return {dag.dag_id: dag for dag in made_dags}
