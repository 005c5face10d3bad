use couture_eda::source::{Options, profile_bytes};
use couture_eda::{Profile, State};
use proptest::prelude::*;

fn state(rows: &[Vec<String>]) -> State {
    let lines: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    let options = Options { workers: 1, delimiter: Some(b','), header: Some(true), ..Options::default() };
    let text = format!("a,b,c,d\n{lines}");
    let mut states = profile_bytes(text.into_bytes(), "t.csv", &options).unwrap();
    states.remove(0)
}

fn merged(rows: &[Vec<String>], cuts: &[usize]) -> State {
    let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).chain([0, rows.len()]).collect();
    bounds.sort_unstable();
    let parts = bounds.windows(2).map(|pair| {
        let part = state(&rows[pair[0]..pair[1]]);
        // What is saved and read again is the same.
        State::from_bytes(&part.to_bytes()).unwrap()
    });
    let merged = parts.reduce(|mut a, b| {
        a.merge(b).unwrap();
        a
    });
    merged.unwrap()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1e-9),
        (a, b) => a == b,
    }
}

/// Compares what is exact exactly, and the rest within its bound.
fn check_same(whole: &Profile, parts: &Profile, exact: bool) {
    assert_eq!((whole.rows, whole.cell_bytes), (parts.rows, parts.cell_bytes));
    assert_eq!(whole.duplicates, parts.duplicates);
    for (a, b) in whole.columns.iter().zip(&parts.columns) {
        if exact {
            assert_eq!(a, b);
            continue;
        }
        assert_eq!((a.kind, a.missing, &a.null_tokens, &a.kinds), (b.kind, b.missing, &b.null_tokens, &b.kinds));
        assert_eq!((&a.order, a.leading_zeros), (&b.order, b.leading_zeros));
        assert!(a.distinct.low <= b.distinct.high && b.distinct.low <= a.distinct.high, "{a:?} {b:?}");
        let (Some(x), Some(y)) = (&a.numbers, &b.numbers) else {
            assert_eq!(a.numbers.is_some(), b.numbers.is_some());
            continue;
        };
        assert_eq!((x.count, x.min, x.max), (y.count, y.min, y.max));
        assert_eq!((x.zeros, x.negatives, x.infinities), (y.zeros, y.negatives, y.infinities));
        assert!(close(Some(x.mean), Some(y.mean)) && close(x.deviation, y.deviation), "{x:?} {y:?}");
        for ((_, x), (_, y)) in x.quantiles.iter().zip(&y.quantiles) {
            assert!(x.low <= y.high && y.low <= x.high, "{x:?} {y:?}");
        }
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-50_i32..50).prop_map(|number| number.to_string()),
        2 => (-1e6_f64..1e6).prop_map(|number| number.to_string()),
        1 => prop::sample::select(vec!["", "NA", "-", "x", "007", "2020-02-03", "inf", "true", "12:30"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn splits_of_few_values_change_nothing(
        rows in prop::collection::vec(prop::collection::vec(cell(), 4), 1..120),
        cuts in prop::collection::vec(0_usize..1000, 0..5),
    ) {
        check_same(&state(&rows).finish(None), &merged(&rows, &cuts).finish(None), true);
    }
}

#[test]
fn splits_of_many_values_stay_within_the_bounds() {
    let rows: Vec<Vec<String>> = (0..12_000_u64)
        .map(|at| {
            let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            vec![at.to_string(), mixed.to_string(), (mixed % 7).to_string(), format!("name {mixed}")]
        })
        .collect();
    let whole = state(&rows).finish(None);
    for cuts in [vec![1], vec![6000], vec![100, 4000, 11_000]] {
        check_same(&whole, &merged(&rows, &cuts).finish(None), false);
    }
}

#[test]
fn workers_change_nothing_but_the_sketches() {
    let rows: String =
        (0..150_000_u64).map(|at| format!("{at},{},\"a,\n{}\"\n", at % 13, at * 7919 % 100_003)).collect();
    let profile = |workers: usize| {
        let options = Options { workers, ..Options::default() };
        let states = profile_bytes(format!("a,b,c\n{rows}").into_bytes(), "t.csv", &options).unwrap();
        states[0].finish(None)
    };
    let one = profile(1);
    assert_eq!((one.rows, one.columns.len()), (150_000, 3));
    check_same(&one, &profile(3), false);
}

#[test]
fn states_of_other_tables_and_damaged_ones_are_refused() {
    let options = Options::default();
    let of = |text: &str| profile_bytes(text.as_bytes().to_vec(), "t.csv", &options).unwrap().remove(0);
    let mut state = of("a,b\n1,2\n");
    assert!(state.merge(of("a,c\n1,2\n")).unwrap_err().to_string().contains("\"b\" and \"c\""));
    let bytes = state.to_bytes();
    assert!(State::from_bytes(&bytes).is_ok());
    for damaged in [&bytes[..bytes.len() - 1], &bytes[..10], b"", b"something else", &[&bytes[..], b"x"].concat()] {
        assert!(State::from_bytes(damaged).is_err());
    }
    let mut flipped = bytes.clone();
    let last = flipped.len() - 5;
    flipped[last] ^= 1;
    assert!(State::from_bytes(&flipped).is_err());
}
