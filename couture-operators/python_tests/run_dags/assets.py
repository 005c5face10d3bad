"""Tasks that ask for changes of assets, for tests of attempts."""

from datetime import datetime

from airflow.datasets import Dataset
from airflow.sdk import DAG, Asset, AssetAlias, task

URI = "s3://lake/raw/orders.csv"
A = Asset("raw_orders", uri=URI)
NONE = Asset("none")

with DAG("assets", schedule=[A], start_date=datetime(2021, 1, 1)):

    @task
    def triggered(triggering_asset_events, triggering_dataset_events):
        events, old = triggering_asset_events, triggering_dataset_events
        first, second = events[A]
        run = first.source_dag_run
        moments = [run.logical_date, run.data_interval_start, run.data_interval_end]
        return {
            "found": [len(it) for it in (events[A], events["raw_orders"], events[URI], old[A], old[URI], events[Dataset(URI)])],
            "in": [A in events, URI in events, URI in old, NONE in events, "none" in old],
            "keys": [[key.name, key.uri] for key in events],
            "uris": [key for key, _ in old.items()],
            "get": events.get(NONE),
            "asset": [first.asset.name, first.asset.uri, first.uri, first.dataset.extra, first.asset == A],
            "first": [
                first.source_dag_id,
                first.source_task_id,
                first.source_run_id,
                first.source_map_index,
                first.extra,
                first.timestamp.isoformat(),
            ],
            "run": [run.run_id, run.dag_id, *[it.isoformat() for it in moments], run.conf],
            "no run": second.source_dag_run,
        }

    @task
    def unknown_trigger(triggering_asset_events):
        return len(triggering_asset_events[NONE])

    @task(inlets=[A, NONE, AssetAlias("some")])
    def inlets(inlet_events):
        events = inlet_events[A]
        return {
            "last": events[-1].extra["n"],
            "count": len(events),
            "slice": [it.extra["n"] for it in events[-3:]],
            "in order": [it.extra["n"] for it in events] == list(range(1203)),
            "found": [len(inlet_events[it]) for it in ("raw_orders", URI, 0, Dataset(URI))],
            "empty": [len(inlet_events[NONE]), list(inlet_events[NONE]), bool(inlet_events[NONE])],
            "keys": [it.name for it in inlet_events],
        }

    @task(inlets=[NONE])
    def stranger(inlet_events):
        return len(inlet_events[A])

    @task(inlets=[AssetAlias("some")])
    def aliased(inlet_events):
        return len(inlet_events[AssetAlias("some")])

    @task(inlets=[NONE])
    def nothing(inlet_events):
        return inlet_events[NONE][-1]

    triggered(), unknown_trigger(), inlets(), stranger(), aliased(), nothing()
