//! How predictions depend on features, as pictures with a scale.

use std::fmt::Write;

use super::{Curve, Importance, Task};
use crate::report::{Axis, escape};

/// The area of a picture that values lie in.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 312.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 150.0;
/// Characters of a category's name.
const MOST_LABEL_CHARS: usize = 12;

/// The curves of the most important features, all of one height.
pub(super) fn curves(importance: &Importance) -> String {
    if importance.curves.is_empty() {
        return String::new();
    }
    let heights = importance.curves.iter().flat_map(|curve| &curve.points).map(|point| point.1);
    let (low, high) =
        heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let room = if high > low { 0.04 * (high - low) } else { 0.5 * low.abs().max(1.0) };
    let (predicted, range) = match &importance.task {
        Task::Regression => (format!("mean prediction of {}", escape(&importance.target)), (low - room, high + room)),
        Task::Classification(classes) => {
            // Of two classes the second is predicted; of more, the picture is about the first.
            let class = if classes.len() == 2 { classes.last() } else { classes.first() };
            let class = class.map_or_else(String::new, |class| escape(class));
            (format!("mean predicted probability of “{class}”"), ((low - room).max(0.0), (high + room).min(1.0)))
        }
    };
    let up = Axis::new(range, None);
    let pictures: String = importance.curves.iter().map(|curve| picture(curve, &up, &predicted)).collect();
    format!(
        "<h2>Partial dependence</h2><p>Up: the {predicted}, where all rows have the value across. A dot stands for an equal \
         share of the rows; the 2 % at either end are left out. All pictures have the same scale up.</p>\
         <div class=r>{pictures}</div>"
    )
}

fn picture(curve: &Curve, up: &Axis, predicted: &str) -> String {
    let name = escape(&curve.feature);
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * up.place(value);
    let mut marks = String::new();
    for (value, text) in &up.marks {
        let at = y(*value);
        let _ = write!(
            marks,
            "<path class=a d='M{LEFT} {at:.1}H{RIGHT}'/><text x={} y={:.1} text-anchor=end>{text}</text>",
            LEFT - 4.0,
            at + 3.0
        );
    }
    let (bottom, line) = match &curve.labels {
        Some(labels) => categories(curve, labels, &mut marks, y),
        None => numbers(curve, &mut marks, y),
    };
    format!(
        "<figure><svg class=y viewBox='0 0 320 {bottom}' role=img aria-label='{predicted} by {name}'>{marks}{line}</svg>\
         <figcaption>{name}</figcaption></figure>"
    )
}

/// A line over numbers or moments, and how high the picture is.
fn numbers(curve: &Curve, marks: &mut String, y: impl Fn(f64) -> f64) -> (f64, String) {
    let ends = |at: Option<&(f64, f64)>| at.map_or(0.0, |point| point.0);
    let across = Axis::new((ends(curve.points.first()), ends(curve.points.last())), curve.kind);
    let x = |place: f64| LEFT + 4.0 + (RIGHT - LEFT - 8.0) * place;
    for (place, anchor, text) in across.across() {
        let at = x(place);
        let _ = write!(
            marks,
            "<path class=a d='M{at:.1} {BOTTOM}v4'/><text x={at:.1} y=166 text-anchor={anchor}>{text}</text>"
        );
    }
    let (mut line, mut dots) = (String::new(), String::new());
    for (at, (value, mean)) in curve.points.iter().enumerate() {
        let (x, y) = (x(across.place(*value)), y(*mean));
        let _ = write!(line, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
        let _ = write!(dots, "M{x:.1} {y:.1}h0");
    }
    (170.0, format!("<path class=i d='{line}'/><path class=o d='{dots}'/>"))
}

/// A dot for each category, the most frequent first, with its name below; and how high the picture is.
fn categories(curve: &Curve, labels: &[String], marks: &mut String, y: impl Fn(f64) -> f64) -> (f64, String) {
    let step = (RIGHT - LEFT) / curve.points.len().max(1) as f64;
    let (mut dots, mut longest) = (String::new(), 0);
    for (at, (_, mean)) in curve.points.iter().enumerate() {
        let (x, label) = (LEFT + step * (at as f64 + 0.5), labels.get(at).map_or("", String::as_str));
        let short: String = match label.char_indices().nth(MOST_LABEL_CHARS) {
            Some((end, _)) => format!("{}…", &label[..end]),
            None => label.to_owned(),
        };
        longest = longest.max(short.chars().count());
        let _ = write!(
            marks,
            "<path class=a d='M{x:.1} {TOP}V{BOTTOM}'/><text transform='translate({:.1} 160)rotate(-45)' \
             text-anchor=end>{}<title>{}</title></text>",
            x + 3.0,
            escape(&short),
            escape(label)
        );
        let _ = write!(dots, "M{x:.1} {:.1}h0", y(*mean));
    }
    (168.0 + 4.2 * longest as f64, format!("<path class='o u' d='{dots}'/>"))
}
