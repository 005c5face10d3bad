"""What a task tells of the assets (data sets) that it writes."""

import inspect
from typing import Any, Callable


def name_of(asset: Any) -> str:
    """The name under which facts about an asset are told: that by which it is known."""
    if isinstance(asset, str):
        return asset
    return getattr(asset, "name", None) or str(asset)


class OutletEvent:
    """`outlet_events[asset]`: the facts that are told with the asset's event, and of an alias the assets that it stands for."""

    def __init__(self) -> None:
        self.extra: "dict[str, Any]" = {}
        self.added: "list[Any]" = []

    def add(self, asset: Any, extra: Any = None) -> None:
        self.added.append((asset, extra))

    def add_partitions(self, keys: Any, *_: Any, **__: Any) -> None:
        """Partitions of assets are not kept; the asset's event is told of all the same."""
        print(f"partitions of assets are not kept: {keys!r}")


class OutletEvents(dict):
    """Events by asset."""

    def __missing__(self, asset: Any) -> OutletEvent:
        return self.setdefault(name_of(asset), OutletEvent())

    def __getitem__(self, asset: Any) -> OutletEvent:
        key = name_of(asset)
        return dict.__getitem__(self, key) if key in self else self.__missing__(key)

    def extras(self) -> "dict[str, Any]":
        """The facts, by asset, of all that were told of."""
        told = {}
        for name, event in self.items():
            if event.extra or event.added:
                told[name] = event.extra
            for asset, extra in event.added:
                told[name_of(asset)] = extra or {}
        return told


def told_of_assets(function: Callable, args: Any, kwargs: Any, context: Any) -> Any:
    """Calls `function`. A generator is run to its end: each `Metadata` that it yields is told with its asset's event, and what it returns
    is its value."""
    if not inspect.isgeneratorfunction(inspect.unwrap(function)):
        return function(*args, **kwargs)
    from couture.model.asset import Metadata

    events = context.get("outlet_events") if context is not None else None
    events = OutletEvents() if events is None else events
    steps = function(*args, **kwargs)
    while True:
        try:
            told = next(steps)
        except StopIteration as end:
            return end.value
        if not isinstance(told, Metadata):
            raise TypeError(f"a task that is a generator yields Metadata of assets only, not {type(told).__name__}: return a list instead")
        if told.alias_name:
            events[told.alias_name].add(told.asset, told.extra)
        else:
            events[told.asset].extra.update(told.extra)
