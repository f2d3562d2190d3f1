//! One error type; the border gives each variant its class in `pyhncert.errors`.

use std::fmt;

/// What can go wrong in the core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Pixels that cannot be a page: a side of length zero, a stride that does not fit.
    Scan(String),
    /// A private key that cannot be read or does not fit what was asked of it.
    Key(String),
    /// A certificate, CMS or other DER value that is not what its standard says.
    Der(String),
    /// An argument out of its range: the caller's fault.
    Usage(String),
    /// A signature or digest that does not verify.
    Altered(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Scan(text)
        | Self::Key(text)
        | Self::Der(text)
        | Self::Usage(text)
        | Self::Altered(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for Error {}

/// The core's result.
pub type Result<T> = std::result::Result<T, Error>;
