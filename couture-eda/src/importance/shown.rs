use std::fmt::Write;

use super::{Curve, Importance, Task};
use crate::report::{escape, number, page, percent};

/// The importance as a page that needs nothing else.
#[must_use]
pub fn html(importance: &Importance) -> String {
    let parts = [facts(importance), alerts(importance), features(importance), curves(importance), left_out(importance)];
    page(&format!("What tells about {}", importance.target), &parts.concat())
}

fn facts(importance: &Importance) -> String {
    let mut rows = String::new();
    let mut add = |name: &str, value: String| {
        let _ = write!(rows, "<tr><th>{name}<td>{value}");
    };
    add("source", importance.sources.iter().map(|source| escape(source)).collect::<Vec<_>>().join("<br>"));
    let task = match &importance.task {
        Task::Regression => "regression: the target is a number".to_owned(),
        Task::Classification(classes) => {
            let shown = classes.iter().zip(&importance.class_shares);
            let shown: Vec<_> = shown.map(|(class, share)| format!("{} {}", escape(class), percent(*share))).collect();
            format!("classification: {}", shown.join(", "))
        }
    };
    add("task", task);
    let (learnt, held) = importance.sampled;
    let all = number(importance.rows as f64);
    add(
        "rows",
        format!(
            "{} learnt from and {} held out, drawn at random from {all}",
            number(learnt as f64),
            number(held as f64)
        ),
    );
    let score =
        format!("{:.4} on the rows held out; knowing nothing scores {:.4}", importance.score, importance.baseline);
    add(&importance.score_name, score);
    format!("<table class=f>{rows}</table>")
}

fn alerts(importance: &Importance) -> String {
    let mut items = String::new();
    for name in &importance.leaking {
        let alone =
            importance.features.iter().find(|feature| feature.name == *name).map_or(0.0, |feature| feature.alone);
        let _ = write!(
            items,
            "<li><span class=t><b>leakage</b> {} alone scores {alone:.3}: is it known before the target is?</span>",
            escape(name)
        );
    }
    if let Some(least) = importance.class_shares.iter().copied().reduce(f64::min).filter(|least| *least < 0.1) {
        let _ = write!(items, "<li><span class=t><b>class imbalance</b> the rarest class is {}</span>", percent(least));
    }
    if importance.score <= importance.baseline + 0.02 {
        items.push_str(
            "<li><span class=t><b>nothing learnt</b> the columns tell next to nothing about the target</span>",
        );
    }
    if items.is_empty() { items } else { format!("<h2>Alerts</h2><ul class=l>{items}</ul>") }
}

fn features(importance: &Importance) -> String {
    let most = importance.features.iter().map(|feature| feature.shapley).fold(f64::MIN_POSITIVE, f64::max);
    let mut rows = String::new();
    for feature in &importance.features {
        let _ = write!(
            rows,
            "<tr><td>{}<td><meter value={:.3}></meter> {}<td>{}<td>{:.4}<td>{:.4}<td>{:.4}",
            escape(&feature.name),
            feature.shapley / most,
            number(feature.shapley),
            percent(feature.gain),
            feature.permutation,
            feature.information,
            feature.alone
        );
    }
    format!(
        "<h2>Features</h2><div class=w><table class=d><tr><th>column<th>SHAP (mean size)<th>gain<th>permutation (drop of the \
         score)<th>mutual information (bits)<th>score alone{rows}</table></div>"
    )
}

fn curves(importance: &Importance) -> String {
    let pictures: String = importance.curves.iter().map(curve).collect();
    if pictures.is_empty() { pictures } else { format!("<h2>Partial dependence</h2><div class=r>{pictures}</div>") }
}

fn curve(curve: &Curve) -> String {
    let range = |values: &dyn Fn(&(f64, f64)) -> f64| {
        curve
            .points
            .iter()
            .map(values)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (x, y) = (range(&|point| point.0), range(&|point| point.1));
    let place = |value: f64, (low, high): (f64, f64)| if high > low { (value - low) / (high - low) } else { 0.5 };
    let mut path = String::new();
    for (at, point) in curve.points.iter().enumerate() {
        let (across, up) = (5.0 + 230.0 * place(point.0, x), 95.0 - 90.0 * place(point.1, y));
        let _ = write!(path, "{}{across:.1} {up:.1}", if at == 0 { 'M' } else { 'L' });
    }
    let label = |at: usize| match &curve.labels {
        Some(labels) => escape(labels.get(at).map_or("", String::as_str)),
        None => curve.points.get(at).map_or_else(String::new, |point| number(point.0)),
    };
    let name = escape(&curve.feature);
    format!(
        "<figure><svg class=x viewBox='0 0 240 112' role=img aria-label='{name}'><path d='{path}' \
         style='fill:none;stroke:var(--a);stroke-width:2'/><text x=5 y=108>{}</text><text x=235 y=108 text-anchor=end>{}\
         </text></svg><figcaption>{name}: {} to {}</figcaption></figure>",
        label(0),
        label(curve.points.len().saturating_sub(1)),
        number(y.0),
        number(y.1)
    )
}

fn left_out(importance: &Importance) -> String {
    let rows: String = importance
        .left_out
        .iter()
        .map(|(name, reason)| format!("<tr><th>{}<td>{}", escape(name), escape(reason)))
        .collect();
    if rows.is_empty() { rows } else { format!("<h2>Left out</h2><table class=f>{rows}</table>") }
}
