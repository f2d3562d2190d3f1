//! JSON in the one form in which acts are written, so that a value has one spelling: keys sorted and single, no white
//! space, the shortest number, escapes only where they must be (what Python's `json.dumps` gives with `sort_keys`,
//! the separators `,` and `:` and without `ensure_ascii`).

use crate::{Error, Result};

/// Arrays and objects inside each other; an act stays under ten.
const DEPTH: usize = 64;
/// Digits of a whole number: such as fit 64 bits with sign. Nothing in an act is larger.
const DIGITS: usize = 18;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number without point and exponent.
    Whole(i64),
    /// Any other finite number.
    Real(f64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// An object, keys ascending.
    Object(Vec<(String, Value)>),
}

/// The value that `data` spells in the one form.
///
/// # Errors
/// [`Error::Altered`]: it is no JSON, or not in the one form.
pub fn canonical(data: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(data).map_err(|err| fault(err.valid_up_to()))?;
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    if reader.at == text.len() {
        Ok(value)
    } else {
        Err(fault(reader.at))
    }
}

fn fault(at: usize) -> Error {
    Error::Altered(format!("JSON is not in its one form at byte {at}"))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn take(&mut self, wanted: u8) -> Result<()> {
        if self.rest().first() == Some(&wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(fault(self.at))
    }

    fn is_next(&mut self, wanted: u8) -> bool {
        self.take(wanted).is_ok()
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        if depth > DEPTH {
            return Err(fault(self.at));
        }
        match self.rest().first() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [
                    ("null", Value::Null),
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                ] {
                    if self.rest().starts_with(word.as_bytes()) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(fault(self.at))
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        self.take(b'[')?;
        let mut found = Vec::new();
        if self.is_next(b']') {
            return Ok(Value::Array(found));
        }
        loop {
            found.push(self.value(depth + 1)?);
            if self.is_next(b']') {
                return Ok(Value::Array(found));
            }
            self.take(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        self.take(b'{')?;
        let mut found: Vec<(String, Value)> = Vec::new();
        if self.is_next(b'}') {
            return Ok(Value::Object(found));
        }
        loop {
            let start = self.at;
            let key = self.string()?;
            if found.last().is_some_and(|(last, _)| *last >= key) {
                return Err(fault(start));
            }
            self.take(b':')?;
            let value = self.value(depth + 1)?;
            found.push((key, value));
            if self.is_next(b'}') {
                return Ok(Value::Object(found));
            }
            self.take(b',')?;
        }
    }

    fn string(&mut self) -> Result<String> {
        self.take(b'"')?;
        let mut found = String::new();
        loop {
            let rest = self.rest();
            let plain = rest
                .iter()
                .position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\')
                .ok_or_else(|| fault(self.text.len()))?;
            found.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            if self.is_next(b'"') {
                return Ok(found);
            }
            found.push(self.escape()?);
        }
    }

    /// A character that must be escaped, in its one escape.
    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.take(b'\\')?;
        let kind = *self.rest().first().ok_or_else(|| fault(start))?;
        self.at += 1;
        Ok(match kind {
            b'"' => '"',
            b'\\' => '\\',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let digits = self.rest().get(..4).ok_or_else(|| fault(start))?;
                let value = digits.iter().try_fold(0_u32, |sum, &digit| match digit {
                    b'0'..=b'9' => Some(sum * 16 + u32::from(digit - b'0')),
                    b'a'..=b'f' => Some(sum * 16 + u32::from(digit - b'a') + 10),
                    _ => None,
                });
                self.at += 4;
                match value {
                    Some(0x8 | 0x9 | 0xA | 0xC | 0xD) | None => return Err(fault(start)),
                    Some(value) if value < 0x20 => char::from(u8::try_from(value).unwrap_or(0)),
                    Some(_) => return Err(fault(start)),
                }
            }
            _ => return Err(fault(start)),
        })
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        let length = self
            .rest()
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(self.rest().len());
        let spelt = &self.text[start..start + length];
        self.at += length;
        if spelt.bytes().any(|byte| matches!(byte, b'.' | b'e')) {
            let value: f64 = spelt.parse().map_err(|_| fault(start))?;
            if !value.is_finite() || !(is_plainly_shortest(spelt) || shortest(value) == spelt) {
                return Err(fault(start));
            }
            return Ok(Value::Real(value));
        }
        let digits = spelt.strip_prefix('-').unwrap_or(spelt);
        if digits.len() > DIGITS || !is_whole(digits) || spelt == "-0" {
            return Err(fault(start));
        }
        spelt.parse().map(Value::Whole).map_err(|_| fault(start))
    }
}

/// Digits, and no zero before others.
fn is_whole(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
        && !digits.is_empty()
}

/// Whether `spelt` is the shortest decimal at a glance: up to fifteen digits name one `f64` each, so no two of them, and
/// nothing shorter, name the same.
fn is_plainly_shortest(spelt: &str) -> bool {
    let digits = spelt.strip_prefix('-').unwrap_or(spelt);
    let Some((whole, part)) = digits.split_once('.') else {
        return false;
    };
    digits.len() <= 16
        && is_whole(whole)
        && !part.is_empty()
        && part.bytes().all(|byte| byte.is_ascii_digit())
        && (part == "0" || !part.ends_with('0'))
        && !(whole == "0" && part.starts_with("0000"))
}

/// The shortest decimal that reads back as `value`, laid out as Python's `repr` does: an exponent of two digits or more
/// below 1e-4 and from 1e16.
fn shortest(value: f64) -> String {
    let spelt = format!("{value:e}");
    let (digits, exponent) = spelt.split_once('e').unwrap_or((&spelt, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_form_is_read() {
        let text = r#"{"a":[1,-2,0.5,1e-05,1e+16,2.5e+30],"b":{"á":"đ\n\u0001\"\\"},"c":null,"d":true,"e":""}"#;
        let Value::Object(found) = canonical(text.as_bytes()).unwrap() else {
            panic!()
        };
        assert_eq!(found.len(), 5);
        assert_eq!(
            found[0].1,
            Value::Array(vec![
                Value::Whole(1),
                Value::Whole(-2),
                Value::Real(0.5),
                Value::Real(1e-5),
                Value::Real(1e16),
                Value::Real(2.5e30),
            ])
        );
        assert_eq!(
            found[1].1,
            Value::Object(vec![("á".into(), Value::Text("đ\n\u{1}\"\\".into()))])
        );
    }

    #[test]
    fn what_is_short_at_a_glance_is_the_shortest() {
        let mut state = 1_u64;
        for _ in 0..200_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let places = usize::try_from(state >> 33).unwrap_or(0) % 7;
            let number = (state >> 20) % 10_u64.pow(u32::try_from(state % 9 + 1).unwrap_or(1));
            #[allow(clippy::cast_precision_loss)] // at most nine digits
            let spelt = format!("{:.places$}", number as f64 / 1e4);
            if is_plainly_shortest(&spelt) {
                assert_eq!(shortest(spelt.parse().unwrap()), spelt);
            }
        }
    }

    #[test]
    fn every_other_form_is_altered() {
        for text in [
            "",
            " 1",
            "1 ",
            "[1, 2]",
            "[1,]",
            "[,]",
            "{}x",
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a" :1}"#,
            "01",
            "-0",
            "+1",
            "1.",
            ".5",
            "1.50",
            "1e5",
            "1E+16",
            "1e16",
            "0.00001",
            "10000000000000000.0",
            "1e999",
            "NaN",
            "Infinity",
            "1000000000000000000000",
            r#""\u000a""#,
            r#""\u00E9""#,
            r#""\u00e9""#,
            r#""\/""#,
            r#""\ud800""#,
            r#""\u001F""#,
            "\"\n\"",
            r#"""#,
            r#""\"#,
            r#""\u00"#,
            "tru",
            "nulls",
        ] {
            assert!(canonical(text.as_bytes()).is_err(), "{text}");
        }
        assert!(canonical(b"\"\xff\"").is_err());
        assert!(canonical("[".repeat(100_000).as_bytes()).is_err());
    }
}
