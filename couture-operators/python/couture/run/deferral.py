"""Deferred tasks: their trigger runs here, in the task's own process, until it fires."""

from typing import Any

from couture.exceptions import TaskDeferralError, TaskDeferred


def finish(task: Any, context: Any, deferred: TaskDeferred) -> Any:
    """Waits for the trigger, calls the method that the task named, and so on until one returns. Gives what it returns."""
    while True:
        event = _event(deferred)
        kwargs = dict(deferred.kwargs or {})
        method = getattr(task, deferred.method_name, None)
        if method is None:
            raise TaskDeferralError(f"{type(task).__name__} has no method {deferred.method_name!r} to go on with")
        if event is not None:
            kwargs["event"] = event
        try:
            return method(context, **kwargs)
        except TaskDeferred as again:
            deferred = again


def _event(deferred: TaskDeferred) -> Any:
    import asyncio

    trigger, timeout = deferred.trigger, deferred.timeout
    if timeout is not None:
        timeout = timeout.total_seconds() if hasattr(timeout, "total_seconds") else float(timeout)
    print(f"waiting for {type(trigger).__name__}", flush=True)
    try:
        return asyncio.run(_first(trigger, timeout))
    except asyncio.TimeoutError:
        raise TaskDeferralError(f"{type(trigger).__name__} did not fire within {timeout} s") from None


async def _first(trigger: Any, timeout: Any) -> Any:
    import asyncio

    async def first() -> Any:
        async for event in trigger.run():
            return getattr(event, "payload", event)
        raise TaskDeferralError(f"{type(trigger).__name__} ended without firing")

    try:
        return await asyncio.wait_for(first(), timeout)
    finally:
        cleanup = getattr(trigger, "cleanup", None)
        if cleanup is not None:
            await cleanup()
