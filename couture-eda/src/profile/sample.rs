use crate::cell::{Kind, classify};
use crate::excerpt::excerpt;
use crate::summary::Row;

/// Different texts beyond which a column of the sample is no category.
const MOST_LEVELS: usize = 50;

/// The sampled rows as columns.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Rows.
    pub(crate) rows: usize,
    /// For each column, its cells as text; the empty one is missing. In the order in which the rows stand.
    cells: Vec<Vec<Box<str>>>,
}

impl Sample {
    pub(crate) fn new(rows: &[Row], columns: usize) -> Self {
        let mut cells: Vec<Vec<Box<str>>> = vec![Vec::with_capacity(rows.len()); columns];
        for row in rows {
            let mut given = row.cells();
            for column in &mut cells {
                column.push(excerpt(given.next().unwrap_or_default()).into_boxed_str());
            }
        }
        Self { rows: rows.len(), cells }
    }

    /// The cells of a column that say something, at most so many.
    pub(crate) fn valued(&self, column: usize, most: usize) -> Vec<String> {
        let said = |cell: &&str| !cell.is_empty() && classify(cell.as_bytes()).kind != Kind::NullToken;
        self.texts(column).into_iter().filter(said).take(most).map(str::to_owned).collect()
    }

    /// A column as texts; the empty one is missing.
    pub(crate) fn texts(&self, column: usize) -> Vec<&str> {
        self.cells[column].iter().map(|cell| &**cell).collect()
    }

    /// A column as numbers: numbers, or moments in seconds. What is neither is NaN.
    pub(crate) fn numbers(&self, column: usize) -> Vec<f64> {
        let number = |cell: &str| {
            let cell = classify(cell.as_bytes());
            if cell.kind.is_number() || cell.kind.is_moment() { cell.value } else { f64::NAN }
        };
        self.texts(column).into_iter().map(number).collect()
    }

    /// A column as the numbers of its different texts, in the order of the texts; a missing one is `None`. Nothing where
    /// there are less than two, or too many.
    pub(crate) fn levels(&self, column: usize) -> Option<(Vec<Option<u32>>, usize)> {
        let mut names: Vec<&str> = Vec::new();
        for cell in self.cells[column].iter().filter(|cell| !cell.is_empty()) {
            if let Err(at) = names.binary_search(&&**cell) {
                names.insert(at, cell);
                if names.len() > MOST_LEVELS {
                    return None;
                }
            }
        }
        let level = |cell: &str| names.binary_search(&cell).ok().map(|at| at as u32);
        (names.len() > 1).then(|| (self.texts(column).into_iter().map(level).collect(), names.len()))
    }

    /// Whether each cell of a column is missing.
    pub(crate) fn missing(&self, column: usize) -> Vec<bool> {
        self.cells[column]
            .iter()
            .map(|cell| cell.is_empty() || classify(cell.as_bytes()).kind == Kind::NullToken)
            .collect()
    }
}
