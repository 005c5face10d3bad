use super::compact::{Compact, FALSE, STRUCT, TRUE};

/// How deeply a header nests.
const MOST_DEPTH: u8 = 8;
/// What stands before a page of Parquet, in Thrift's compact protocol, as of
/// <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// Bytes of the page once it is unpacked, and as it is stored.
    pub(super) unpacked: i32,
    pub(super) packed: i32,
    pub(super) data: Option<Values>,
    pub(super) dictionary: Option<Values>,
    /// Those of the second version of the format.
    pub(super) data_v2: Option<Values>,
    /// Bytes of the header itself.
    pub(super) length: usize,
}

/// What a header says of the values in its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Values {
    /// How many there are, and how many levels.
    pub(super) count: i32,
    /// By the number that the format gives to each.
    pub(super) encoding: i32,
    /// Of the definition levels and of the repetition levels: by their numbers in the first version, where the second has
    /// their bytes, which are never packed.
    pub(super) levels: [i32; 2],
    pub(super) is_packed: bool,
}

impl Default for Values {
    fn default() -> Self {
        Self { count: 0, encoding: 0, levels: [0; 2], is_packed: true }
    }
}

impl PageHeader {
    /// Reads the header that `bytes` begin with; `None` where they do not hold it to its end, or hold none. A field of
    /// another type than its own, or one that comes twice, is no header.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut header = Self::default();
        let (mut sizes, mut kind) = ([None; 2], None);
        let mut reader = Compact::new(bytes);
        reader.fields(MOST_DEPTH, &mut |reader, id, field| {
            match id {
                1 => once(&mut kind, reader.number_of(field)?)?,
                2 | 3 => once(&mut sizes[usize::from(id == 3)], reader.number_of(field)?)?,
                5 => once(&mut header.data, values(reader, field, [1, 2, 3, 4, 0])?)?,
                7 => once(&mut header.dictionary, values(reader, field, [1, 2, 0, 0, 0])?)?,
                8 => once(&mut header.data_v2, values(reader, field, [1, 4, 5, 6, 7])?)?,
                _ => reader.pass(field, MOST_DEPTH)?,
            }
            Some(())
        })?;
        kind?;
        (header.unpacked, header.packed, header.length) = (sizes[0]?, sizes[1]?, reader.at());
        Some(header)
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Reads the fields with these numbers: the count, the encoding, the two of the levels, and whether the values are
/// packed.
fn values(reader: &mut Compact<'_>, field: u8, ids: [i16; 5]) -> Option<Values> {
    if field != STRUCT {
        return None;
    }
    let mut values = Values::default();
    let mut seen = [false; 5];
    reader.fields(MOST_DEPTH, &mut |reader, id, field| {
        let Some(place) = ids.iter().position(|of| *of == id && id > 0) else {
            return reader.pass(field, MOST_DEPTH);
        };
        if std::mem::replace(&mut seen[place], true) {
            return None;
        }
        match place {
            0 => values.count = reader.number_of(field)?,
            1 => values.encoding = reader.number_of(field)?,
            4 => values.is_packed = [FALSE, TRUE].iter().position(|of| *of == field)? == 1,
            place => values.levels[place - 2] = reader.number_of(field)?,
        }
        Some(())
    })?;
    (seen[0] && seen[1]).then_some(values)
}

#[test]
fn headers_are_read() {
    let data = Values { count: 10, encoding: 6, levels: [3, 3], is_packed: true };
    // Type 0, 100 bytes from 50, and a page of ten values with statistics of two texts.
    let first = [0x15, 0, 0x15, 0xc8, 1, 0x15, 100, 0x2c, 0x15, 20, 0x15, 12, 0x15, 6, 0x15, 6];
    let statistics = [0x1c, 0x18, 1, b'a', 0x18, 2, b'b', b'c', 0, 0, 0];
    let whole = [&first[..], &statistics].concat();
    let expected =
        PageHeader { unpacked: 100, packed: 50, data: Some(data), length: whole.len(), ..PageHeader::default() };
    assert_eq!(PageHeader::read(&[&whole[..], &[1, 2, 3]].concat()), Some(expected));
    for length in 0..whole.len() {
        assert_eq!(PageHeader::read(&whole[..length]), None, "{length}");
    }
    // A size that comes twice, and one that is a text.
    assert_eq!(PageHeader::read(&[0x15, 0, 0x15, 2, 0x15, 2, 0x05, 4, 6, 0]), None);
    assert_eq!(PageHeader::read(&[0x15, 0, 0x18, 1, b'a', 0x15, 2, 0]), None);
}
