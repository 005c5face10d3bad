"""Sensors: tasks that look for something until it is there."""

import datetime as dt
import hashlib
import math
import time
from typing import Any, Callable, Collection, Dict, Optional, Union

from couture.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
)
from couture.model.base_operator import BaseOperator
from couture.model.call import keyword_arguments
from couture.operators.skip import SkipMixin

_WEEK_S = 7 * 24 * 60 * 60
_SHORTEST_S = 0.001


class PokeReturnValue:
    """What a poke found: whether it is there, and the value to give to later tasks."""

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done, self.xcom_value = is_done, xcom_value

    def __bool__(self) -> bool:
        return bool(self.is_done)


def _seconds(value: Any, name: str) -> float:
    if isinstance(value, dt.timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise AirflowException(f"{name} is negative or no number; give seconds, or a timedelta")
    return value


class BaseSensorOperator(BaseOperator, SkipMixin):
    """A sensor: a subclass defines `poke(context)`, which says whether it is there.

    Unless `mode="poke"` is given, no process waits: each poke is an attempt of its own, and so an object's attributes do not last from
    one to the next.
    """

    ui_color = "#e6f1f2"
    valid_modes = ("poke", "reschedule")

    def __init__(
        self,
        *,
        poke_interval: Union[float, dt.timedelta] = 60,
        timeout: Union[float, dt.timedelta] = _WEEK_S,
        soft_fail: bool = False,
        mode: Optional[str] = None,
        exponential_backoff: bool = False,
        max_wait: Union[float, dt.timedelta, None] = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.poke_interval = _seconds(poke_interval, "poke_interval")
        self.timeout = _seconds(timeout, "timeout")
        self.max_wait = None if max_wait is None else dt.timedelta(seconds=_seconds(max_wait, "max_wait"))
        self.soft_fail, self.silent_fail, self.never_fail = soft_fail, silent_fail, never_fail
        if soft_fail and never_fail:
            raise ValueError("a sensor has soft_fail and never_fail; keep one of them")
        if silent_fail and never_fail:
            raise ValueError("a sensor has silent_fail and never_fail; keep one of them")
        self.exponential_backoff = exponential_backoff
        if mode is not None and mode not in self.valid_modes:
            raise AirflowException(f"mode of a sensor is {mode!r}; use one of {', '.join(self.valid_modes)}")
        self.mode = mode or "poke"
        self.mode_was_given = mode is not None

    def poke(self, context: Any) -> Union[bool, PokeReturnValue]:
        """Whether it is there."""
        raise NotImplementedError(f"{type(self).__name__} has no poke()")

    @property
    def reschedule(self) -> bool:
        return self.mode == "reschedule" or not self.mode_was_given

    def execute(self, context: Any) -> Any:
        since = _since(context)
        while True:
            found = self._poked(context)
            if found:
                print("Success criteria met. Exiting.")
                return found.xcom_value if isinstance(found, PokeReturnValue) else None
            elapsed = (dt.datetime.now(dt.timezone.utc) - since).total_seconds()
            left = self.timeout - elapsed
            if left <= 0:
                self._time_out(elapsed)
            wait = min(self._interval(elapsed, context), left)
            if self.reschedule:
                # A little late rather than a little early: a poke before the timeout's end would be followed by another one.
                late = dt.timedelta(seconds=wait, microseconds=1)
                raise AirflowRescheduleException(dt.datetime.now(dt.timezone.utc) + late)
            time.sleep(wait)

    def _poked(self, context: Any) -> Any:
        try:
            return self.poke(context)
        except (AirflowSkipException, AirflowRescheduleException):
            raise
        except (AirflowFailException, AirflowSensorTimeout) as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(f"skipped for {'soft_fail' if self.soft_fail else 'never_fail'}: {error}") from error
            raise
        except Exception as error:
            if self.never_fail or (self.soft_fail and isinstance(error, AirflowException)):
                raise AirflowSkipException(f"skipped for {'soft_fail' if self.soft_fail else 'never_fail'}: {error}") from error
            if self.silent_fail:
                print(f"the poke failed, which counts as nothing found: {type(error).__name__}: {error}")
                return False
            raise

    def _time_out(self, elapsed: float) -> None:
        message = f"Sensor has timed out; run duration of {elapsed:.3f} seconds exceeds the specified timeout of {self.timeout}."
        if self.soft_fail or self.never_fail:
            raise AirflowSkipException(message)
        raise AirflowSensorTimeout(message)

    def _interval(self, elapsed: float, context: Any) -> float:
        """Seconds to the next poke; with exponential_backoff they double from poke to poke, and vary with the task."""
        interval = max(self.poke_interval, _SHORTEST_S)
        if not self.exponential_backoff:
            return interval
        number = math.ceil(math.log2(elapsed / interval + 1)) + 1
        least = max(int(interval * 2 ** min(number - 2, 40)), 1)
        ti = context["ti"]
        text = f"{ti.dag_id}#{ti.task_id}#{ti.run_id}#{ti.map_index}#{number}"
        wait = float(least + int(hashlib.sha1(text.encode()).hexdigest(), 16) % least)
        return min(wait, self.max_wait.total_seconds()) if self.max_wait is not None else wait


def _since(context: Any) -> dt.datetime:
    """When the waiting began: that of the first poke, however many attempts ago."""
    waited = getattr(context["ti"], "waited", None)
    if waited:
        from couture.model.dates import parse

        return parse(waited["since"])
    return dt.datetime.now(dt.timezone.utc)


def poke_mode_only(cls: type) -> type:
    """For sensors whose objects must last from poke to poke."""

    def get(self: Any) -> str:
        return "poke"

    def put(self: Any, value: Any) -> None:
        if value not in (None, "poke"):
            raise ValueError(f"mode of {type(self).__name__} is {value!r}; it works with poke only")

    cls.mode = property(get, put)  # type: ignore[attr-defined]
    cls.reschedule = property(lambda self: False)  # type: ignore[attr-defined]
    return cls


class PythonSensor(BaseSensorOperator):
    """Waits until a function returns something true."""

    template_fields = ("templates_dict", "op_args", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable,
        op_args: Optional[Collection[Any]] = None,
        op_kwargs: Optional[Dict[str, Any]] = None,
        provide_context: bool = False,
        templates_dict: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(python_callable):
            raise AirflowException("python_callable is no function; give one")
        self.python_callable = python_callable
        self.op_args = op_args if op_args is not None else ()
        self.op_kwargs = op_kwargs if op_kwargs is not None else {}
        self.provide_context = provide_context
        self.templates_dict = templates_dict

    def poke(self, context: Any) -> Any:
        if not context["ti"].is_old:
            given = keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        elif self.provide_context:
            given = {**context, "templates_dict": self.templates_dict, **self.op_kwargs}
        else:
            given = dict(self.op_kwargs)
        found = self.python_callable(*self.op_args, **given)
        return found if isinstance(found, PokeReturnValue) else bool(found)
