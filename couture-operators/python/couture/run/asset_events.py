"""The changes of assets that a task asks for: `triggering_asset_events` and `inlet_events`."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Dict, Iterator, List, Optional, Tuple

from couture.exceptions import AirflowException
from couture.model import asker
from couture.model.asset import Asset, AssetAlias, BaseAsset

from .moment import moment

_PAGE = 500
_RUN_MOMENTS = ("logical_date", "data_interval_start", "data_interval_end", "start_date", "end_date")


class AssetEvent(SimpleNamespace):
    """A change of an asset, with Airflow's attributes."""


class SourceRun(SimpleNamespace):
    """The run that changed an asset, as `source_dag_run`."""


def _event(facts: Dict[str, Any]) -> AssetEvent:
    facts = dict(facts)
    asset = Asset(name=facts.pop("name"), uri=facts["uri"], extra=facts.pop("asset_extra"))
    run = facts["source_dag_run"]
    if run is not None:
        run = {**run, **{name: moment(run[name], False) for name in _RUN_MOMENTS}}
        facts["source_dag_run"] = SourceRun(**run, execution_date=run["logical_date"])
    facts["timestamp"] = moment(facts["timestamp"], False)
    return AssetEvent(**facts, asset=asset, dataset=asset)


def _place(key: Any, assets: List[Asset]) -> Optional[int]:
    """Which of them is meant: by an asset, by its name or by its URI."""
    text = key if isinstance(key, str) else getattr(key, "name", None)
    if isinstance(key, Asset) and key in assets:
        return assets.index(key)
    if text is None:
        return None
    for names in ([it.name for it in assets], [getattr(it, "uri", None) for it in assets]):
        if text in names:
            return names.index(text)
    return None


class _ByAsset(Mapping):
    """Something for each asset. An asset is found by itself, by its name and by its URI."""

    _assets: List[Asset]

    def _events(self, at: int) -> Sequence:
        raise NotImplementedError

    def __getitem__(self, key: Any) -> Sequence:
        at = _place(key, self._assets)
        if at is None:
            raise KeyError(key)
        return self._events(at)

    def __contains__(self, key: Any) -> bool:
        return _place(key, self._assets) is not None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._assets)

    def __len__(self) -> int:
        return len(self._assets)

    def for_asset(self, *, name: Optional[str] = None, uri: Optional[str] = None) -> Sequence:
        return self[Asset(name=name, uri=uri)]

    def for_asset_alias(self, *, name: str) -> Sequence:
        return self[AssetAlias(name)]


class TriggeringEvents(_ByAsset):
    """The changes that started the run: lists, oldest first; asked for when they are used.

    As keys it lists assets, or, as Airflow 2, their URIs.
    """

    def __init__(self, is_by_uri: bool = False) -> None:
        self._is_by_uri = is_by_uri
        self._found: Optional[List[List[AssetEvent]]] = None

    @property
    def _lists(self) -> List[List[AssetEvent]]:
        if self._found is None:
            found = asker.ask({"name": {"name": "triggering_asset_events"}}).values()
            self._found = [[_event(facts) for facts in events] for events in found]
        return self._found

    @property
    def _assets(self) -> List[Asset]:
        return [events[0].asset for events in self._lists]

    def _events(self, at: int) -> List[AssetEvent]:
        return self._lists[at]

    def __iter__(self) -> Iterator[Any]:
        return iter([it.uri for it in self._assets] if self._is_by_uri else self._assets)

    def __repr__(self) -> str:
        # Who prints the whole context does not ask for these.
        return "<events that started the run>" if self._found is None else repr(dict(self.items()))


class EventsOf(Sequence):
    """All changes of an asset, oldest first; asked for page by page when they are used."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._total: Optional[int] = None
        self._page: Tuple[int, List[AssetEvent]] = (-1, [])

    def _ask(self, offset: int, limit: int) -> List[AssetEvent]:
        found = asker.ask({"asset_events": {"asset": self._name, "offset": offset, "limit": limit}})
        # What changes meanwhile is not there: the length of a sequence stays.
        self._total = found["total"] if self._total is None else self._total
        return [_event(facts) for facts in found["events"]]

    def __len__(self) -> int:
        if self._total is None:
            self._ask(0, 0)
        return self._total or 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"asset {self._name!r} has {count} events, and none at {index}")
        at = index % count
        if self._page[0] != at // _PAGE:
            self._page = (at // _PAGE, self._ask(at // _PAGE * _PAGE, _PAGE))
        return self._page[1][at % _PAGE]

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<events of asset {self._name}>"


class InletEvents(_ByAsset):
    """`inlet_events`: by each asset that the task reads its changes, oldest first."""

    def __init__(self, task: Any) -> None:
        self._task_id = getattr(task, "task_id", None)
        inlets = [it for it in getattr(task, "inlets", None) or [] if isinstance(it, BaseAsset)]
        self._assets = [one for it in inlets for one in ([it] if isinstance(it, AssetAlias) else it.iter_assets())]

    def __repr__(self) -> str:
        return f"<events of {self._assets}>"

    def __getitem__(self, key: Any) -> Sequence:
        if isinstance(key, int):
            return self._events(range(len(self._assets))[key])
        try:
            return super().__getitem__(key)
        except KeyError:
            raise KeyError(f"{key!r} is no inlet of task {self._task_id}; name it in its inlets") from None

    def _events(self, at: int) -> Sequence:
        asset = self._assets[at]
        if isinstance(asset, AssetAlias):
            raise AirflowException(f"the events of the asset alias {asset.name!r} are not told apart; name an asset as an inlet")
        return EventsOf(asset.name)
