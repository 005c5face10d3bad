"""`@asset`: a function that writes an asset, as a DAG of one task."""

import inspect
from typing import Any, Callable, List, Optional

from couture.model.asset import Asset
from couture.model.context import registered_dags
from couture.model.dag import DAG
from couture.model.decorators.operators import CONTEXT_NAMES, decorated_class

_DAG_ARGUMENTS = frozenset(inspect.signature(DAG.__init__).parameters) - {"self", "dag_id", "old_positional"}


def _dag(function: Callable, dag_id: str, outlets: List[Any], kwargs: Any) -> DAG:
    settings = {name: value for name, value in kwargs.items() if name in _DAG_ARGUMENTS}
    settings.setdefault("schedule", None)
    settings.setdefault("doc_md", inspect.cleandoc(function.__doc__) if function.__doc__ else None)
    with DAG(dag_id, **settings) as made:
        made.fileloc = function.__code__.co_filename
        inlets = [
            Asset(name=name)
            for name, it in inspect.signature(function).parameters.items()
            if name not in CONTEXT_NAMES and name != "self" and it.kind not in (it.VAR_KEYWORD, it.VAR_POSITIONAL)
        ]
        arguments = {"op_kwargs": {}} if not inlets else {"op_kwargs": {it.name: it for it in inlets}}
        if "self" in inspect.signature(function).parameters:
            arguments["op_kwargs"]["self"] = outlets[0] if outlets else None
        decorated_class("python")(
            task_id=function.__name__, python_callable=function, inlets=inlets, outlets=outlets, multiple_outputs=False, **arguments
        )
    if made not in registered_dags:
        registered_dags.append(made)
    return made


class AssetFunction(Asset):
    """The asset that a function writes."""

    def __init__(self, function: Callable, name: Optional[str], uri: Any, group: str, extra: Any, watchers: Any, kwargs: Any):
        super().__init__(name=name or function.__name__, uri=uri, group=group, extra=extra, watchers=watchers)
        self.function = function
        plain = Asset(name=self.name, uri=self.uri, group=self.group, extra=self.extra)
        self.made_dag = _dag(function, kwargs.pop("dag_id", None) or function.__name__, [plain], kwargs)


class MultiAsset:
    """A function that writes several assets."""

    def __init__(self, function: Callable, outlets: List[Any], kwargs: Any):
        self.function, self.outlets = function, outlets
        self.made_dag = _dag(function, kwargs.pop("dag_id", None) or function.__name__, outlets, kwargs)

    def iter_assets(self):
        return iter(self.outlets)


class _AssetDecorator:
    def __call__(self, function: Any = None, *, name=None, uri=None, group="", extra=None, watchers=None, **kwargs: Any) -> Any:
        def make(it: Callable) -> AssetFunction:
            return AssetFunction(it, name, uri, group, extra, watchers, dict(kwargs))

        return make if function is None else make(function)

    def multi(self, *, outlets: List[Any], **kwargs: Any) -> Callable:
        return lambda function: MultiAsset(function, list(outlets), dict(kwargs))


asset = _AssetDecorator()
