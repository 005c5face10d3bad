//! Connections.

use futures_util::future::join_all;

use super::suite::ValuesFixture;
use crate::conformance::store::cases;
use crate::ids::ConnId;
use crate::values::{Connection, Connections, MAX_VALUE_BYTES, OnExisting, ValueError};

cases![
    every_field_is_there_after_a_restart,
    several_share_an_id,
    what_exists_is_refused_overwritten_or_skipped,
    a_write_is_all_or_nothing,
    at_most_so_many_share_an_id,
    what_cannot_be_kept_changes_nothing,
    deleting_tells_how_many_there_were,
    pages_hold_whole_ids,
    rivals_lose_nothing,
];

fn id(text: &str) -> ConnId {
    ConnId::new(text).unwrap()
}

fn connection(conn_id: &str, password: &str) -> Connection {
    Connection { password: Some(password.to_owned()), ..Connection::new(id(conn_id), "postgres") }
}

async fn passwords(connections: &dyn Connections, conn_id: &str) -> Vec<String> {
    let rows = connections.get(&id(conn_id)).await.unwrap();
    rows.into_iter().map(|row| row.password.unwrap()).collect()
}

async fn every_field_is_there_after_a_restart(fixture: &mut dyn ValuesFixture) {
    let text = |text: &str| Some(text.to_owned());
    let full = Connection {
        conn_id: id("füll"),
        conn_type: "my_type".into(),
        description: text("what for"),
        host: text("host.example"),
        login: text("me"),
        password: text("p@ss/wörd 🦀"),
        schema: text("db/1"),
        port: Some(u16::MAX),
        extra: text(&"x".repeat(MAX_VALUE_BYTES)),
    };
    let empty = Connection::new(id("empty"), "t");
    let blank = Connection { host: text(""), password: text(""), extra: text(""), port: Some(0), ..empty.clone() };
    let blank = Connection { conn_id: id("blank"), ..blank };
    let all = [full, empty, blank];
    assert_eq!(fixture.connections().set(&all, OnExisting::Fail).await.unwrap(), 3);
    fixture.reopen().await;
    for connection in all {
        let found = fixture.connections().get(&connection.conn_id).await.unwrap();
        assert!(found == [connection], "{found:?}");
    }
    assert_eq!(fixture.connections().get(&id("other")).await.unwrap(), []);
}

async fn several_share_an_id(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let both = [connection("a", "1"), connection("b", "3"), connection("a", "2")];
    assert_eq!(connections.set(&both, OnExisting::Fail).await.unwrap(), 3);
    assert_eq!(passwords(connections, "a").await, ["1", "2"]);
    connections.add(&connection("a", "4")).await.unwrap();
    connections.add(&connection("new", "5")).await.unwrap();
    assert_eq!(passwords(connections, "a").await, ["1", "2", "4"]);
    assert_eq!(passwords(connections, "new").await, ["5"]);
    assert_eq!(connections.count().await.unwrap(), 3);
}

async fn what_exists_is_refused_overwritten_or_skipped(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let old = [connection("a", "1"), connection("a", "2"), connection("a", "3")];
    connections.set(&old, OnExisting::Fail).await.unwrap();
    let new = [connection("a", "new"), connection("b", "new")];
    assert_eq!(connections.set(&new, OnExisting::Skip).await.unwrap(), 1);
    assert_eq!(passwords(connections, "a").await, ["1", "2", "3"]);
    let error = connections.set(&new, OnExisting::Fail).await.unwrap_err();
    assert!(matches!(&error, ValueError::Exists { name, .. } if name == "a"), "{error}");
    assert_eq!(connections.set(&new, OnExisting::Overwrite).await.unwrap(), 2);
    assert_eq!(passwords(connections, "a").await, ["new"]);
}

async fn a_write_is_all_or_nothing(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    connections.set(&[connection("m", "old")], OnExisting::Fail).await.unwrap();
    let many = (0..300).map(|n| connection(&format!("c{n}"), "p"));
    let many: Vec<_> = many.chain([connection("m", "new")]).collect();
    connections.set(&many, OnExisting::Fail).await.unwrap_err();
    assert_eq!(connections.count().await.unwrap(), 1);
}

async fn at_most_so_many_share_an_id(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let full: Vec<_> = (0..Connection::MAX_ROWS).map(|n| connection("a", &n.to_string())).collect();
    let over = [full.clone(), vec![connection("a", "x")]].concat();
    assert!(matches!(connections.set(&over, OnExisting::Fail).await, Err(ValueError::Invalid { .. })));
    connections.set(&full, OnExisting::Fail).await.unwrap();
    assert!(matches!(connections.add(&connection("a", "x")).await, Err(ValueError::Invalid { .. })));
    assert_eq!(connections.get(&id("a")).await.unwrap(), full);
}

async fn what_cannot_be_kept_changes_nothing(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let bad = [
        Connection { conn_type: " ".into(), ..connection("bad", "p") },
        Connection { host: Some("a\0b".into()), ..connection("bad", "p") },
        Connection { extra: Some("x".repeat(MAX_VALUE_BYTES + 1)), ..connection("bad", "p") },
    ];
    for bad in bad {
        let error = connections.set(&[connection("good", "p"), bad.clone()], OnExisting::Overwrite).await.unwrap_err();
        assert!(matches!(&error, ValueError::Invalid { name, .. } if name == "bad"), "{error}");
        assert!(matches!(connections.add(&bad).await, Err(ValueError::Invalid { .. })));
    }
    assert_eq!(connections.count().await.unwrap(), 0);
}

async fn deleting_tells_how_many_there_were(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let all = [connection("a", "1"), connection("a", "2"), connection("b", "3")];
    connections.set(&all, OnExisting::Fail).await.unwrap();
    assert_eq!(connections.delete(&id("a")).await.unwrap(), 2);
    assert_eq!(connections.delete(&id("a")).await.unwrap(), 0);
    assert_eq!(connections.count().await.unwrap(), 1);
}

async fn pages_hold_whole_ids(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let all = [connection("b", "1"), connection("a", "2"), connection("b", "3"), connection("c", "4")];
    connections.set(&all, OnExisting::Fail).await.unwrap();
    let page = async |after: Option<&str>, skip, limit| {
        let page = connections.list(after.map(id).as_ref(), skip, limit).await.unwrap();
        let rows = page.into_iter().map(|(conn_id, row)| format!("{conn_id}{}", row.unwrap().password.unwrap()));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(page(None, 0, 9).await, ["a2", "b1", "b3", "c4"]);
    assert_eq!(page(None, 0, 2).await, ["a2", "b1", "b3"]);
    assert_eq!(page(None, 1, 1).await, ["b1", "b3"]);
    assert_eq!(page(Some("a"), 1, usize::MAX).await, ["c4"]);
    assert_eq!(page(Some("c"), 0, 1).await, [""; 0]);
}

async fn rivals_lose_nothing(fixture: &mut dyn ValuesFixture) {
    let connections = fixture.connections();
    let adds = (0..4).map(|n| async move { connections.add(&connection("a", &n.to_string())).await });
    join_all(adds).await.into_iter().for_each(|added| added.unwrap());
    let mut found = passwords(connections, "a").await;
    found.sort();
    assert_eq!(found, ["0", "1", "2", "3"]);
    let sets = (0..4).map(|n| async move {
        let rows = [connection("a", &n.to_string()), connection("a", &n.to_string())];
        connections.set(&rows, OnExisting::Overwrite).await
    });
    join_all(sets).await.into_iter().for_each(|set| assert_eq!(set.unwrap(), 2));
    let left = passwords(connections, "a").await;
    assert!(left.len() == 2 && left[0] == left[1], "{left:?}");
}
