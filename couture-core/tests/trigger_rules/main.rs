//! Every trigger rule on every count of upstream states, against the table of Airflow's rules and against its measured answers.

use couture_core::Dialect;
use couture_core::TriggerRule::{self, *};
use couture_core::trigger_rule::{UpstreamCounts, Verdict, verdict_after_setups, verdict_in_scope};

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
        AllDone | AllDoneSetupSuccess => (never, never, |c| done(c) == c.total),
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
                        all.push(UpstreamCounts { total, success, failed, upstream_failed, skipped, removed: 0 });
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
            assert_eq!(rule.verdict(counts, Dialect::V2), expected(rule, counts), "{rule:?} {counts:?}");
        }
    }
}

#[test]
fn nothing_waits_for_tasks_that_are_all_done() {
    for rule in TriggerRule::ALL {
        for counts in all_counts(7).iter().filter(|counts| done(counts) == counts.total) {
            assert_ne!(rule.verdict(counts, Dialect::V2), Verdict::Wait, "{rule:?} {counts:?}");
        }
    }
}

/// A task that may run stays one that runs or is decided otherwise: a verdict is never taken back to `Wait`.
#[test]
fn a_verdict_is_never_taken_back() {
    for rule in TriggerRule::ALL {
        for counts in all_counts(7).iter().filter(|counts| done(counts) < counts.total) {
            if rule.verdict(counts, Dialect::V2) == Verdict::Wait {
                continue;
            }
            let more: [fn(&mut UpstreamCounts); 4] =
                [|c| c.success += 1, |c| c.failed += 1, |c| c.upstream_failed += 1, |c| c.skipped += 1];
            for finish in more {
                let mut later = *counts;
                finish(&mut later);
                assert_ne!(rule.verdict(&later, Dialect::V2), Verdict::Wait, "{rule:?} {counts:?} then {later:?}");
            }
        }
    }
}

/// Both dialects differ in one rule alone.
#[test]
fn the_dialects_differ_where_no_one_succeeded() {
    for rule in TriggerRule::ALL {
        for counts in all_counts(5) {
            let (old, new) = (rule.verdict(&counts, Dialect::V1_10), rule.verdict(&counts, Dialect::V2));
            let differs = rule == OneSuccess && new == Verdict::FailUpstream;
            assert_eq!(old, if differs { Verdict::Skip } else { new }, "{rule:?} {counts:?}");
        }
    }
}

#[test]
fn teardowns_need_a_setup_that_made_something() {
    let check = |success, skipped, failed, verdict| {
        let counts =
            UpstreamCounts { total: success + skipped + failed, success, skipped, failed, ..Default::default() };
        assert_eq!(verdict_after_setups(&counts), verdict, "{counts:?}");
    };
    check(0, 0, 0, Verdict::Run);
    check(1, 1, 1, Verdict::Run);
    check(0, 2, 0, Verdict::Skip);
    check(0, 1, 1, Verdict::FailUpstream);
    check(0, 0, 1, Verdict::FailUpstream);
}

#[test]
fn a_scope_waits_for_its_setups_and_shares_their_fate() {
    let check = |success, skipped, failed, verdict| {
        let counts = UpstreamCounts { total: 3, success, skipped, failed, ..Default::default() };
        assert_eq!(verdict_in_scope(&counts), verdict, "{counts:?}");
    };
    check(3, 0, 0, Verdict::Run);
    check(2, 0, 0, Verdict::Wait);
    check(2, 1, 0, Verdict::Skip);
    check(1, 1, 1, Verdict::FailUpstream);
}

/// Measured on Airflow: what one task does, given the states of its direct upstream tasks (`-` is not finished). An empty answer means
/// that the version has no such rule or state.
#[test]
fn verdicts_are_those_of_airflow() {
    let cases = include_str!("../oracle/trigger_rules.csv");
    for (place, dialect) in [(2, Dialect::V1_10), (3, Dialect::V2)] {
        let (mut count, mut misses) = (0, Vec::new());
        for case in cases.lines().skip(1) {
            let fields: Vec<_> = case.split(',').collect();
            let expected = match fields[place] {
                "" => continue,
                "run" => Verdict::Run,
                "wait" => Verdict::Wait,
                "skipped" => Verdict::Skip,
                other => {
                    assert_eq!(other, "upstream_failed", "{case}");
                    Verdict::FailUpstream
                }
            };
            count += 1;
            let rule: TriggerRule = serde_json::from_value(fields[0].into()).unwrap();
            let mut counts = UpstreamCounts::default();
            for state in fields[1].split_whitespace() {
                counts.total += 1;
                if state != "-" {
                    counts.add(state.parse().unwrap());
                }
            }
            let found = rule.verdict(&counts, dialect);
            if found != expected {
                misses.push(format!("{case}: {found:?}"));
            }
        }
        println!("trigger rules, dialect {dialect}: {} of {count} hold", count - misses.len());
        assert!(misses.is_empty(), "{misses:#?}");
        assert!(count > 200, "{count}");
    }
}
