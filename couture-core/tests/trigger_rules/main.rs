//! Every trigger rule on every count of upstream states, against the table of Airflow's rules and against its measured answers.

use couture_core::TriggerRule::{self, *};
use couture_core::trigger_rule::{UpstreamCounts, Verdict};

/// One row of the table: what is set at once, and when the task runs. Else it waits.
struct Row {
    fails_upstream: Condition,
    skips: Condition,
    runs: Condition,
}

type Condition = fn(&UpstreamCounts) -> bool;

fn done(c: &UpstreamCounts) -> u32 {
    c.success + c.skipped + c.failed + c.upstream_failed
}

fn never(_: &UpstreamCounts) -> bool {
    false
}

fn any_failure(c: &UpstreamCounts) -> bool {
    c.failed > 0 || c.upstream_failed > 0
}

fn any_skipped(c: &UpstreamCounts) -> bool {
    c.skipped > 0
}

fn row(rule: TriggerRule) -> Row {
    let (fails_upstream, skips, runs): (Condition, Condition, Condition) = match rule {
        AllSuccess => (any_failure, any_skipped, |c| c.success == c.total),
        AllFailed => (never, |c| c.success > 0 || c.skipped > 0, |c| c.failed + c.upstream_failed == c.total),
        AllDone => (never, never, |c| done(c) == c.total),
        OneSuccess => (
            |c| done(c) == c.total && c.success == 0 && c.skipped < c.total,
            |c| c.skipped == c.total,
            |c| c.success >= 1,
        ),
        OneFailed => (never, |c| done(c) == c.total && !any_failure(c), any_failure),
        OneDone => (never, |c| done(c) == c.total && c.success + c.failed == 0, |c| c.success + c.failed >= 1),
        NoneFailed => (any_failure, never, |c| c.success + c.skipped == c.total),
        NoneFailedMinOneSuccess => {
            (any_failure, |c| c.skipped == c.total, |c| c.success + c.skipped == c.total && c.success >= 1)
        }
        NoneSkipped => (never, any_skipped, |c| done(c) == c.total && c.skipped == 0),
        AllSkipped => (never, |c| c.success > 0 || any_failure(c), |c| c.skipped == c.total),
        Always => (never, never, |_| true),
    };
    Row { fails_upstream, skips, runs }
}

fn expected(rule: TriggerRule, counts: &UpstreamCounts) -> Verdict {
    let row = row(rule);
    match () {
        () if counts.total == 0 => Verdict::Run,
        () if (row.fails_upstream)(counts) => Verdict::FailUpstream,
        () if (row.skips)(counts) => Verdict::Skip,
        () if (row.runs)(counts) => Verdict::Run,
        () => Verdict::Wait,
    }
}

/// Every way in which up to `most` upstream tasks can stand.
fn all_counts(most: u32) -> Vec<UpstreamCounts> {
    let mut all = Vec::new();
    for total in 0..=most {
        for success in 0..=total {
            for failed in 0..=total - success {
                for upstream_failed in 0..=total - success - failed {
                    for skipped in 0..=total - success - failed - upstream_failed {
                        all.push(UpstreamCounts { total, success, failed, upstream_failed, skipped });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn verdicts_are_those_of_the_table() {
    let counts = all_counts(7);
    assert_eq!(counts.len(), 792);
    for rule in TriggerRule::ALL {
        for counts in &counts {
            assert_eq!(rule.verdict(counts), expected(rule, counts), "{rule:?} {counts:?}");
        }
    }
}

#[test]
fn nothing_waits_for_tasks_that_are_all_done() {
    for rule in TriggerRule::ALL {
        for counts in all_counts(7).iter().filter(|counts| done(counts) == counts.total) {
            assert_ne!(rule.verdict(counts), Verdict::Wait, "{rule:?} {counts:?}");
        }
    }
}

/// A task that may run stays one that runs or is decided otherwise: a verdict is never taken back to `Wait`.
#[test]
fn a_verdict_is_never_taken_back() {
    for rule in TriggerRule::ALL {
        for counts in all_counts(7).iter().filter(|counts| done(counts) < counts.total) {
            if rule.verdict(counts) == Verdict::Wait {
                continue;
            }
            let more: [fn(&mut UpstreamCounts); 4] =
                [|c| c.success += 1, |c| c.failed += 1, |c| c.upstream_failed += 1, |c| c.skipped += 1];
            for finish in more {
                let mut later = *counts;
                finish(&mut later);
                assert_ne!(rule.verdict(&later), Verdict::Wait, "{rule:?} {counts:?} then {later:?}");
            }
        }
    }
}

/// Measured on Airflow 2.10.5: what one task does, given the states of its direct upstream tasks (`-` is not finished).
#[test]
fn verdicts_are_those_of_airflow() {
    let cases = include_str!("airflow_2_10_5.csv");
    for case in cases.lines().skip(1) {
        let [rule, upstream, outcome] = case.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("{case:?}") };
        let rule: TriggerRule = serde_json::from_value(rule.into()).unwrap();
        let mut counts = UpstreamCounts::default();
        for state in upstream.split_whitespace() {
            counts.total += 1;
            match state {
                "success" => counts.success += 1,
                "failed" => counts.failed += 1,
                "upstream_failed" => counts.upstream_failed += 1,
                "skipped" => counts.skipped += 1,
                _ => assert_eq!(state, "-", "{case}"),
            }
        }
        let outcome = match outcome {
            "run" => Verdict::Run,
            "wait" => Verdict::Wait,
            "skipped" => Verdict::Skip,
            _ => Verdict::FailUpstream,
        };
        assert_eq!(rule.verdict(&counts), outcome, "{case}");
    }
    assert_eq!(cases.lines().count(), 360);
}
