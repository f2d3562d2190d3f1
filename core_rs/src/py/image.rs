//! Border of the pixels.

use numpy::{PyReadwriteArray3, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::{Error, image};

/// Decode a PNG into `out`, (height, width, 3) RGB.
#[pyfunction]
#[pyo3(signature = (data, out, /))]
fn png_decode(py: Python<'_>, data: &[u8], mut out: PyReadwriteArray3<'_, u8>) -> PyResult<()> {
    let &[height, width, channels] = out.shape() else { return Err(Error::Usage("out has 3 axes".into()).into()) };
    let slice = out.as_slice_mut().map_err(|_| Error::Usage("out must be contiguous".into()))?;
    if channels != 3 {
        return Err(Error::Usage("out has 3 channels".into()).into());
    }
    Ok(py.detach(|| image::png::decode(data, width, height, slice))?)
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(png_decode, module)?)
}
