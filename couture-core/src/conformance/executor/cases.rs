//! What every executor keeps to.

use futures_util::FutureExt;

use super::script::Act;
use super::suite::{Case, launches, reports_until_ended};
use crate::executor::{Executor, Report};
use crate::ids::AttemptToken;
use crate::task::{Outcome, XCom, XComValue};

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(super) const CASES: &[(&str, Case)] = &[$((stringify!($name), |executor| Box::pin($name(executor)))),*];
    };
}

cases![
    each_act_has_its_outcome,
    values_are_reported,
    many_attempts_have_one_end_each,
    a_start_comes_before_its_end_and_not_after,
    what_is_told_to_end_ends,
    what_does_not_obey_is_given_up,
    what_panics_when_given_up_has_an_end,
    a_kill_of_the_unknown_changes_nothing,
    a_fence_ends_everything,
    a_live_token_is_launched_once,
    the_unknown_is_lost_when_resumed,
    a_dropped_wait_loses_no_report,
    a_settled_attempt_is_forgotten_in_peace,
];

fn end(reports: &[Report], token: AttemptToken) -> &Outcome {
    let mut ends = reports.iter().filter_map(|report| match report {
        Report::Ended { token: ended, outcome, .. } if *ended == token => Some(outcome),
        _ => None,
    });
    let first = ends.next().unwrap_or_else(|| panic!("{token} has no end"));
    assert_eq!(ends.next(), None, "{token} has a second end");
    first
}

async fn each_act_has_its_outcome(executor: &dyn Executor) {
    let acts = [Act::Fail, Act::FailForGood, Act::Skip, Act::Panic, Act::Lose, Act::Succeed];
    let launches = launches(&acts);
    executor.launch(launches.clone());
    let reports = reports_until_ended(executor, acts.len()).await;
    for (act, launch) in acts.iter().zip(&launches) {
        let outcome = end(&reports, launch.token);
        let is_right = match (act, outcome) {
            (Act::Fail, Outcome::Failed { error, retryable: true })
            | (Act::FailForGood, Outcome::Failed { error, retryable: false }) => **error == *"as told",
            (Act::Panic, Outcome::Failed { error, .. }) => error.contains("panicked: as told"),
            (Act::Skip, Outcome::Skipped { reason }) | (Act::Lose, Outcome::Lost { reason }) => **reason == *"as told",
            (Act::Succeed, Outcome::Succeeded { .. }) => true,
            _ => false,
        };
        assert!(is_right, "{act:?} ended as {outcome:?}");
    }
}

async fn values_are_reported(executor: &dyn Executor) {
    let launches = launches(&[Act::SucceedLater, Act::Push]);
    executor.launch(launches.clone());
    let reports = reports_until_ended(executor, 2).await;
    let given = |token| match end(&reports, token) {
        Outcome::Succeeded { xcoms, .. } => xcoms.clone(),
        other => panic!("{other:?}"),
    };
    let xcom = |key: &str, json: &str| XCom { key: key.into(), value: XComValue::Json(json.into()) };
    assert_eq!(given(launches[0].token), [xcom(XCom::RETURN_VALUE, "7")]);
    assert_eq!(given(launches[1].token), [xcom("key", "[1,2]")], "the last push counts, and nothing is no value");
}

async fn many_attempts_have_one_end_each(executor: &dyn Executor) {
    let acts: Vec<Act> = (0..500).map(|n| if n % 2 == 0 { Act::Succeed } else { Act::SucceedLater }).collect();
    let launches = launches(&acts);
    for some in launches.chunks(77) {
        executor.launch(some.to_vec());
    }
    let reports = reports_until_ended(executor, acts.len()).await;
    for launch in &launches {
        assert!(matches!(end(&reports, launch.token), Outcome::Succeeded { .. }));
    }
    assert_eq!(executor.reports().now_or_never(), None, "a report came after the last end");
}

async fn a_start_comes_before_its_end_and_not_after(executor: &dyn Executor) {
    let launches = launches(&[Act::Obey]);
    let token = launches[0].token;
    executor.launch(launches);
    let Report::Started { token: started, at } = executor.reports().await.remove(0) else {
        panic!("an attempt that waits did not tell that it has begun")
    };
    assert_eq!(started, token);
    executor.kill(&[token]);
    let reports = reports_until_ended(executor, 1).await;
    match &reports[..] {
        [Report::Ended { started_at, ended_at, .. }] => {
            assert_eq!(*started_at, Some(at));
            assert!(*ended_at >= at);
        }
        other => panic!("{other:?}"),
    }
}

async fn what_is_told_to_end_ends(executor: &dyn Executor) {
    let launches = launches(&[Act::Obey, Act::SucceedLater, Act::Obey]);
    executor.launch(launches.clone());
    executor.kill(&[launches[0].token, launches[2].token]);
    let reports = reports_until_ended(executor, 3).await;
    assert_eq!(*end(&reports, launches[0].token), Outcome::Killed);
    assert_eq!(*end(&reports, launches[2].token), Outcome::Killed);
    assert!(matches!(end(&reports, launches[1].token), Outcome::Succeeded { .. }));
}

async fn what_does_not_obey_is_given_up(executor: &dyn Executor) {
    let launches = launches(&[Act::Ignore]);
    executor.launch(launches.clone());
    executor.kill(&[launches[0].token]);
    let reports = reports_until_ended(executor, 1).await;
    assert_eq!(*end(&reports, launches[0].token), Outcome::Killed);
}

async fn what_panics_when_given_up_has_an_end(executor: &dyn Executor) {
    let launches = launches(&[Act::IgnoreAndPanic]);
    executor.launch(launches.clone());
    executor.kill(&[launches[0].token]);
    let reports = reports_until_ended(executor, 1).await;
    let outcome = end(&reports, launches[0].token);
    assert!(matches!(outcome, Outcome::Killed | Outcome::Failed { .. }), "{outcome:?}");
}

async fn a_kill_of_the_unknown_changes_nothing(executor: &dyn Executor) {
    let launches = launches(&[Act::Succeed, Act::Succeed]);
    executor.kill(&[launches[1].token]);
    executor.launch(launches.clone());
    let reports = reports_until_ended(executor, 2).await;
    executor.kill(&[launches[0].token]);
    assert!(launches.iter().all(|launch| matches!(end(&reports, launch.token), Outcome::Succeeded { .. })));
    assert_eq!(executor.reports().now_or_never(), None);
}

async fn a_fence_ends_everything(executor: &dyn Executor) {
    let launches = launches(&[Act::Obey, Act::Ignore, Act::Obey]);
    executor.launch(launches.clone());
    executor.fence();
    let reports = reports_until_ended(executor, 3).await;
    assert!(launches.iter().all(|launch| *end(&reports, launch.token) == Outcome::Killed));
}

async fn a_live_token_is_launched_once(executor: &dyn Executor) {
    let launches = launches(&[Act::Obey]);
    executor.launch(launches.clone());
    executor.launch(launches.clone());
    executor.resume(launches.clone()).await;
    executor.kill(&[launches[0].token]);
    let reports = reports_until_ended(executor, 1).await;
    assert_eq!(*end(&reports, launches[0].token), Outcome::Killed);
    assert_eq!(executor.reports().now_or_never(), None);
}

async fn the_unknown_is_lost_when_resumed(executor: &dyn Executor) {
    let launches = launches(&[Act::Succeed]);
    executor.resume(launches.clone()).await;
    let reports = reports_until_ended(executor, 1).await;
    assert!(matches!(end(&reports, launches[0].token), Outcome::Lost { .. }), "{reports:?}");
    let mut again = launches;
    again[0].token.launch += 1;
    executor.launch(again.clone());
    let reports = reports_until_ended(executor, 1).await;
    assert!(matches!(end(&reports, again[0].token), Outcome::Succeeded { .. }));
}

async fn a_dropped_wait_loses_no_report(executor: &dyn Executor) {
    let launches = launches(&[Act::SucceedLater; 50]);
    executor.launch(launches.clone());
    let mut all = Vec::new();
    let is_end = |report: &&Report| matches!(report, Report::Ended { .. });
    while all.iter().filter(is_end).count() < launches.len() {
        // Polled once and dropped, again and again.
        all.extend(executor.reports().now_or_never().unwrap_or_default());
        tokio::task::yield_now().await;
    }
    assert!(launches.iter().all(|launch| matches!(end(&all, launch.token), Outcome::Succeeded { .. })));
}

async fn a_settled_attempt_is_forgotten_in_peace(executor: &dyn Executor) {
    let launches = launches(&[Act::Succeed, Act::Obey]);
    executor.launch(launches.clone());
    reports_until_ended(executor, 1).await;
    executor.settled(&[launches[0].token]).await;
    executor.settled(&[launches[0].token]).await;
    executor.kill(&[launches[1].token]);
    let reports = reports_until_ended(executor, 1).await;
    assert_eq!(*end(&reports, launches[1].token), Outcome::Killed);
}
