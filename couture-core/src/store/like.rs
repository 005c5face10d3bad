//! Texts that are looked for by a pattern.

/// Whether `pattern` is somewhere in `text`, as SQL's `LIKE` with `%` for anything and `_` for one character; letters of ASCII are alike
/// in both cases. That is how Airflow's API reads the patterns of its lists.
pub fn like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = format!("%{pattern}%").to_ascii_lowercase().chars().collect();
    let text: Vec<char> = text.to_ascii_lowercase().chars().collect();
    let (mut at, mut of) = (0, 0);
    // Where to go on if what follows the last % does not fit.
    let mut again: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some('%') => {
                again = Some((of, at));
                of += 1;
            }
            Some(wanted) if *wanted == '_' || *wanted == text[at] => {
                of += 1;
                at += 1;
            }
            _ => match &mut again {
                Some((star, from)) => {
                    *from += 1;
                    (of, at) = (*star + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[of..].iter().all(|rest| *rest == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_sql() {
        let check = |pattern: &str, text: &str, expected: bool| assert_eq!(like(pattern, text), expected, "{pattern}");
        for fits in ["", "manual", "MANUAL", "man%2026", "m_nual", "__2026", "%", "2026", "l__2", "a%a"] {
            check(fits, "manual__2026", true);
        }
        for other in ["manuall", "2026_", "x%2026", "manual%7"] {
            check(other, "manual__2026", false);
        }
        check("", "", true);
        check("_", "", false);
        check("aab", "aaab", true);
    }
}
