//! Border of the pixels.

use pyo3::prelude::*;

#[allow(clippy::unnecessary_wraps)]
pub(super) fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
