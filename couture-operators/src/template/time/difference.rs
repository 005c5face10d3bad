//! How far apart two times are, for people.

use chrono::{Datelike, NaiveDateTime};

use super::moment::{Moment, add_months};
use super::zone::Zone;

/// As pendulum's `diff_for_humans` in English: `2 days before` another time, or `2 days ago`.
pub(in crate::template) fn for_humans(moment: Moment, other: Option<Moment>) -> String {
    let utc = |moment: Moment| moment.zone.unwrap_or(Zone::UTC).at(moment.local).naive_utc();
    let now = || Moment::utc(crate::wall::now(), moment.flavour);
    let (this, that) = (utc(moment), utc(other.unwrap_or_else(now)));
    let is_earlier = this < that;
    let length = length(this.min(that), this.max(that));
    match (other.is_some(), is_earlier) {
        (true, true) => format!("{length} before"),
        (true, false) => format!("{length} after"),
        (false, true) => format!("{length} ago"),
        (false, false) => format!("in {length}"),
    }
}

/// The largest unit that fits, rounded as pendulum's `DifferenceFormatter` does.
fn length(from: NaiveDateTime, to: NaiveDateTime) -> String {
    let mut months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    while months > 0 && add_months(from, months).is_none_or(|time| time > to) {
        months -= 1;
    }
    let rest = to - add_months(from, months).unwrap_or(from);
    let days = rest.num_days();
    let (weeks, left_days) = (days / 7, days % 7);
    let seconds = rest.num_seconds() % 86_400;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let (count, unit) = match (months / 12, months % 12) {
        (years @ 1.., months) => (years + i64::from(months > 6), "year"),
        (0, 11) if days > 15 => (1, "year"),
        (_, months @ 1..) => (months + i64::from(days >= 27), "month"),
        _ if weeks > 0 => (weeks + i64::from(left_days > 3), "week"),
        _ if left_days > 0 => (left_days + i64::from(hours >= 22), "day"),
        _ if hours > 0 => (hours, "hour"),
        _ if minutes > 0 => (minutes, "minute"),
        _ if seconds > 10 => (seconds, "second"),
        _ => return "a few seconds".into(),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
