"""Assets (in Airflow 2: datasets): data that tasks write and DAGs wait for."""

from typing import Any, Dict, List, Optional
from urllib.parse import urlsplit


class BaseAsset:
    """What a DAG can wait for."""

    def condition(self) -> Dict[str, Any]:
        """As the installation knows it: `{"asset": name}`, `{"all": [...]}` or `{"any": [...]}`."""
        raise NotImplementedError

    def __or__(self, other):
        if not isinstance(other, BaseAsset):
            return NotImplemented
        return AssetAny(self, other)

    def __and__(self, other):
        if not isinstance(other, BaseAsset):
            return NotImplemented
        return AssetAll(self, other)

    def iter_assets(self):
        return iter(())


class Asset(BaseAsset):
    """Data under a name; by default its URI."""

    asset_type = "asset"

    def __init__(
        self,
        name: Optional[str] = None,
        uri: Any = None,
        *,
        group: str = "",
        extra: Optional[Dict[str, Any]] = None,
        watchers: Optional[List[Any]] = None,
        **_: Any,
    ):
        if name is None and uri is None:
            raise TypeError("an asset has neither a name nor a URI; give one of them")
        self.uri = str(uri) if uri is not None else str(name)
        self.name = str(name) if name is not None else self.uri
        for text, what in ((self.name, "name"), (self.uri, "uri")):
            if not text.strip():
                raise ValueError(f"the {what} of an asset is empty; give a text, or leave it out")
            if not text.isascii() and what == "uri":
                raise ValueError(f"the {what} of an asset is {text!r}; use only ASCII characters")
        if urlsplit(self.uri).scheme.lower() == "airflow":
            raise ValueError(f"the uri of an asset is {self.uri!r}; use another scheme than airflow")
        self.group = group or self.asset_type
        self.extra = extra or {}
        self.watchers = watchers or []

    def condition(self):
        return {"asset": self.name}

    def iter_assets(self):
        yield self

    def iter_datasets(self):
        yield self.uri, self

    @property
    def normalized_uri(self):
        return self.uri

    @staticmethod
    def ref(name: Optional[str] = None, uri: Optional[str] = None) -> "Asset":
        return Asset(name=name, uri=uri)

    def __fspath__(self) -> str:
        return self.uri

    def __eq__(self, other) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, uri={self.uri!r})"


class Dataset(Asset):
    """Airflow 2's asset: its URI is its name."""

    asset_type = "dataset"

    def __init__(self, uri: Any, extra: Optional[Dict[str, Any]] = None, **kwargs: Any):
        super().__init__(name=kwargs.pop("name", None), uri=uri, extra=extra, **kwargs)


class Model(Asset):
    asset_type = "model"


class AssetAlias(BaseAsset):
    """A name for assets that a task names when it runs."""

    def __init__(self, name: str, *, group: str = "asset"):
        self.name, self.group = name, group

    def condition(self):
        return {"asset": self.name}

    def iter_assets(self):
        yield Asset(name=self.name)

    def __eq__(self, other) -> bool:
        return isinstance(other, AssetAlias) and self.name == other.name

    def __hash__(self) -> int:
        return hash(("alias", self.name))

    def __repr__(self) -> str:
        return f"AssetAlias(name={self.name!r})"


class _Combined(BaseAsset):
    key = ""

    def __init__(self, *objects: Any):
        for it in objects:
            if not isinstance(it, BaseAsset):
                raise TypeError(f"a condition on assets holds {it!r}; join assets only")
        self.objects: List[BaseAsset] = []
        for it in objects:
            self.objects.extend(it.objects if type(it) is type(self) else [it])

    def condition(self):
        return {self.key: [it.condition() for it in self.objects]}

    def iter_assets(self):
        for it in self.objects:
            yield from it.iter_assets()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.objects))})"


class AssetAll(_Combined):
    """All of them have changed."""

    key = "all"


class AssetAny(_Combined):
    """One of them has changed."""

    key = "any"


class AssetWatcher:
    """A trigger that looks at an asset; kept, and not run."""

    def __init__(self, name: str, trigger: Any):
        self.name, self.trigger = name, trigger


class Metadata:
    """Facts about a change of an asset, from the task that makes it."""

    def __init__(self, asset: Any = None, extra: Optional[Dict[str, Any]] = None, alias: Any = None, *, target: Any = None):
        self.asset = asset if asset is not None else target
        self.extra = extra or {}
        self.alias = alias
        self.alias_name = alias.name if isinstance(alias, AssetAlias) else alias

    @property
    def uri(self):
        return self.asset.uri if isinstance(self.asset, Asset) else self.asset


def expand_alias_to_assets(alias, **_):
    return []
