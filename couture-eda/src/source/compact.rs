/// Types of fields.
const STOP: u8 = 0;
pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
pub(super) const STRUCT: u8 = 12;

/// Reads Thrift's compact protocol:
/// <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>. What ends too early, or is no such
/// thing, is `None`.
pub(super) struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Compact<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The bytes that were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.at = self.at.checked_add(usize::try_from(count).ok()?).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A number of 32 bits, where the field is one.
    pub(super) fn number_of(&mut self, field: u8) -> Option<i32> {
        if field == I32 { i32::try_from(self.number()?).ok() } else { None }
    }

    /// Reads the fields of a structure: `take` reads each to its end.
    pub(super) fn fields(&mut self, depth: u8, take: &mut dyn FnMut(&mut Self, i16, u8) -> Option<()>) -> Option<()> {
        depth.checked_sub(1)?;
        let mut id = 0_i16;
        loop {
            let head = self.byte()?;
            if head & 15 == STOP {
                return Some(());
            }
            id = match head >> 4 {
                0 => i16::try_from(self.number()?).ok()?,
                step => id.checked_add(i16::from(step))?,
            };
            take(self, id, head & 15)?;
        }
    }

    /// Passes by a field.
    pub(super) fn pass(&mut self, field: u8, depth: u8) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match field {
            TRUE | FALSE => Some(()),
            BYTE => self.skip(1),
            I16 | I32 | I64 => self.varint().map(drop),
            DOUBLE => self.skip(8),
            BINARY => {
                let length = self.varint()?;
                self.skip(length)
            }
            LIST | SET => {
                let (kind, count) = self.list()?;
                (0..count).try_for_each(|_| self.pass_element(kind, depth))
            }
            MAP => {
                let count = self.varint()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.pass_element(kinds >> 4, depth)?;
                    self.pass_element(kinds & 15, depth)
                })
            }
            STRUCT => self.fields(depth, &mut |reader, _, field| reader.pass(field, depth)),
            _ => None,
        }
    }

    /// The type of the elements of a list, and how many of them are said to come.
    pub(super) fn list(&mut self) -> Option<(u8, u64)> {
        let head = self.byte()?;
        Some((head & 15, if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) }))
    }

    /// Passes by an element, of which each takes a byte or more, so that as many as are said to be there end with the bytes.
    fn pass_element(&mut self, kind: u8, depth: u8) -> Option<()> {
        if matches!(kind, TRUE | FALSE) { self.skip(1) } else { self.pass(kind, depth) }
    }
}
