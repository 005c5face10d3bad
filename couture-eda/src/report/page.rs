use super::{cards, escape, overview};
use crate::profile::Profile;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("search.js");

/// The cards of columns take no more: the page stays below 15 MB.
const MOST_CARD_BYTES: usize = 10 << 20;

/// The profile as a page that needs nothing else and reaches for no other host.
#[must_use]
pub fn html(profile: &Profile) -> String {
    let (names, cards) = columns(profile);
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
    page(&format!("Profile of {}", whole_name(&profile.sources)), &body.concat())
}

/// What a profile is of: its source, or the first one with how many there are beside it.
fn whole_name(sources: &[String]) -> String {
    match sources {
        [] => "a table".to_owned(),
        [source] => source.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    }
}

/// The links to the cards of columns, and these, as far as there is room.
fn columns(profile: &Profile) -> (String, String) {
    let (mut names, mut cards) = (String::new(), String::new());
    for (at, column) in profile.columns.iter().enumerate() {
        if names.len() + cards.len() > MOST_CARD_BYTES {
            let left = profile.columns.len() - at;
            cards.push_str(&format!(
                "<p>{left} more columns are in the JSON and the Parquet file beside this page.</p>"
            ));
            break;
        }
        names.push_str(&format!("<a href=#c{at}>{}</a> ", escape(&column.name)));
        cards.push_str(&cards::card(profile, at));
    }
    (names, cards)
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
