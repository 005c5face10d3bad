use super::compact::{Compact, LIST, STRUCT};

/// How deeply the groups of a schema lie in each other: the reader of the format goes into each by a call of its own.
const MOST_DEPTH: usize = 128;
/// How deeply the footer itself nests.
const MOST_NESTING: u8 = 32;

/// Checks the description of a Parquet file before its reader believes it.
pub(super) fn check(footer: &[u8]) -> Result<(), String> {
    let mut depth = 0;
    let mut reader = Compact::new(footer);
    let read = reader.fields(MOST_NESTING, &mut |reader, id, field| {
        if id != 2 {
            return reader.pass(field, MOST_NESTING);
        }
        let (STRUCT, count) = (field == LIST).then(|| reader.list())?? else { return None };
        // How many are still to come of each group that is not at its end.
        let mut groups: Vec<i32> = Vec::new();
        for _ in 0..count {
            let children = children(reader)?;
            while groups.last() == Some(&0) {
                groups.pop();
            }
            groups.last_mut().into_iter().for_each(|left| *left -= 1);
            if children > 0 {
                groups.push(children);
            }
            depth = depth.max(groups.len());
            if depth > MOST_DEPTH {
                return None;
            }
        }
        Some(())
    });
    match read {
        _ if depth > MOST_DEPTH => Err(format!("its groups lie in each other more than {MOST_DEPTH} deep")),
        None => Err("its description is damaged".to_owned()),
        Some(()) => Ok(()),
    }
}

/// Reads an element of a schema, and says how many it has in it.
fn children(reader: &mut Compact<'_>) -> Option<i32> {
    let mut children = 0;
    reader.fields(MOST_NESTING, &mut |reader, id, field| {
        if id != 5 {
            return reader.pass(field, MOST_NESTING);
        }
        children = reader.number_of(field)?;
        Some(())
    })?;
    Some(children)
}
