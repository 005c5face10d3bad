use super::{ColumnProfile, NoticeLine, Pair, Profile, Sample, Semantic, Stripes};
use super::{alerts, association, columns, pictures};
use crate::state::State;

/// Rows that are shown.
const HEAD: usize = 10;
/// Columns of a row that are shown.
const HEAD_COLUMNS: usize = 100;

impl State {
    /// What is said about the table, with alerts for the column `target` where it is to be predicted.
    #[must_use]
    pub fn finish(&self, target: Option<&str>) -> Profile {
        let table = &self.table;
        let rows = table.sample.clone().into_rows();
        let sample = Sample::new(&rows, table.names.len());
        let described = table.columns.iter().zip(&table.names).zip(&table.storage).enumerate();
        let columns: Vec<ColumnProfile> = described
            .map(|(at, ((column, name), storage))| columns::profile(column, name, storage, table.rows, &sample, at))
            .collect();
        let pairs = pairs(&sample, &columns);
        let mut lacking: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].absent() > 0).collect();
        lacking.sort_by_key(|at| std::cmp::Reverse(columns[*at].absent()));
        let shown = |row: &crate::summary::Row| {
            row.cells().take(HEAD_COLUMNS).map(crate::excerpt::excerpt).collect::<Vec<String>>()
        };
        let mut profile = Profile {
            sources: self.sources.clone(),
            notes: self.notes.clone(),
            rows: table.rows,
            bytes: self.bytes,
            cell_bytes: table.columns.iter().map(|column| column.bytes).sum(),
            duplicates: table.duplicates.estimate(table.rows),
            sampled_rows: sample.rows as u64,
            // Three standard deviations of a correlation near 0, where it is largest.
            pair_error: if (sample.rows as u64) < table.rows {
                (3.0 / (sample.rows as f64).sqrt()).min(1.0)
            } else {
                0.0
            },
            missing: Stripes::new(&sample, &lacking),
            interactions: pictures::draw(&sample, &pairs),
            head: rows.iter().take(HEAD).map(shown).collect(),
            alerts: Vec::new(),
            notices: self.notices.iter().map(notice_line).collect(),
            limits: table.limits,
            columns,
            pairs,
        };
        let target = target.and_then(|target| table.names.iter().position(|name| name == target));
        profile.alerts = alerts::all(&profile, target);
        profile
    }
}

fn notice_line((notice, count, examples): (crate::text::Notice, u64, &[String])) -> NoticeLine {
    NoticeLine { count, text: notice.text().to_owned(), examples: examples.to_vec() }
}

/// The strongest pairs of each measure.
fn pairs(sample: &Sample, columns: &[ColumnProfile]) -> Vec<Pair> {
    let varies = |column: &&ColumnProfile| column.distinct.value > 1.0;
    let of = |test: &dyn Fn(&ColumnProfile) -> bool| {
        let fitting = columns.iter().enumerate().filter(|(_, column)| varies(column) && test(column));
        fitting.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let numbers = of(&|column| column.numbers.is_some() || column.moments.is_some());
    let categories = of(&|column| {
        column.distinct.value <= 50.0
            && matches!(column.semantic, Semantic::Category | Semantic::Boolean | Semantic::Code | Semantic::Text)
    });
    association::pairs(sample, &numbers, &categories)
}
