//! API tokens.

use std::collections::BTreeSet;

use couture_store::{AccountError, ApiToken, Permission};

use super::suite::{AccountFixture, at, cases, hashed, id};

cases![
    a_token_is_there_until_it_is_deleted,
    names_and_keys_are_new,
    only_its_user_deletes_a_token,
    what_cannot_be_kept_changes_nothing,
    there_are_so_many_at_most,
];

pub(super) fn token(number: u8, user: u64, name: &str) -> ApiToken {
    ApiToken {
        id: id(number.into()),
        user: id(user),
        name: name.into(),
        key: hashed(number),
        scopes: None,
        created_at: at(1),
        expires_at: at(1_000),
        last_used: None,
    }
}

async fn a_token_is_there_until_it_is_deleted(fixture: &mut dyn AccountFixture) {
    let scopes = BTreeSet::from([Permission::new("can_read", "DAG:ü"), Permission::new("can_edit", "all_dags")]);
    let scoped = ApiToken { scopes: Some(scopes), ..token(1, 1, "scopéd") };
    let nothing = ApiToken { scopes: Some(BTreeSet::new()), ..token(2, 1, "nothing") };
    let all = token(3, 1, "all");
    for token in [&scoped, &nothing, &all] {
        fixture.tokens().create(token).await.unwrap();
    }
    fixture.tokens().touch(all.id, at(7)).await.unwrap();
    fixture.reopen().await;
    let tokens = fixture.tokens();
    let all = ApiToken { last_used: Some(at(7)), ..all };
    assert_eq!(tokens.list(id(1)).await.unwrap(), [all, nothing, scoped.clone()]);
    assert_eq!(tokens.find(scoped.key).await.unwrap().as_ref(), Some(&scoped));
    assert!(tokens.delete(id(1), scoped.id).await.unwrap());
    assert!(!tokens.delete(id(1), scoped.id).await.unwrap());
    assert_eq!(tokens.find(scoped.key).await.unwrap(), None);
    assert_eq!(tokens.delete_all(id(1)).await.unwrap(), 2);
    assert_eq!(tokens.list(id(1)).await.unwrap(), []);
}

async fn names_and_keys_are_new(fixture: &mut dyn AccountFixture) {
    let tokens = fixture.tokens();
    tokens.create(&token(1, 1, "a")).await.unwrap();
    tokens.create(&token(2, 2, "a")).await.unwrap();
    let same_key = ApiToken { key: hashed(1), ..token(3, 1, "b") };
    for bad in [token(3, 1, "a"), token(1, 3, "c"), same_key] {
        assert!(matches!(tokens.create(&bad).await, Err(AccountError::Exists { .. })), "{bad:?}");
    }
}

async fn only_its_user_deletes_a_token(fixture: &mut dyn AccountFixture) {
    let tokens = fixture.tokens();
    tokens.create(&token(1, 1, "a")).await.unwrap();
    assert!(!tokens.delete(id(2), id(1)).await.unwrap());
    assert_eq!(tokens.delete_all(id(2)).await.unwrap(), 0);
    assert_eq!(tokens.list(id(1)).await.unwrap().len(), 1);
}

async fn what_cannot_be_kept_changes_nothing(fixture: &mut dyn AccountFixture) {
    let tokens = fixture.tokens();
    let scopes = (0..=ApiToken::MAX_SCOPES).map(|n| Permission::new("can_read", n.to_string())).collect();
    let bad = [
        token(1, 1, ""),
        token(1, 1, &"x".repeat(ApiToken::MAX_NAME_BYTES + 1)),
        ApiToken { scopes: Some(scopes), ..token(1, 1, "a") },
        ApiToken { scopes: Some(BTreeSet::from([Permission::new("", "x")])), ..token(1, 1, "a") },
    ];
    for bad in bad {
        assert!(matches!(tokens.create(&bad).await, Err(AccountError::Invalid { .. })));
    }
    assert_eq!(tokens.list(id(1)).await.unwrap(), []);
}

async fn there_are_so_many_at_most(fixture: &mut dyn AccountFixture) {
    let tokens = fixture.tokens();
    for number in 1..=ApiToken::MAX_OF_USER as u8 {
        tokens.create(&token(number, 1, &format!("t{number}"))).await.unwrap();
    }
    assert!(matches!(tokens.create(&token(101, 1, "one more")).await, Err(AccountError::Invalid { .. })));
    tokens.create(&token(101, 2, "of another")).await.unwrap();
}
