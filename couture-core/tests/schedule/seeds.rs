//! Many random cases, each from its own seed.

use crate::random::Random;

/// Plays `count` seeds, or the one that `SEED` names. What `play` returns is what is wrong.
pub fn each_seed(count: u64, play: impl Fn(u64, &mut Random) -> Result<(), String>) {
    let number = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name}={text:?} is not a number")))
    };
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(count),
    };
    for seed in seeds {
        if let Err(problem) = play(seed, &mut Random::derived(seed, &[])) {
            panic!("SEED={seed}: {problem}\nreplay with SEED={seed} cargo test -p couture-core --test schedule");
        }
    }
}
