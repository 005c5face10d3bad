use std::fmt::Write;

use super::curves::curves;
use super::{Importance, Task};
use crate::report::{decimals, escape, number, page, percent};

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
            "<tr><td>{}<td><meter value={:.3}></meter> {}<td>{}<td>{}<td>{:.4}<td>{:.4}",
            escape(&feature.name),
            feature.shapley / most,
            number(feature.shapley),
            percent(feature.gain),
            decimals(feature.permutation, 4),
            feature.information,
            feature.alone
        );
    }
    format!(
        "<h2>Features</h2><p>SHAP: how far the column moves a prediction, on average. Gain: its share of what the trees have learnt. \
         Permutation: how much the score falls when its values are mixed among the rows. Mutual information, and the score \
         alone: what it tells without the others.</p><div class=w><table class=d><tr><th>column<th>SHAP (mean size)<th>gain<th>permutation (drop of the \
         score)<th>mutual information (bits)<th>score alone{rows}</table></div>"
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
