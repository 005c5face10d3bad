//! One of several at random.

use std::hash::{BuildHasher as _, RandomState};

/// One of `items`, each as likely as the others; nothing where there are none. This is what spreads the load over several
/// connections with one id, so nothing depends on which one it is.
pub(super) fn any_of<T>(mut items: Vec<T>) -> Option<T> {
    if items.is_empty() {
        return None;
    }
    // Every `RandomState` hashes with keys of its own.
    let random = RandomState::new().hash_one(0_u8);
    Some(items.swap_remove((random % items.len() as u64) as usize))
}

#[cfg(test)]
mod tests {
    use super::any_of;

    #[test]
    fn each_is_chosen_at_some_time() {
        assert_eq!(any_of(Vec::<u8>::new()), None);
        assert_eq!(any_of(vec![7]), Some(7));
        // None of three is missing in 500 draws but once in 10^87 runs of this test.
        let drawn: std::collections::BTreeSet<_> = (0..500).filter_map(|_| any_of(vec![0, 1, 2])).collect();
        assert_eq!(drawn.len(), 3);
    }
}
