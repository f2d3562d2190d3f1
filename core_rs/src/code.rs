//! The code of a copy: 14 random symbols and a check symbol, good to read aloud and to type.
//!
//! The 31 symbols are the digits and the capital letters without I, L, O, U, V. 31 is prime, so the weighted sum
//! modulo 31 with the weights 1 to 15 catches every single wrong symbol and every exchange of two symbols.

use std::fmt;

const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKMNPQRSTWXYZ";
const RANDOM: usize = 14;
/// Symbols of a code.
pub const LENGTH: usize = RANDOM + 1;

/// Why a code is none; a person typed it, so each has words in English and Vietnamese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too few random bytes.
    Random,
    /// So many symbols instead of 15.
    Length(usize),
    /// A symbol that no code has.
    Symbol(char),
    /// The check symbol does not fit.
    Check,
}

impl Fault {
    /// What was seen, and what to do, in Vietnamese.
    #[must_use]
    pub fn vi(&self) -> String {
        match self {
            Self::Random => "không đủ byte ngẫu nhiên cho mã; cần 32 byte".into(),
            Self::Length(n) => format!("mã có {n} ký tự thay vì {LENGTH}; hãy nhập lại"),
            Self::Symbol(symbol) => {
                format!("mã có ký tự {symbol:?} không dùng trong mã; hãy nhập lại")
            }
            Self::Check => "mã có một ký tự sai hoặc hai ký tự đổi chỗ; hãy nhập lại".into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => f.write_str("too few random bytes for a code; give 32"),
            Self::Length(n) => write!(f, "code has {n} symbols instead of {LENGTH}; type it again"),
            Self::Symbol(symbol) => {
                write!(f, "code has {symbol:?}, which no code has; type it again")
            }
            Self::Check => f.write_str("code has a wrong or exchanged symbol; type it again"),
        }
    }
}

impl std::error::Error for Fault {}

fn value(symbol: u8) -> Option<u32> {
    SYMBOLS
        .iter()
        .position(|&known| known == symbol)
        .and_then(|at| u32::try_from(at).ok())
}

fn sum(values: &[u32]) -> u32 {
    values
        .iter()
        .zip(1..)
        .map(|(value, weight)| value * weight)
        .sum::<u32>()
        % 31
}

fn check(values: &[u32]) -> u32 {
    // the check symbol has weight 15: 15 * c = -sum, and 15 * 29 = 435 = 1 (mod 31)
    (31 - sum(values)) * 29 % 31
}

fn text(values: &[u32]) -> String {
    values
        .iter()
        .map(|&value| char::from(SYMBOLS[value as usize]))
        .collect()
}

/// A code from random bytes, 69 bits of them used: bytes of 248 and more are thrown away, so that no symbol is favoured.
///
/// # Errors
/// `Random` where fewer than 14 bytes are left; 32 bytes are enough but once in 10^20 calls.
pub fn from_random(bytes: &[u8]) -> Result<String, Fault> {
    let mut values: Vec<u32> = bytes
        .iter()
        .filter(|&&b| b < 248)
        .map(|&b| u32::from(b) % 31)
        .take(RANDOM)
        .collect();
    if values.len() < RANDOM {
        return Err(Fault::Random);
    }
    values.push(check(&values));
    Ok(text(&values))
}

/// The code that a person typed: case, spaces and dashes do not matter; O is read as 0, I and L as 1.
///
/// # Errors
/// The first fault found.
pub fn normalise(typed: &str) -> Result<String, Fault> {
    let mut values = Vec::with_capacity(LENGTH);
    for symbol in typed.chars() {
        if symbol.is_whitespace()
            || matches!(
                symbol,
                '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}'
            )
        {
            continue;
        }
        let plain = match symbol.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let known = u8::try_from(plain).ok().and_then(value);
        values.push(known.ok_or(Fault::Symbol(symbol))?);
    }
    if values.len() != LENGTH {
        return Err(Fault::Length(values.len()));
    }
    if sum(&values) != 0 {
        return Err(Fault::Check);
    }
    Ok(text(&values))
}

/// A code in three groups of five, as it is shown.
#[must_use]
pub fn shown(code: &str) -> String {
    let symbols: Vec<char> = code.chars().collect();
    symbols
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Vec<String> {
        (0..40u8)
            .map(|seed| {
                let bytes: Vec<u8> = (0..32)
                    .map(|i: u8| seed.wrapping_mul(101).wrapping_add(i.wrapping_mul(37)) ^ i)
                    .collect();
                from_random(&bytes).unwrap()
            })
            .collect()
    }

    #[test]
    fn every_single_wrong_symbol_is_caught() {
        for code in codes() {
            assert_eq!(normalise(&code), Ok(code.clone()));
            for at in 0..LENGTH {
                for &symbol in SYMBOLS {
                    let mut wrong = code.clone().into_bytes();
                    if wrong[at] != symbol {
                        wrong[at] = symbol;
                        assert!(normalise(std::str::from_utf8(&wrong).unwrap()).is_err());
                    }
                }
            }
        }
    }

    #[test]
    fn every_exchange_of_two_symbols_is_caught() {
        for code in codes() {
            for a in 0..LENGTH {
                for b in 0..a {
                    let mut wrong = code.clone().into_bytes();
                    if wrong[a] != wrong[b] {
                        wrong.swap(a, b);
                        assert!(normalise(std::str::from_utf8(&wrong).unwrap()).is_err());
                    }
                }
            }
        }
    }

    #[test]
    fn all_pairs_of_symbols_in_all_pairs_of_places_have_their_own_sum() {
        // the same two properties for every code at once: the sum changes whatever the other symbols are
        for a in 1..=15u32 {
            for d in 1..31 {
                assert_ne!(a * d % 31, 0);
                for b in 1..a {
                    assert_ne!((a - b) * d % 31, 0);
                }
            }
        }
    }

    #[test]
    fn typing_is_forgiven() {
        let code = from_random(&[0, 1, 31, 32, 255, 255, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).unwrap();
        assert!(code.starts_with("0101"));
        let typed = format!(
            " {} ",
            shown(&code)
                .to_lowercase()
                .replacen('0', "o", 1)
                .replacen('1', "l", 1)
                .replacen('1', "I", 1)
        );
        assert_eq!(normalise(&typed), Ok(code.clone()));
        assert_eq!(normalise(&shown(&code).replace('-', "\u{2013} ")), Ok(code));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in [
            "",
            "12345",
            "UUUUU-UUUUU-UUUUU",
            "ÀÀÀÀÀ-ÀÀÀÀÀ-ÀÀÀÀÀ",
            "0123456789ABCDEF",
        ] {
            assert!(normalise(wrong).is_err(), "{wrong}");
        }
        assert_eq!(from_random(&[255; 32]), Err(Fault::Random));
    }
}
