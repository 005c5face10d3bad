"""The dates around a logical date, by the schedule of a serialised DAG. Only what the example DAGs use: minutes, UTC."""

from datetime import datetime, timedelta, timezone

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}


def parse(text):
    """A moment in RFC 3339, in UTC where it has no zone."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def values(field, low, high):
    """The numbers of one field of a cron expression."""
    found = set()
    for part in field.split(","):
        part, _, step = part.partition("/")
        begin, _, end = part.partition("-")
        if begin == "*":
            begin, end = low, high
        elif not end:
            end = high if step else begin
        found.update(range(int(begin), int(end) + 1, int(step or 1)))
    return found


def is_tick(fields, moment):
    """Whether a cron expression fires in this minute."""
    minute, hour, day, month, weekday = fields
    if moment.minute not in minute[0] or moment.hour not in hour[0] or moment.month not in month[0]:
        return False
    on_day = moment.day in day[0]
    on_weekday = moment.isoweekday() % 7 in {number % 7 for number in weekday[0]}
    return on_day or on_weekday if day[1] and weekday[1] else on_day and on_weekday


def neighbours(schedule, moment):
    """The dates before and after a tick, or (None, None) where the DAG has no schedule."""
    if isinstance(schedule, dict) and ("delta_ms" in schedule):
        delta = timedelta(milliseconds=schedule["delta_ms"])
        return moment - delta, moment + delta
    expression = schedule.get("cron") or schedule.get("cron_trigger") if isinstance(schedule, dict) else schedule
    if not expression or expression in ("@once", "@continuous"):
        return None, None
    expression = PRESETS.get(expression, expression)
    ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
    fields = [(values(field, *span), field != "*") for field, span in zip(expression.split(), ranges)]
    minute = timedelta(minutes=1)
    found = []
    for step in (-minute, minute):
        at = moment.replace(second=0, microsecond=0) + step
        while not is_tick(fields, at):
            at += step
        found.append(at)
    return tuple(found)
