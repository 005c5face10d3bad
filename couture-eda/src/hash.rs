//! The one hash of values. It is the same on every machine and in every version, since states are saved and merged.

use twox_hash::XxHash3_64;

/// The hash of a value: XXH3, 64 bits.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// Takes the hash of a row's next cell into the hash of the row; the order matters.
#[inline]
pub(crate) fn join(row: u64, cell: u64) -> u64 {
    (row.rotate_left(5) ^ cell).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Spreads a number over all 64 bits: the finisher of SplitMix64, a bijection.
#[inline]
pub(crate) fn spread(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
