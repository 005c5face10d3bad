"""Triggers: what deferred tasks wait for."""

import datetime as dt
from typing import Any, AsyncIterator, Dict, Tuple


class TriggerEvent:
    """What a trigger tells when it fires."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload

    def __repr__(self) -> str:
        return f"TriggerEvent<{self.payload!r}>"

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, TriggerEvent) and other.payload == self.payload

    __hash__ = None  # type: ignore[assignment]


class BaseTrigger:
    """A trigger: a subclass defines `run()`, an asynchronous generator that yields a TriggerEvent."""

    def __init__(self, **kwargs: Any) -> None:
        self.task_instance: Any = None
        self.trigger_id: Any = None

    @property
    def log(self) -> Any:
        import logging

        return logging.getLogger("airflow.triggers")

    def serialize(self) -> Tuple[str, Dict[str, Any]]:
        raise NotImplementedError(f"{type(self).__name__} has no serialize()")

    async def run(self) -> AsyncIterator[TriggerEvent]:
        raise NotImplementedError(f"{type(self).__name__} has no run()")
        yield TriggerEvent(None)

    async def cleanup(self) -> None:
        """Called when the trigger is no longer waited for."""


class DateTimeTrigger(BaseTrigger):
    """Fires at a moment."""

    def __init__(self, moment: dt.datetime, *, end_from_trigger: bool = False) -> None:
        super().__init__()
        if not isinstance(moment, dt.datetime):
            raise TypeError(f"moment of a trigger is {moment!r}; give a datetime")
        if moment.tzinfo is None:
            raise ValueError(f"moment of a trigger is {moment!r}, without a time zone; give it one")
        self.moment, self.end_from_trigger = moment, end_from_trigger

    def serialize(self) -> Tuple[str, Dict[str, Any]]:
        return ("airflow.triggers.temporal.DateTimeTrigger", {"moment": self.moment, "end_from_trigger": self.end_from_trigger})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        import asyncio

        while True:
            left = (self.moment - dt.datetime.now(dt.timezone.utc)).total_seconds()
            if left <= 0:
                break
            await asyncio.sleep(min(left, 60.0))
        yield TriggerEvent(self.moment)


class TimeDeltaTrigger(DateTimeTrigger):
    """Fires after some time."""

    def __init__(self, delta: dt.timedelta, *, end_from_trigger: bool = False) -> None:
        super().__init__(dt.datetime.now(dt.timezone.utc) + delta, end_from_trigger=end_from_trigger)
