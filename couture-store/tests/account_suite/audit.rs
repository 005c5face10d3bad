//! The audit log.

use std::sync::Arc;

use couture_core::Timestamp;
use couture_store::{Audit, AuditColumn, AuditEntry, AuditFilter, AuditOrder, AuditPattern, AuditRow};

use super::suite::{AccountFixture, at, cases};

cases![
    every_field_is_there_after_a_restart,
    ids_grow_and_pages_follow_them,
    each_filter_lets_through_what_it_says,
    a_filter_and_a_row_agree,
    many_rows_are_all_or_none,
    entries_are_brought_within_bounds,
    old_rows_go_and_the_newest_stays,
];

fn entry(event: &str, user: &str, dag: Option<&str>) -> AuditEntry {
    AuditEntry { user: Some(user.into()), dag_id: dag.map(String::from), ..AuditEntry::new(event) }
}

async fn all(audit: &dyn Audit) -> Vec<AuditRow> {
    audit.search(&AuditFilter::default(), AuditOrder::OldestFirst, 0, usize::MAX).await.unwrap()
}

async fn every_field_is_there_after_a_restart(fixture: &mut dyn AccountFixture) {
    let text = |text: &str| Some(text.to_owned());
    let full = AuditEntry {
        event: "trigger".into(),
        user: text("Jürgen"),
        dag_id: text("d"),
        task_id: text("t"),
        run_id: text("manual__1"),
        map_index: Some(-1),
        try_number: Some(2),
        logical_date: Some(Timestamp::from_micros(-1)),
        owner: text("couture"),
        extra: text("{\"a\": \"🦀\"}"),
        source_ip: text("::1"),
    };
    fixture.audit().append(&[(at(5), full.clone()), (at(4), AuditEntry::new("start"))]).await.unwrap();
    fixture.audit().append(&[]).await.unwrap();
    fixture.reopen().await;
    let rows = all(fixture.audit()).await;
    let expected = [(at(5), full), (at(4), AuditEntry::new("start"))];
    assert_eq!(rows.iter().map(|row| (row.at, row.entry.clone())).collect::<Vec<_>>(), expected);
    let one = fixture.audit().get(rows[1].id, &AuditFilter::default()).await.unwrap();
    assert_eq!(one.as_ref(), rows.get(1));
    let none = AuditFilter { user: text("nobody"), ..AuditFilter::default() };
    assert_eq!(fixture.audit().get(rows[1].id, &none).await.unwrap(), None);
    assert_eq!(fixture.audit().get(i64::MAX, &AuditFilter::default()).await.unwrap(), None);
}

async fn ids_grow_and_pages_follow_them(fixture: &mut dyn AccountFixture) {
    let audit = fixture.audit();
    for n in 0..7 {
        audit.append(&[(at(100 - n), entry(&format!("e{n}"), "u", None))]).await.unwrap();
    }
    let ids: Vec<_> = all(audit).await.into_iter().map(|row| row.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    let page = async |filter: &AuditFilter, order, skip, limit| {
        let rows = audit.search(filter, order, skip, limit).await.unwrap();
        rows.into_iter().map(|row| row.entry.event).collect::<Vec<_>>()
    };
    let none = AuditFilter::default();
    assert_eq!(page(&none, AuditOrder::NewestFirst, 0, 3).await, ["e6", "e5", "e4"]);
    assert_eq!(page(&none, AuditOrder::NewestFirst, 5, 3).await, ["e1", "e0"]);
    let after = AuditFilter { after_id: Some(ids[4]), ..none.clone() };
    assert_eq!(page(&after, AuditOrder::OldestFirst, 0, 9).await, ["e5", "e6"]);
    let before = AuditFilter { before_id: Some(ids[2]), ..none.clone() };
    assert_eq!(page(&before, AuditOrder::NewestFirst, 0, 9).await, ["e1", "e0"]);
    assert_eq!((audit.count(&none, 100).await.unwrap(), audit.count(&none, 5).await.unwrap()), (7, 5));
}

fn sample() -> Vec<(Timestamp, AuditEntry)> {
    let text = |text: &str| Some(text.to_owned());
    let run = AuditEntry { task_id: text("t"), run_id: text("r"), ..entry("clear", "ann", Some("d1")) };
    let strange = AuditEntry { extra: text("100%_Done!"), source_ip: text("10.0.0.9"), ..entry("login", "bob", None) };
    let owned = AuditEntry { owner: text("couture"), ..entry("Graph", "ann", Some("d2")) };
    let entries = [run, strange, owned, AuditEntry::new("start"), entry("tree", "Ann", Some("d1"))];
    (1..).map(at).zip(entries).collect()
}

fn filters() -> Vec<(AuditFilter, &'static [&'static str])> {
    let text = |text: &str| Some(text.to_owned());
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let none = AuditFilter::default;
    let search = |part: &str| AuditFilter { search: text(part), ..none() };
    let like = |column, text: &str| AuditFilter { patterns: vec![AuditPattern::like(column, text).unwrap()], ..none() };
    let prefix =
        |column, text: &str| AuditFilter { patterns: vec![AuditPattern::prefix(column, text).unwrap()], ..none() };
    let both = AuditFilter {
        patterns: [like(AuditColumn::Dag, "D").patterns, prefix(AuditColumn::Event, "t").patterns].concat(),
        ..none()
    };
    vec![
        (like(AuditColumn::Event, "RAP"), &["Graph"]),
        (like(AuditColumn::Event, "c%r|st_rt"), &["clear", "start"]),
        (like(AuditColumn::Event, "!"), &[]),
        (like(AuditColumn::Dag, "_1"), &["clear", "tree"]),
        (like(AuditColumn::Dag, "1_"), &[]),
        (like(AuditColumn::Owner, "%"), &["Graph"]),
        (like(AuditColumn::Task, "'"), &[]),
        (prefix(AuditColumn::Event, "G"), &["Graph"]),
        (prefix(AuditColumn::Event, "g"), &[]),
        (prefix(AuditColumn::Event, "Gr_"), &["Graph"]),
        (prefix(AuditColumn::Run, "r|s"), &["clear"]),
        (prefix(AuditColumn::Event, "_"), &["clear", "login", "Graph", "start", "tree"]),
        (both, &["tree"]),
        (none(), &["clear", "login", "Graph", "start", "tree"]),
        (AuditFilter { user: text("ann"), ..none() }, &["clear", "Graph"]),
        (AuditFilter { owner: text("couture"), ..none() }, &["Graph"]),
        (AuditFilter { dag_id: text("d1"), ..none() }, &["clear", "tree"]),
        (AuditFilter { task_id: text("t"), run_id: text("r"), ..none() }, &["clear"]),
        (AuditFilter { source_ip: text("10.0.0.9"), ..none() }, &["login"]),
        (AuditFilter { events: Some(texts(&["tree", "start"])), ..none() }, &["start", "tree"]),
        (AuditFilter { events: Some(vec![]), ..none() }, &[]),
        (AuditFilter { excluded_events: texts(&["tree", "graph"]), ..none() }, &["clear", "login", "Graph", "start"]),
        (AuditFilter { since: Some(at(2)), until: Some(at(4)), ..none() }, &["login", "Graph"]),
        (AuditFilter { visible_dags: Some(texts(&["d2"])), ..none() }, &["login", "Graph", "start"]),
        (AuditFilter { visible_dags: Some(vec![]), ..none() }, &["login", "start"]),
        (search("GRAPH"), &["Graph"]),
        (search("%_d"), &["login"]),
        (search("!"), &["login"]),
        (search("Ann"), &["clear", "Graph", "tree"]),
        (search("'; DROP TABLE audit_row; --"), &[]),
        (AuditFilter { user: text("ann"), visible_dags: Some(texts(&["d1"])), ..search("C") }, &["clear"]),
    ]
}

async fn each_filter_lets_through_what_it_says(fixture: &mut dyn AccountFixture) {
    let audit = fixture.audit();
    audit.append(&sample()).await.unwrap();
    for (filter, expected) in filters() {
        let rows = audit.search(&filter, AuditOrder::OldestFirst, 0, 99).await.unwrap();
        let events: Vec<_> = rows.iter().map(|row| row.entry.event.as_str()).collect();
        assert_eq!(events, expected, "{filter:?}");
        assert_eq!(audit.count(&filter, 99).await.unwrap(), expected.len(), "{filter:?}");
    }
}

async fn a_filter_and_a_row_agree(fixture: &mut dyn AccountFixture) {
    let audit = fixture.audit();
    audit.append(&sample()).await.unwrap();
    let rows = all(audit).await;
    for (filter, expected) in filters() {
        let events: Vec<_> = rows.iter().filter(|row| filter.lets_through(row)).map(|row| &row.entry.event).collect();
        assert_eq!(events, expected, "{filter:?}");
    }
}

async fn many_rows_are_all_or_none(fixture: &mut dyn AccountFixture) {
    let audit = fixture.audit();
    let many: Vec<_> = (0..1_500).map(|n| (at(n), entry(&format!("e{n}"), "u", Some("d")))).collect();
    audit.append(&many).await.unwrap();
    let rows = all(audit).await;
    let events: Vec<_> = rows.into_iter().map(|row| (row.at, row.entry)).collect();
    assert_eq!(events, many);
}

async fn entries_are_brought_within_bounds(fixture: &mut dyn AccountFixture) {
    let audit = fixture.audit();
    let huge = AuditEntry {
        extra: Some("x".repeat(5 << 20)),
        run_id: Some("r\0".repeat(900)),
        ..AuditEntry::new("e".repeat(900))
    };
    audit.append(&[(at(1), huge.clone()), (at(2), huge.clone())]).await.unwrap();
    let rows = all(audit).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(Arc::new(rows[0].entry.clone()).as_ref(), &huge.bounded());
}

async fn old_rows_go_and_the_newest_stays(fixture: &mut dyn AccountFixture) {
    let audit = fixture.audit();
    for time in [5, 1, 3, 3, 9, 2] {
        audit.append(&[(at(time), entry(&format!("e{time}"), "u", None))]).await.unwrap();
    }
    let check = async |before: i64, most: usize, gone: usize, left: &[&str]| {
        assert_eq!(audit.trim(at(before), most).await.unwrap(), gone, "{before} {most}");
        let events: Vec<_> = all(audit).await.into_iter().map(|row| row.entry.event).collect();
        assert_eq!(events, left, "{before} {most}");
    };
    check(1, 10, 0, &["e5", "e1", "e3", "e3", "e9", "e2"]).await;
    check(5, 0, 0, &["e5", "e1", "e3", "e3", "e9", "e2"]).await;
    check(5, 1, 1, &["e5", "e3", "e3", "e9", "e2"]).await;
    check(5, 1, 2, &["e5", "e9", "e2"]).await;
    check(100, 10, 2, &["e2"]).await;
    let newest = all(audit).await[0].id;
    check(100, 10, 0, &["e2"]).await;
    audit.append(&[(at(10), entry("e10", "u", None))]).await.unwrap();
    assert!(all(audit).await[1].id > newest);
}
