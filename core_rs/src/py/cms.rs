//! Border of digests, codes and CMS.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::digest;

/// SHA-256 of `data`, 32 bytes.
#[pyfunction]
#[pyo3(signature = (data, /))]
fn sha256<'py>(py: Python<'py>, data: &[u8]) -> Bound<'py, PyBytes> {
    let sum = py.detach(|| digest::sha256(data));
    PyBytes::new(py, &sum)
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(sha256, module)?)
}
