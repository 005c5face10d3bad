//! What a task waits for that does not come by itself: a pool with enough slots.

use couture_core::TaskOptions;
use couture_core::store::Pool;

/// The most pools named.
const MAX_NAMED: usize = 20;

/// Why a task with these settings cannot run, whatever else happens, while `pools` stay as they are.
pub(crate) fn shortage(pools: &[Pool], options: &TaskOptions) -> Option<String> {
    let (name, needed) = (options.pool.as_str(), options.pool_slots);
    match pools.iter().find(|pool| pool.name == options.pool) {
        Some(pool) if pool.slots >= needed => None,
        Some(pool) => Some(format!("needs {needed} slots of pool {name:?}, which has {}", pool.slots)),
        None => {
            let known: Vec<&str> = pools.iter().take(MAX_NAMED).map(|pool| pool.name.as_str()).collect();
            Some(format!("needs pool {name:?}, which does not exist; there are {}", known.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use couture_core::PoolName;

    use super::*;

    #[test]
    fn a_task_fits_its_pool_or_says_why_not() {
        let name = |name: &str| PoolName::new(name).unwrap();
        let pools = [("a", 1), ("b", 9)].map(|(pool, slots)| Pool { name: name(pool), slots, used: 9 });
        let check = |pool: &str, pool_slots: u32, expected: Option<&str>| {
            let options = TaskOptions { pool: name(pool), pool_slots, ..TaskOptions::default() };
            assert_eq!(shortage(&pools, &options).as_deref(), expected);
        };
        check("a", 1, None);
        check("b", 9, None);
        check("a", 2, Some("needs 2 slots of pool \"a\", which has 1"));
        check("c", 1, Some("needs pool \"c\", which does not exist; there are a, b"));
    }
}
