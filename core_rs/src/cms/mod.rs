//! Signatures in CMS form (RFC 5652) as `PAdES` asks for them (EN 319 142-1): made in two phases, taken apart strictly.
//!
//! [`prepare`] gives the bytes to be signed, a [`SigningKey`] or a token signs them, [`finish`] puts the whole together.
//! [`Parts::strict`] accepts only what [`finish`] would have written, so that a byte changed where no signature looks is seen.

mod algorithm;
mod build;
mod certificate;
mod der;
mod key;
mod parse;
mod spki;
mod strict;
#[cfg(test)]
mod tests;
mod timestamp;

pub use algorithm::{Digest, Scheme};
pub use build::{DATA, Frame, TST_INFO, finish, prepare};
pub use certificate::{spki_of, verify_issued, verify_signature};
pub use key::{SigningKey, fixed, unfixed};
pub use parse::Parts;
pub use spki::{Curve, ec_spki, rsa_spki};
pub use strict::check_der;
pub use timestamp::{info as timestamp_info, request as timestamp_request};
