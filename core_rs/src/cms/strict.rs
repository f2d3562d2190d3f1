//! Whether bytes are DER through and through (X.690, 10 and 11), whatever they mean.

use crate::{Error, Result};

/// Values inside each other; a timestamp token with its certificates stays under twenty.
const DEPTH: usize = 40;

/// Refuses what is not a series of DER values: indefinite or padded lengths, long tags, wrong constructed bits, padded
/// integers, unsorted sets.
///
/// # Errors
/// [`Error::Altered`]: it is not.
pub fn check_der(data: &[u8]) -> Result<()> {
    check(data, 0)
}

fn check(mut data: &[u8], depth: usize) -> Result<()> {
    if depth > DEPTH {
        return Err(broken());
    }
    while let Some((&tag, _)) = data.split_first() {
        let (content, whole) = value(data)?;
        if tag & 0x20 == 0 {
            primitive(tag, content)?;
        } else {
            check(content, depth + 1)?;
            if tag == 0x31 {
                sorted(content)?;
            }
        }
        data = &data[whole..];
    }
    Ok(())
}

/// The content of the first value, and the length of the whole value.
fn value(data: &[u8]) -> Result<(&[u8], usize)> {
    let (&tag, &first) = (
        data.first().ok_or_else(broken)?,
        data.get(1).ok_or_else(broken)?,
    );
    if tag & 0x1F == 0x1F {
        return Err(broken());
    }
    let (mut head, mut length) = (2, usize::from(first));
    if first & 0x80 != 0 {
        let count = usize::from(first & 0x7F);
        let bytes = data.get(2..2 + count).ok_or_else(broken)?;
        if !(1..=4).contains(&count) || bytes[0] == 0 {
            return Err(broken());
        }
        length = bytes
            .iter()
            .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        if length < 0x80 {
            return Err(broken());
        }
        head += count;
    }
    let end = head.checked_add(length).ok_or_else(broken)?;
    Ok((data.get(head..end).ok_or_else(broken)?, end))
}

fn sorted(mut data: &[u8]) -> Result<()> {
    let mut last: &[u8] = &[];
    while !data.is_empty() {
        let (_, whole) = value(data)?;
        let (element, rest) = data.split_at(whole);
        if element < last {
            return Err(broken());
        }
        (last, data) = (element, rest);
    }
    Ok(())
}

fn primitive(tag: u8, content: &[u8]) -> Result<()> {
    let wrong = match (tag, content) {
        (0x10 | 0x11, _) | (0x02 | 0x03 | 0x0A, []) => true,
        (0x01, content) => !matches!(content, [0 | 0xFF]),
        (0x05, content) => !content.is_empty(),
        (0x02 | 0x0A, [first, second, ..]) => {
            matches!(first, 0 | 0xFF) && first >> 7 == second >> 7
        }
        (0x03, [unused]) => *unused != 0,
        (0x03, [unused, ..]) => *unused > 7,
        _ => false,
    };
    if wrong { Err(broken()) } else { Ok(()) }
}

fn broken() -> Error {
    Error::Altered("the signature's encoding is not DER".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_their_one_encoding_pass() {
        let long = [&[0x04, 0x81, 0x80][..], &[0; 0x80]].concat();
        for good in [
            &[][..],
            &[5, 0],
            &[0x30, 0],
            &[1, 1, 0xFF],
            &[2, 2, 0, 0x80],
            &[3, 1, 0],
            &[0x31, 6, 2, 1, 1, 2, 1, 2],
            &long,
        ] {
            assert!(check_der(good).is_ok(), "{good:02x?}");
        }
    }

    #[test]
    fn each_other_encoding_is_altered() {
        for bad in [
            &[5][..],
            &[5, 1, 0],
            &[0x30, 0x80, 0, 0],
            &[4, 0x81, 1, 0],
            &[4, 0x82, 0, 1, 0],
            &[4, 0x85, 0, 0, 0, 0, 1, 0],
            &[4, 2, 0],
            &[0x1F, 1, 0],
            &[0x10, 0],
            &[1, 1, 1],
            &[1, 0],
            &[2, 0],
            &[2, 2, 0, 1],
            &[2, 2, 0xFF, 0x80],
            &[3, 0],
            &[3, 1, 1],
            &[3, 2, 8, 0],
            &[0x31, 6, 2, 1, 2, 2, 1, 1],
        ] {
            assert!(check_der(bad).is_err(), "{bad:02x?}");
        }
        let mut deep = Vec::new();
        for _ in 0..60 {
            deep = super::super::der::tlv(0x30, &[&deep]);
        }
        assert!(check_der(&deep).is_err());
    }
}
