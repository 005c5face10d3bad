//! Replaces secrets by `***` in a stream of bytes that comes in arbitrary pieces.

use aho_corasick::{AhoCorasick, Input, MatchKind};

/// Shorter secrets are not masked: they would match everywhere.
pub const MIN_SECRET_CHARS: usize = 4;

const MASK: &[u8] = b"***";

/// Masks secrets in a stream, whatever its pieces: the output does not depend on where they end.
///
/// Overlapping secrets become one mask. Held back is only what may be the beginning of a secret, so never more than
/// the longest one.
#[derive(Debug)]
pub struct Masker {
    search: Option<Search>,
    held: Vec<u8>,
    /// So many of the first bytes held are part of a secret whose mask was written already.
    masked: usize,
}

struct Search {
    secrets: Vec<Box<[u8]>>,
    longest: usize,
    automaton: AhoCorasick,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.secrets.len())
    }
}

impl Masker {
    /// Masks these; those with fewer than [`MIN_SECRET_CHARS`] are left out.
    pub fn new<S: AsRef<str>>(secrets: &[S]) -> Self {
        Self { search: Search::new(Vec::new(), secrets), held: Vec::new(), masked: 0 }
    }

    /// Masks these, too, from what was held back on.
    pub fn add<S: AsRef<str>>(&mut self, secrets: &[S]) {
        let known = self.search.take().map(|search| search.secrets).unwrap_or_default();
        self.search = Search::new(known, secrets);
    }

    /// Masks a whole text at once.
    pub fn mask(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        let mut masker = Scan { out: &mut out, end: 0 };
        if let Some(search) = &self.search {
            masker.all(&search.automaton, text.as_bytes(), text.len());
        }
        masker.plain(text.as_bytes(), text.len());
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Appends to `out` what of the stream is certain after `piece`.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let Some(search) = &self.search else {
            out.extend_from_slice(piece);
            return;
        };
        if self.held.is_empty() {
            let certain = search.certain(piece);
            let end = scan(search, piece, certain, 0, out);
            self.held.extend_from_slice(&piece[certain..]);
            self.masked = end.saturating_sub(certain);
        } else {
            self.held.extend_from_slice(piece);
            let certain = search.certain(&self.held);
            let end = scan(search, &self.held, certain, self.masked, out);
            self.held.drain(..certain);
            self.masked = end.saturating_sub(certain);
        }
    }

    /// The stream is over: appends what was held back.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(search) = &self.search {
            let all = self.held.len();
            scan(search, &self.held, all, self.masked, out);
        }
        self.held = Vec::new();
        self.masked = 0;
    }
}

impl Search {
    fn new<S: AsRef<str>>(mut secrets: Vec<Box<[u8]>>, more: &[S]) -> Option<Self> {
        let more = more.iter().map(AsRef::as_ref).filter(|secret| secret.chars().count() >= MIN_SECRET_CHARS);
        secrets.extend(more.map(|secret| Box::from(secret.as_bytes())));
        secrets.sort_unstable();
        secrets.dedup();
        (!secrets.is_empty()).then(|| Self {
            longest: secrets.iter().map(|secret| secret.len()).max().unwrap_or(0),
            automaton: AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&secrets)
                .unwrap_or_else(|error| unreachable!("secrets that fit into a few messages: {error}")),
            secrets,
        })
    }

    /// Up to where no later byte can make a new or longer match begin.
    fn certain(&self, text: &[u8]) -> usize {
        let first = text.len().saturating_sub(self.longest - 1);
        (first..text.len())
            .find(|at| {
                let rest = &text[*at..];
                self.secrets.iter().any(|secret| secret.len() > rest.len() && secret.starts_with(rest))
            })
            .unwrap_or(text.len())
    }
}

/// Writes `text[..certain]` with matches masked, where `text[..masked]` is masked already; tells where the last mask ends.
fn scan(search: &Search, text: &[u8], certain: usize, masked: usize, out: &mut Vec<u8>) -> usize {
    let mut scan = Scan { out, end: masked };
    scan.all(&search.automaton, text, certain);
    scan.plain(text, certain);
    scan.end
}

struct Scan<'o> {
    out: &'o mut Vec<u8>,
    /// Everything before is written.
    end: usize,
}

impl Scan<'_> {
    fn all(&mut self, automaton: &AhoCorasick, text: &[u8], certain: usize) {
        let mut from = 0;
        while let Some(found) = automaton.find(Input::new(text).range(from..)) {
            if found.start() >= certain {
                break;
            }
            if found.start() >= self.end {
                self.plain(text, found.start());
                self.out.extend_from_slice(MASK);
            }
            self.end = self.end.max(found.end());
            // A match that begins inside this one may reach beyond it.
            from = found.start() + 1;
        }
    }

    fn plain(&mut self, text: &[u8], to: usize) {
        if self.end < to {
            self.out.extend_from_slice(&text[self.end..to]);
            self.end = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(secrets: &[&str], pieces: &[&[u8]]) -> String {
        let mut masker = Masker::new(secrets);
        let mut out = Vec::new();
        for piece in pieces {
            masker.push(piece, &mut out);
        }
        masker.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn secrets_are_masked() {
        let check = |secrets: &[&str], text: &str, expected: &str| {
            assert_eq!(pieces(secrets, &[text.as_bytes()]), expected, "{text}");
            assert_eq!(Masker::new(secrets).mask(text), expected, "{text}");
            let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(pieces(secrets, &bytes), expected, "{text} byte by byte");
        };
        check(&[], "nothing to hide", "nothing to hide");
        check(&["hunter2"], "user:hunter2@host", "user:***@host");
        check(&["hunter2"], "hunter2hunter2 hunter", "****** hunter");
        check(&["abc", ""], "abc too short", "abc too short");
        check(&["abcd", "cdef"], "xabcdefx", "x***x");
        check(&["abcd", "abcdefgh"], "abcdefg abcdefgh", "***efg ***");
        check(&["aaaa"], "baaaaaaab", "b***b");
        check(&["line one\nline two"], "> line one\nline two <", "> *** <");
        check(&["pässwörd"], "ein pässwörd.", "ein ***.");
    }

    #[test]
    fn only_what_may_be_a_secret_is_held_back() {
        let mut masker = Masker::new(&["hunter2"]);
        let mut out = Vec::new();
        masker.push(b"prompt> ", &mut out);
        assert_eq!(out, b"prompt> ");
        masker.push(b"hunt", &mut out);
        assert_eq!(out, b"prompt> ");
        masker.push(b"ing", &mut out);
        assert_eq!(out, b"prompt> hunting");
    }

    #[test]
    fn secrets_may_come_while_the_stream_flows() {
        let mut masker = Masker::new::<&str>(&[]);
        let mut out = Vec::new();
        masker.push(b"one hunter2 ", &mut out);
        masker.add(&["hunter2"]);
        masker.push(b"two hunter2 hunt", &mut out);
        masker.add(&["hunting", "hunter2", "abc"]);
        masker.push(b"ing hunter", &mut out);
        masker.add(&["r2d2"]);
        masker.push(b"2d2 abc", &mut out);
        masker.finish(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "one hunter2 two *** *** *** abc");
    }

    /// Masks byte by byte, from the definition.
    fn oracle(secrets: &[String], text: &[u8]) -> Vec<u8> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for start in 0..text.len() {
            let longest = secrets.iter().filter(|s| s.len() >= 4 && text[start..].starts_with(s.as_bytes()));
            if let Some(length) = longest.map(String::len).max() {
                match spans.last_mut() {
                    Some(last) if start < last.1 => last.1 = last.1.max(start + length),
                    _ => spans.push((start, start + length)),
                }
            }
        }
        let mut out = Vec::new();
        let mut at = 0;
        for (start, end) in spans {
            out.extend_from_slice(&text[at..start]);
            out.extend_from_slice(MASK);
            at = end;
        }
        out.extend_from_slice(&text[at..]);
        out
    }

    proptest! {
        #[test]
        fn the_output_does_not_depend_on_the_pieces(
            secrets in prop::collection::vec("[ab]{3,6}", 0..4),
            text in "[abc]{0,60}",
            cuts in prop::collection::vec(0..61_usize, 0..8),
        ) {
            let text = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut masker = Masker::new(&secrets);
            let mut out = Vec::new();
            for pair in cuts.windows(2) {
                masker.push(&text[pair[0]..pair[1]], &mut out);
            }
            masker.finish(&mut out);
            prop_assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8(oracle(&secrets, text)).unwrap());
        }
    }
}
