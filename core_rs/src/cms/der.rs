//! A little DER: reading through the `der` crate's strict headers, writing by hand so that each value has one encoding.

use der::{Reader as _, SliceReader, Tag};

use crate::{Error, Result};

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: &[u8] = &[0x05, 0x00];
pub(crate) const OID: u8 = 0x06;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The constructed context tag `[n]`.
pub(crate) const fn context(n: u8) -> u8 {
    0xA0 | n
}

/// The encoding of one value: `tag`, the shortest length, and `parts` one after the other.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    let bytes = length.to_be_bytes();
    let used = &bytes[(length.leading_zeros() / 8) as usize..];
    if length >= 0x80 {
        #[allow(clippy::cast_possible_truncation)] // at most 8
        out.push(0x80 | used.len() as u8);
        out.extend_from_slice(used);
    } else {
        out.push(bytes[bytes.len() - 1]);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// SET OF in DER: the encodings in ascending order (X.690, 11.6).
pub(crate) fn set_of(tag: u8, mut items: Vec<&[u8]>) -> Vec<u8> {
    items.sort_unstable();
    tlv(tag, &items)
}

/// A non-negative INTEGER from big-endian bytes.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len());
    let digits = &bytes[start..];
    match digits.first() {
        None => tlv(INTEGER, &[&[0]]),
        Some(&first) if first >= 0x80 => tlv(INTEGER, &[&[0], digits]),
        Some(_) => tlv(INTEGER, &[digits]),
    }
}

/// Reads the values of one DER string in order.
pub(crate) struct Values<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Values<'a> {
    /// Over `bytes`; `what` is named when they are not what they should be.
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    fn fault(&self, text: &str) -> Error {
        Error::Der(format!("{}: {text}", self.what))
    }

    /// Nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next value, where there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value whole, and its content.
    pub(crate) fn next(&mut self) -> Result<(&'a [u8], &'a [u8])> {
        let split = || -> der::Result<(usize, usize)> {
            let mut reader = SliceReader::new(self.rest)?;
            let header = reader.peek_header()?;
            if header.tag == Tag::Null && !header.length.is_zero() {
                return Err(Tag::Null.value_error());
            }
            let whole = reader.tlv_bytes()?.len();
            Ok((whole, whole - usize::try_from(header.length)?))
        };
        let (whole, head) = split().map_err(|err| self.fault(&format!("not DER ({err})")))?;
        let (value, rest) = self.rest.split_at(whole);
        self.rest = rest;
        Ok((value, &value[head..]))
    }

    /// The content of the next value, which must carry `tag`.
    pub(crate) fn take(&mut self, tag: u8) -> Result<&'a [u8]> {
        self.expect(tag)?;
        Ok(self.next()?.1)
    }

    /// The next value whole, which must carry `tag`.
    pub(crate) fn whole(&mut self, tag: u8) -> Result<&'a [u8]> {
        self.expect(tag)?;
        Ok(self.next()?.0)
    }

    /// The content of the next value if it carries `tag`.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>> {
        if self.peek() == Some(tag) {
            return self.take(tag).map(Some);
        }
        Ok(None)
    }

    /// Refuses whatever is left.
    pub(crate) fn end(&self) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        Err(self.fault("bytes left over"))
    }

    fn expect(&self, tag: u8) -> Result<()> {
        match self.peek() {
            Some(found) if found == tag => Ok(()),
            Some(found) => Err(self.fault(&format!("tag {found:#04x} where {tag:#04x} belongs"))),
            None => Err(self.fault(&format!("ends where tag {tag:#04x} belongs"))),
        }
    }
}

/// The content of the one value that `bytes` are.
pub(crate) fn only<'a>(bytes: &'a [u8], tag: u8, what: &'static str) -> Result<&'a [u8]> {
    let mut values = Values::new(bytes, what);
    let content = values.take(tag)?;
    values.end()?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        assert_eq!(tlv(4, &[]), [4, 0]);
        assert_eq!(tlv(4, &[&[0; 127]])[..2], [4, 127]);
        assert_eq!(tlv(4, &[&[0; 128]])[..3], [4, 0x81, 128]);
        assert_eq!(tlv(4, &[&[0; 255]])[..3], [4, 0x81, 255]);
        assert_eq!(tlv(4, &[&[0; 256]])[..4], [4, 0x82, 1, 0]);
        assert_eq!(tlv(4, &[&vec![0; 65536]])[..5], [4, 0x83, 1, 0, 0]);
    }

    #[test]
    fn integers_have_no_spare_zero() {
        assert_eq!(unsigned(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[]), [2, 1, 0]);
    }

    #[test]
    fn long_lengths_of_short_values_are_refused() {
        for wrong in [&[4, 0x81, 1, 0][..], &[4, 0x80, 0, 0], &[4, 2, 0], &[]] {
            assert!(Values::new(wrong, "value").next().is_err(), "{wrong:?}");
        }
        assert!(only(&[4, 1, 0, 0], 4, "value").is_err());
    }
}
