//! What must be fast or exact: the pixels of a page, digests, and signatures in CMS form.
//!
//! Everything outside [`py`] is plain Rust that has never heard of Python.

pub mod cms;
pub mod code;
pub mod digest;
pub mod error;
pub mod image;
pub mod json;
#[cfg(feature = "python")]
mod py;
pub mod token;

pub use error::{Error, Result};
