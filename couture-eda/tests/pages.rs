//! What a person sees on the pages.

use couture_eda::compare::{self, Degree, compare_tables};
use couture_eda::source::{Options, profile_bytes};
use couture_eda::{State, importance, report};

fn state(text: &str) -> State {
    let options = Options { sample_rows: Some(80_000), workers: 1, ..Options::default() };
    profile_bytes(text.as_bytes().to_vec(), "t.csv", &options).unwrap().remove(0)
}

fn mixed(at: u64) -> u64 {
    at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

/// Days and times from 2013 on, two numbers that go with them, categories that go together, and a target.
fn trips() -> String {
    let row = |at: u64| {
        let (day, hour, noise) = (at / 24 % 28 + 1, at % 24, mixed(at) % 50);
        let (city, state) = [("Chicago", "Illinois"), ("Houston", "Texas"), ("Dallas", "Texas")][(noise % 3) as usize];
        let (late, long) = (at / 10 + noise + if city == "Dallas" { 90 } else { 0 }, at * 3 + noise);
        format!("2013-{:02}-{day:02} {hour:02}:00:00,{long},{late},{city},{state},k{}\n", at / 672 % 12 + 1, noise % 4)
    };
    format!("moment,long,late,city,state,code\n{}", (0..4000).map(row).collect::<String>())
}

/// A page needs nothing else: it names no host, and loads nothing.
fn check_whole(page: &str) {
    assert!(page.starts_with("<!doctype html>") && page.contains("prefers-color-scheme:dark"));
    for words in ["http:", "https:", "src=", "url(", "@import", "NaN", "inf "] {
        assert!(!page.contains(words), "{words}");
    }
}

fn texts(page: &str) -> Vec<&str> {
    page.split("<text").skip(1).filter_map(|part| part.split(['>', '<']).nth(1)).collect()
}

#[test]
fn curves_have_scales() {
    let found = importance::measure(&state(&trips()), "late").unwrap();
    let page = importance::html(&found);
    check_whole(&page);
    let shown: Vec<&str> = found.curves.iter().map(|curve| curve.feature.as_str()).collect();
    assert!(["moment", "city", "long"].iter().all(|name| shown.contains(name)), "{shown:?}");
    let part = |name: &str| {
        let end = format!("<figcaption>{name}</figcaption>");
        page.split("<figure>").find(|part| part.contains(&end)).unwrap_or_else(|| panic!("{name}"))
    };
    let of_moment = texts(part("moment"));
    assert!(of_moment.iter().filter(|text| text.starts_with("2013-")).count() >= 2, "{of_moment:?}");
    assert!(!page.contains("13570") && !page.contains("1 357"), "seconds are shown");
    let of_city = texts(part("city"));
    assert!(["Dallas", "Chicago", "Houston"].iter().all(|name| of_city.contains(name)), "{of_city:?}");
    for name in shown {
        // Numbers up, and numbers, dates or names across.
        assert!(texts(part(name)).len() >= 5, "{name}");
    }
    assert!(page.contains("mean prediction of late"));
    let page = importance::html(&importance::measure(&state(&trips()), "late > 100").unwrap());
    assert!(page.contains("mean predicted probability of “yes”"));
}

#[test]
fn matrices_have_heads_and_a_legend() {
    let page = report::html(&state(&trips()).finish(None));
    check_whole(&page);
    for (title, names, ends) in [
        ("Spearman, as a matrix", ["moment", "long", "late"], "<span>−1</span><span>0</span><span>1</span>"),
        ("Cramér’s V, as a matrix", ["city", "state", "code"], "<span>0</span><span>0.5</span><span>1</span>"),
    ] {
        let matrix = page.split(title).nth(1).and_then(|rest| rest.split("</table>").next());
        let matrix = matrix.unwrap_or_else(|| panic!("{title}"));
        assert!(matrix.contains(ends), "{title}");
        for name in names {
            assert!(matrix.contains(&format!("<th scope=col title=\"{name}\"><span>{name}</span>")), "{title}: {name}");
            assert!(matrix.contains(&format!("<th scope=row title=\"{name}\">{name}")), "{title}: {name}");
        }
    }
}

#[test]
fn hexagons_have_scales_with_dates() {
    let page = report::html(&state(&trips()).finish(None));
    let picture = page.split("<figure>").find(|part| part.contains("moment")).unwrap();
    let texts = texts(picture);
    assert!(texts.iter().filter(|text| text.starts_with("2013-")).count() >= 2, "{texts:?}");
    assert!(texts.iter().filter(|text| text.ends_with('k') || text.parse::<f64>().is_ok()).count() >= 2, "{texts:?}");
}

#[test]
fn a_table_without_rows_says_so() {
    for (text, words) in [
        ("", "the source holds nothing: no columns and no rows"),
        ("a,b\n", "the source holds no rows, only the names of 2 columns"),
        ("a\n", "the source holds no rows, only the name of a column"),
    ] {
        let profile = state(text).finish(None);
        assert_eq!(profile.alerts[0].text, words);
        let page = report::html(&profile);
        check_whole(&page);
        assert!(page.contains("<h2>Alerts</h2>") && page.contains(words), "{text:?}");
    }
    assert!(state("a\n1\n").finish(None).alerts.iter().all(|alert| alert.column.is_some()));
}

#[test]
fn words_for_missing_values_are_no_values() {
    let row = |at: u64| if at.is_multiple_of(5) { format!("{}\n", at % 4) } else { "NA\n".to_owned() };
    let profile = state(&format!("a\n{}once\n", (0..1000).map(row).collect::<String>())).finish(None);
    let alerts: Vec<&str> = profile.alerts.iter().map(|alert| alert.kind.name()).collect();
    assert!(!alerts.contains(&"imbalance") && alerts.contains(&"null tokens"), "{alerts:?}");
    assert_eq!(profile.columns[0].counts, Some(vec![50, 50, 50, 50, 1]));
}

#[test]
fn a_comparison_tells_the_largest_changes_first() {
    let table = |shift: u64, red: u64, missing: u64| {
        let row = |at: u64| {
            let colour = if mixed(at) % 100 < red { "red" } else { "blue" };
            let note = if at % 100 < missing { String::new() } else { format!("n{}", at % 7) };
            format!("{at},{},{colour},{note},2013-01-{:02}\n", mixed(at) % 1000 + shift, at % 28 + 1)
        };
        state(&format!("id,price,colour,note,day\n{}", (0..2000).map(row).collect::<String>()))
    };
    let found = compare_tables(&[table(0, 50, 0)], &[table(800, 62, 3)]);
    let difference = &found.tables[0].difference;
    let order: Vec<(&str, Degree)> =
        difference.columns.iter().map(|column| (column.name.as_str(), column.degree())).collect();
    let (first, last) = (order[0], [order[3], order[4]].map(|(_, degree)| degree));
    assert_eq!((first, last), (("price", Degree::Much), [Degree::Not, Degree::Not]), "{order:?}");
    let page = compare::html(&found);
    check_whole(&page);
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(
        place("Of the 5 columns that both have, 1 changed much,") < place("<section class=c id=c0 data-n=\"price\">")
    );
    assert!(place("data-n=\"price\"") < place("data-n=\"colour\"") && place("id=q type=search") > 0);
    assert!(page.contains("<th>no difference in<td>id, day") && !page.contains("data-n=\"day\""));
    let same = compare_tables(&[table(0, 50, 0)], &[table(0, 50, 0)]);
    assert!(same.is_none());
    assert!(compare::html(&same).contains("No difference was found: as many rows, and the same in all 5 columns."));
}

#[test]
fn few_rows_that_differ_by_chance_have_not_changed_much() {
    let table = |from: u64| {
        let rows: String = (from..from + 40).map(|at| format!("{},{}\n", mixed(at) % 1000, mixed(at) % 5)).collect();
        state(&format!("number,code\n{rows}"))
    };
    for column in compare::compare(&table(0), &table(40)).columns {
        assert_eq!(column.degree(), Degree::Little, "{column:?}");
    }
}

#[test]
fn pages_of_wide_tables_stay_small() {
    let table = |times: u64| {
        let row =
            |row: u64| (0..800).map(|at| (mixed(at * 31 + row) % 90 * times).to_string()).collect::<Vec<_>>().join(",");
        let names: Vec<String> = (0..800).map(|at| format!("a_column_of_some_length_{at}")).collect();
        let rows: Vec<String> = (0..40).map(row).collect();
        state(&format!("{}\n{}\n", names.join(","), rows.join("\n")))
    };
    let (old, new) = (table(1), table(7));
    let pages = [compare::html(&compare_tables(std::slice::from_ref(&old), &[new])), report::html(&old.finish(None))];
    for page in pages {
        assert!(page.len() < 800 * 5_000, "{}", page.len());
        check_whole(&page);
    }
}

#[test]
fn a_page_has_a_bound_however_wide_its_table_is() {
    let names: Vec<String> = (0..20_000).map(|at| format!("c{at}")).collect();
    let row = |at: u64| (0..20_000).map(|column| mixed(at * 20_000 + column).to_string()).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n{}\n", names.join(","), row(1), row(2));
    let page = report::html(&state(&text).finish(None));
    check_whole(&page);
    assert!(page.len() < 15 << 20 && page.contains("more columns are in the JSON"), "{}", page.len());
}
