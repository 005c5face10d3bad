//! Sessions.

use couture_store::{AccountError, Session, Sessions};

use super::suite::{AccountFixture, at, cases, hashed, id};

cases![
    a_session_is_there_until_it_is_ended,
    a_session_that_was_ended_stays_so,
    all_but_one_are_ended,
    what_expired_is_purged,
    the_oldest_of_too_many_ends,
    texts_are_bounded,
];

fn session(number: u8, user: u64, created: i64) -> Session {
    Session {
        key: hashed(number),
        user: id(user),
        epoch: 3,
        created_at: at(created),
        last_seen: at(created + 1),
        expires_at: at(created + 100),
        address: "2001:db8::1".into(),
        agent: "Ünix/1.0".into(),
    }
}

async fn keys(sessions: &dyn Sessions, user: u64) -> Vec<couture_store::Hashed> {
    sessions.list(id(user)).await.unwrap().into_iter().map(|session| session.key).collect()
}

async fn a_session_is_there_until_it_is_ended(fixture: &mut dyn AccountFixture) {
    let mine = session(1, 1, 5);
    fixture.sessions().create(&mine).await.unwrap();
    assert!(matches!(fixture.sessions().create(&mine).await, Err(AccountError::Exists { .. })));
    fixture.reopen().await;
    let sessions = fixture.sessions();
    assert_eq!(sessions.get(mine.key).await.unwrap(), Some(mine.clone()));
    sessions.touch(mine.key, at(50), at(500)).await.unwrap();
    let touched = Session { last_seen: at(50), expires_at: at(500), ..mine.clone() };
    assert_eq!(sessions.get(mine.key).await.unwrap(), Some(touched));
    assert!(sessions.delete(mine.key).await.unwrap());
    assert_eq!(sessions.get(mine.key).await.unwrap(), None);
    assert_eq!(sessions.get(hashed(2)).await.unwrap(), None);
}

async fn a_session_that_was_ended_stays_so(fixture: &mut dyn AccountFixture) {
    let sessions = fixture.sessions();
    sessions.create(&session(1, 1, 5)).await.unwrap();
    sessions.delete(hashed(1)).await.unwrap();
    assert!(!sessions.delete(hashed(1)).await.unwrap());
    sessions.touch(hashed(1), at(6), at(99)).await.unwrap();
    assert_eq!(sessions.get(hashed(1)).await.unwrap(), None);
}

async fn all_but_one_are_ended(fixture: &mut dyn AccountFixture) {
    let sessions = fixture.sessions();
    for (number, user) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        sessions.create(&session(number, user, number.into())).await.unwrap();
    }
    assert_eq!(keys(sessions, 1).await, [hashed(3), hashed(2), hashed(1)]);
    assert_eq!(sessions.delete_all(id(1), Some(hashed(2))).await.unwrap(), 2);
    assert_eq!(keys(sessions, 1).await, [hashed(2)]);
    assert_eq!(sessions.delete_all(id(1), None).await.unwrap(), 1);
    assert_eq!(sessions.delete_all(id(1), None).await.unwrap(), 0);
    assert_eq!(keys(sessions, 2).await, [hashed(4)]);
}

async fn what_expired_is_purged(fixture: &mut dyn AccountFixture) {
    let sessions = fixture.sessions();
    for number in 1..=3 {
        sessions.create(&session(number, 1, number.into())).await.unwrap();
    }
    assert_eq!(sessions.purge(at(102)).await.unwrap(), 1);
    assert_eq!(keys(sessions, 1).await, [hashed(3), hashed(2)]);
}

async fn the_oldest_of_too_many_ends(fixture: &mut dyn AccountFixture) {
    let sessions = fixture.sessions();
    sessions.create(&session(200, 2, 0)).await.unwrap();
    for number in 0..=Session::MAX_OF_USER as u8 {
        sessions.create(&session(number, 1, number.into())).await.unwrap();
    }
    let left = keys(sessions, 1).await;
    assert_eq!(
        (left.len(), left[0], sessions.get(hashed(0)).await.unwrap()),
        (Session::MAX_OF_USER, hashed(100), None)
    );
    assert_eq!(keys(sessions, 2).await.len(), 1);
}

async fn texts_are_bounded(fixture: &mut dyn AccountFixture) {
    let long = "x".repeat(Session::MAX_TEXT_BYTES + 1);
    let bad = Session { agent: long, ..session(1, 1, 1) };
    assert!(matches!(fixture.sessions().create(&bad).await, Err(AccountError::Invalid { .. })));
}
