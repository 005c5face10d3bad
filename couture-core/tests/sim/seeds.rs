//! Many seeds, none of which may break a promise.

use couture_core::scheduler::Planted;

use crate::scenario::play;

/// How many seeds the test command tries.
const SEEDS: u64 = 20_000;

/// Plays seeds on all cores until one breaks a promise. The first that does, with what was broken.
pub fn first_broken(seeds: std::ops::Range<u64>, planted: Planted) -> Option<(u64, Vec<String>)> {
    let next = std::sync::atomic::AtomicU64::new(seeds.start);
    let found = std::sync::Mutex::new(None::<(u64, Vec<String>)>);
    let threads = number("SEED_THREADS")
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |threads| threads as usize);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= seeds.end || found.lock().unwrap().is_some() {
                        return;
                    }
                    let story = play(seed, planted, false);
                    if !story.violations.is_empty() {
                        let mut found = found.lock().unwrap();
                        if found.as_ref().is_none_or(|(other, _)| seed < *other) {
                            *found = Some((seed, story.violations));
                        }
                        return;
                    }
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text:?} is not a number")))
}

#[test]
fn no_seed_breaks_a_promise() {
    if let Some(seed) = number("SEED") {
        let story = play(seed, Planted::default(), true);
        for line in &story.trace {
            println!("{line}");
        }
        assert!(story.violations.is_empty(), "SEED={seed} breaks: {:#?}", story.violations);
        return;
    }
    let seeds = number("SEEDS").unwrap_or(SEEDS);
    if let Some((seed, violations)) = first_broken(0..seeds, Planted::default()) {
        panic!(
            "SEED={seed} breaks: {violations:#?}\nreplay with SEED={seed} cargo test -p couture-core --test sim -- --nocapture"
        );
    }
}

/// The same seed gives the same story, to the letter.
#[test]
fn a_seed_is_a_story() {
    for seed in 0..50 {
        let [first, second] = [(), ()].map(|()| play(seed, Planted::default(), true).trace);
        let difference = first.iter().zip(&second).position(|(a, b)| a != b);
        assert_eq!(difference.map(|at| (&first[at], &second[at])), None, "seed {seed}");
        assert_eq!(first.len(), second.len(), "seed {seed}");
    }
}
