//! Variables.

use futures_util::future::join_all;

use super::suite::ValuesFixture;
use crate::conformance::store::cases;
use crate::ids::{MAX_ID_BYTES, VariableKey};
use crate::values::{MAX_VALUE_BYTES, OnExisting, ValueError, Variable, Variables};

cases![
    what_is_set_is_there_after_a_restart,
    what_exists_is_refused_overwritten_or_skipped,
    a_write_is_all_or_nothing,
    the_last_of_equal_keys_counts,
    keys_are_told_apart,
    any_text_comes_back,
    what_cannot_be_kept_changes_nothing,
    deleting_tells_whether_there_was_one,
    pages_are_in_order,
    one_of_two_creators_wins,
];

fn key(text: &str) -> VariableKey {
    VariableKey::new(text).unwrap()
}

fn variable(name: &str, value: &str) -> Variable {
    Variable::new(key(name), value)
}

async fn value(variables: &dyn Variables, name: &str) -> Option<String> {
    variables.get(&key(name)).await.unwrap().map(|variable| variable.value)
}

async fn what_is_set_is_there_after_a_restart(fixture: &mut dyn ValuesFixture) {
    let described = Variable { description: Some("which".into()), ..variable("a", "1") };
    let all = [described.clone(), variable("b", "")];
    assert_eq!(fixture.variables().get(&key("a")).await.unwrap(), None);
    assert_eq!(fixture.variables().set(&all, OnExisting::Fail).await.unwrap(), 2);
    fixture.reopen().await;
    assert_eq!(fixture.variables().get(&key("a")).await.unwrap(), Some(described));
    assert_eq!(value(fixture.variables(), "b").await.as_deref(), Some(""));
    assert_eq!(fixture.variables().count().await.unwrap(), 2);
}

async fn what_exists_is_refused_overwritten_or_skipped(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    let described = Variable { description: Some("d".into()), ..variable("a", "old") };
    variables.set(&[described], OnExisting::Fail).await.unwrap();
    let new = [variable("a", "new"), variable("b", "new")];
    assert_eq!(variables.set(&new, OnExisting::Skip).await.unwrap(), 1);
    assert_eq!(value(variables, "a").await.as_deref(), Some("old"));
    assert_eq!(variables.set(&new, OnExisting::Overwrite).await.unwrap(), 2);
    assert_eq!(variables.get(&key("a")).await.unwrap(), Some(variable("a", "new")));
    let error = variables.set(&new[1..], OnExisting::Fail).await.unwrap_err();
    assert!(matches!(&error, ValueError::Exists { name, .. } if name == "b"), "{error}");
    assert_eq!(variables.set(&[], OnExisting::Fail).await.unwrap(), 0);
}

async fn a_write_is_all_or_nothing(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    variables.set(&[variable("m", "old")], OnExisting::Fail).await.unwrap();
    let many: Vec<_> = (0..700).map(|n| variable(&format!("k{n}"), "v")).chain([variable("m", "new")]).collect();
    variables.set(&many, OnExisting::Fail).await.unwrap_err();
    assert_eq!(variables.count().await.unwrap(), 1);
    assert_eq!(variables.set(&many, OnExisting::Skip).await.unwrap(), 700);
    assert_eq!(variables.count().await.unwrap(), 701);
}

async fn the_last_of_equal_keys_counts(fixture: &mut dyn ValuesFixture) {
    let twice = [variable("a", "1"), variable("a", "2")];
    for existing in [OnExisting::Fail, OnExisting::Overwrite] {
        assert_eq!(fixture.variables().set(&twice, existing).await.unwrap(), 1);
        assert_eq!(value(fixture.variables(), "a").await.as_deref(), Some("2"));
    }
}

async fn keys_are_told_apart(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    let long = "ü".repeat(MAX_ID_BYTES / 2);
    let longer = format!("{}x", &long[..long.len() - 2]);
    let keys = ["a", "A", "a ", " a", "ä", "a%", "a'b", "🦀", &long, &longer];
    let all: Vec<_> = keys.iter().map(|name| variable(name, name)).collect();
    assert_eq!(variables.set(&all, OnExisting::Fail).await.unwrap(), keys.len());
    for name in keys {
        assert_eq!(value(variables, name).await.as_deref(), Some(name));
    }
}

async fn any_text_comes_back(fixture: &mut dyn ValuesFixture) {
    let big = "x\u{1F980}\n".repeat(MAX_VALUE_BYTES / 6);
    let texts =
        ["", " ", "\n\r\t\u{1}", "'; DROP TABLE variable; --", "\u{FFFD}\u{10FFFF}", "gAAAAA", "{\"a\": 1}", &big];
    for (at, text) in texts.iter().enumerate() {
        let kept = Variable { description: Some((*text).to_owned()), ..variable(&format!("v{at}"), text) };
        fixture.variables().set(std::slice::from_ref(&kept), OnExisting::Fail).await.unwrap();
        assert!(fixture.variables().get(&kept.key).await.unwrap() == Some(kept), "text {at}");
    }
}

async fn what_cannot_be_kept_changes_nothing(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    for value in ["a\0b", &"x".repeat(MAX_VALUE_BYTES + 1)] {
        for existing in [OnExisting::Fail, OnExisting::Overwrite, OnExisting::Skip] {
            let error = variables.set(&[variable("good", "1"), variable("bad", value)], existing).await.unwrap_err();
            assert!(matches!(&error, ValueError::Invalid { name, .. } if name == "bad"), "{error}");
        }
    }
    assert_eq!(variables.count().await.unwrap(), 0);
}

async fn deleting_tells_whether_there_was_one(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    variables.set(&[variable("a", "1"), variable("b", "2")], OnExisting::Fail).await.unwrap();
    assert!(variables.delete(&key("a")).await.unwrap());
    assert!(!variables.delete(&key("a")).await.unwrap());
    assert_eq!((value(variables, "a").await, variables.count().await.unwrap()), (None, 1));
}

async fn pages_are_in_order(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    let all = ["b", "B", "a", "ä", "c"].map(|name| variable(name, "v"));
    variables.set(&all, OnExisting::Fail).await.unwrap();
    let page = async |after: Option<&str>, skip, limit| {
        let page = variables.list(after.map(key).as_ref(), skip, limit).await.unwrap();
        page.into_iter()
            .map(|(key, variable)| {
                assert_eq!(variable.unwrap().key, key);
                key.to_string()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(page(None, 0, 10).await, ["B", "a", "b", "c", "ä"]);
    assert_eq!(page(None, 1, 2).await, ["a", "b"]);
    assert_eq!(page(Some("a"), 0, 2).await, ["b", "c"]);
    assert_eq!(page(Some("a"), 2, 9).await, ["ä"]);
    assert_eq!(page(Some("ä"), 0, 2).await, [""; 0]);
    assert_eq!(page(None, 9, usize::MAX).await, [""; 0]);
}

async fn one_of_two_creators_wins(fixture: &mut dyn ValuesFixture) {
    let variables = fixture.variables();
    let create = |value: usize| async move {
        let new: Vec<_> = (0..20).map(|n| variable(&format!("k{n}"), &value.to_string())).collect();
        variables.set(&new, OnExisting::Fail).await.is_ok()
    };
    let won: Vec<_> = join_all((0..4).map(create)).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let winner = won.iter().position(|won| *won).unwrap().to_string();
    for n in 0..20 {
        assert_eq!(value(variables, &format!("k{n}")).await, Some(winner.clone()));
    }
}
