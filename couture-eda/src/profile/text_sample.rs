//! Words and scripts of the sampled cells of a column of texts.

use std::collections::HashMap;

type Counts = Vec<(String, u64)>;
type Shares = Vec<(String, f64)>;

const MOST_WORDS: usize = 20;
/// Different words that are counted; later ones are left out.
const MOST_COUNTED: usize = 50_000;

/// The most frequent words in lower case, and the share of the letters that each script has.
pub(super) fn describe(cells: &[String]) -> (Counts, Shares) {
    let mut words = HashMap::<String, u64>::new();
    let mut scripts = HashMap::<&'static str, u64>::new();
    for cell in cells {
        for word in cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = word.to_lowercase();
            if words.len() < MOST_COUNTED || words.contains_key(&word) {
                *words.entry(word).or_default() += 1;
            }
        }
        cell.chars().filter(|c| c.is_alphabetic()).for_each(|c| *scripts.entry(script(c)).or_default() += 1);
    }
    let mut words: Vec<(String, u64)> = words.into_iter().filter(|(_, count)| *count > 1).collect();
    words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.truncate(MOST_WORDS);
    let letters: u64 = scripts.values().sum();
    let mut scripts: Vec<(String, f64)> =
        scripts.into_iter().map(|(name, count)| (name.to_owned(), count as f64 / letters as f64)).collect();
    scripts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    (words, scripts)
}

/// The script of a letter, by Unicode's blocks.
fn script(letter: char) -> &'static str {
    match u32::from(letter) {
        0x0000..=0x024f | 0x1e00..=0x1eff | 0xff21..=0xff5a => "Latin",
        0x0370..=0x03ff | 0x1f00..=0x1fff => "Greek",
        0x0400..=0x052f => "Cyrillic",
        0x0530..=0x058f => "Armenian",
        0x0590..=0x05ff => "Hebrew",
        0x0600..=0x077f | 0x08a0..=0x08ff => "Arabic",
        0x0900..=0x097f => "Devanagari",
        0x0e00..=0x0e7f => "Thai",
        0x10a0..=0x10ff => "Georgian",
        0x1100..=0x11ff | 0xac00..=0xd7af => "Hangul",
        0x3040..=0x309f => "Hiragana",
        0x30a0..=0x30ff => "Katakana",
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x2_0000..=0x2_ffff => "Han",
        _ => "other",
    }
}

#[test]
fn words_and_scripts_are_counted() {
    let cells = ["the cat, The dog".to_owned(), "кот".to_owned()];
    let (words, scripts) = describe(&cells);
    assert_eq!(words, [("the".to_owned(), 2)]);
    assert_eq!(scripts[0].0, "Latin");
    assert_eq!(scripts[1], ("Cyrillic".to_owned(), 0.2));
}
