"""What a task tells of the assets (data sets) that it writes."""

from typing import Any


def uri_of(asset: Any) -> str:
    """The name under which facts about an asset are told: its uri, else its name."""
    if isinstance(asset, str):
        return asset
    return getattr(asset, "uri", None) or getattr(asset, "name", None) or str(asset)


class OutletEvent:
    """`outlet_events[asset]`: the facts that are told with the asset's event, and for an alias the assets meant."""

    def __init__(self) -> None:
        self.extra: "dict[str, Any]" = {}
        self.added: "list[Any]" = []

    def add(self, asset: Any, extra: Any = None) -> None:
        self.added.append((asset, extra))


class OutletEvents(dict):
    """Events by asset."""

    def __missing__(self, asset: Any) -> OutletEvent:
        return self.setdefault(uri_of(asset), OutletEvent())

    def __getitem__(self, asset: Any) -> OutletEvent:
        key = uri_of(asset)
        return dict.__getitem__(self, key) if key in self else self.__missing__(key)

    def extras(self) -> "dict[str, Any]":
        """The facts, by asset, of all that were told of."""
        told = {}
        for uri, event in self.items():
            if event.extra:
                told[uri] = event.extra
            for asset, extra in event.added:
                told[uri_of(asset)] = extra or {}
        return told


class InletEvents(dict):
    """The events of the assets that the task reads: none are kept here."""

    def __missing__(self, asset: Any) -> list:
        return []
