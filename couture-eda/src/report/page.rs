use super::{cards, escape, overview};
use crate::profile::Profile;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("search.js");

/// The profile as a page that needs nothing else and reaches for no other host.
#[must_use]
pub fn html(profile: &Profile) -> String {
    let names: String = profile
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| format!("<a href=#c{at}>{}</a> ", escape(&column.name)))
        .collect();
    let cards: String = (0..profile.columns.len()).map(|at| cards::card(profile, at)).collect();
    let body = [
        overview::facts(profile),
        overview::notices(profile),
        overview::alerts(profile),
        find_columns(&names) + &cards,
        overview::pairs(profile),
        overview::missing(profile),
        overview::interactions(profile),
        overview::head(profile),
    ];
    page(&format!("Profile of {}", profile.sources.first().map_or("a table", String::as_str)), &body.concat())
}

/// The head of the cards of columns: a field to search them by name, and links to them.
pub(crate) fn find_columns(names: &str) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(
        "<h2>Columns</h2><p><input id=q type=search placeholder='find columns' aria-label='find columns'></p>\
         <nav>{names}</nav>"
    )
}

/// A page with a title around `body`, which is escaped already.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\"><title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>\n{body}</main>\
         <script>{SCRIPT}</script></html>\n"
    )
}
