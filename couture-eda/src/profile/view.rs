use super::{Spread, TopValue};
use crate::cell::{Kind, Kinds, NULL_TOKENS, classify, null_token};
use crate::estimate::Estimate;
use crate::excerpt::excerpt;
use crate::summary::{Column, Days, Lengths, Moments, Sketched, Tally, Values};

/// Frequent values that are shown.
const TOP: usize = 20;

/// One column's values, whether counted or sketched.
pub(crate) struct View<'a> {
    pub(crate) kinds: Kinds,
    pub(crate) null_tokens: Vec<(String, u64)>,
    pub(crate) infinities: (u64, u64),
    pub(crate) distinct: Estimate,
    pub(crate) numbers: Option<(Moments, Spread<'a>)>,
    pub(crate) moments: Option<(Moments, Spread<'a>)>,
    pub(crate) gap: Option<(f64, f64)>,
    pub(crate) lengths: Lengths,
    pub(crate) texts: Option<(String, String)>,
    pub(crate) top: Vec<TopValue>,
    /// What no value that is missing from `top` is there more often than.
    pub(crate) top_error: u64,
    /// The counts of all values but words for missing ones, where they are known, the largest first.
    pub(crate) counts: Option<Vec<u64>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(column: &'a Column) -> Self {
        match &column.values {
            Values::Exact(tally) => Self::counted(tally),
            Values::Sketched(sketched) => Self::sketched(sketched),
        }
    }

    fn sketched(sketched: &'a Sketched) -> Self {
        let spread = |numbers: &'a Option<Box<crate::summary::Numbers>>| {
            numbers.as_ref().map(|numbers| (numbers.moments.clone(), Spread::Sketch(&numbers.quantiles)))
        };
        let top = sketched.frequent.top(TOP).into_iter().map(|value| TopValue { text: value.text, count: value.count });
        Self {
            kinds: sketched.kinds.clone(),
            null_tokens: named_tokens(&sketched.null_tokens),
            infinities: sketched.infinities,
            distinct: sketched.distinct.estimate(),
            numbers: spread(&sketched.numbers),
            moments: spread(&sketched.moments),
            gap: sketched.days.largest_gap(),
            lengths: sketched.lengths.clone(),
            texts: sketched.texts.as_ref().map(|(first, last)| (excerpt(first), excerpt(last))),
            top: top.collect(),
            top_error: sketched.frequent.error(),
            counts: None,
        }
    }

    fn counted(tally: &Tally) -> View<'static> {
        let (mut kinds, mut tokens, mut infinities) = (Kinds::default(), [0; NULL_TOKENS.len()], (0, 0));
        let (mut numbers, mut moments, mut lengths) = (Vec::new(), Vec::new(), Lengths::default());
        let mut texts: Option<(&[u8], &[u8])> = None;
        for (_, text, count) in tally.entries() {
            let cell = classify(text);
            kinds.add(cell.kind, count);
            kinds.leading_zeros += if cell.leading_zero { count } else { 0 };
            match cell.kind {
                Kind::Integer | Kind::Decimal => numbers.push((cell.value, count)),
                Kind::Date | Kind::DateTime | Kind::Time => moments.push((cell.value, count)),
                Kind::Infinity if cell.value > 0.0 => infinities.0 += count,
                Kind::Infinity => infinities.1 += count,
                Kind::NullToken => tokens[null_token(text).unwrap_or_default()] += count,
                Kind::Boolean | Kind::Text => {
                    lengths.add(text, count);
                    texts = Some(texts.map_or((text, text), |(first, last)| (first.min(text), last.max(text))));
                }
            }
        }
        let gap = largest_gap(&moments);
        View {
            kinds,
            null_tokens: named_tokens(&tokens),
            infinities,
            distinct: Estimate::exact(tally.len() as f64),
            numbers: counted_numbers(numbers),
            moments: counted_numbers(moments),
            gap,
            lengths,
            texts: texts.map(|(first, last)| (excerpt(first), excerpt(last))),
            top: top_of(tally),
            top_error: 0,
            counts: Some(counts_of(tally)),
        }
    }
}

fn named_tokens(counts: &[u64]) -> Vec<(String, u64)> {
    let named = NULL_TOKENS.iter().zip(counts).filter(|(_, count)| **count > 0);
    named.map(|(token, count)| ((*token).to_owned(), *count)).collect()
}

/// Sums over numbers in their order, so that they do not depend on the order of the rows.
fn counted_numbers(mut values: Vec<(f64, u64)>) -> Option<(Moments, Spread<'static>)> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut moments = Moments::default();
    values.iter().for_each(|(value, count)| moments.add(*value, *count));
    (!values.is_empty()).then_some((moments, Spread::Exact(values)))
}

fn largest_gap(moments: &[(f64, u64)]) -> Option<(f64, f64)> {
    let mut days = Days::default();
    moments.iter().for_each(|(seconds, _)| days.add(*seconds));
    days.largest_gap()
}

fn top_of(tally: &Tally) -> Vec<TopValue> {
    let mut entries: Vec<(&[u8], u64)> = tally.entries().map(|(_, text, count)| (text, count)).collect();
    entries.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let value = |(text, count): &(&[u8], u64)| TopValue { text: excerpt(text), count: Estimate::exact(*count as f64) };
    entries.iter().take(TOP).map(value).collect()
}

fn counts_of(tally: &Tally) -> Vec<u64> {
    let said = |text: &[u8]| classify(text).kind != Kind::NullToken;
    let mut counts: Vec<u64> = tally.entries().filter(|(_, text, _)| said(text)).map(|(_, _, count)| count).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}
