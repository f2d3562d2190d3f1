//! Border of what sensor and file left on the pixels.

// pyo3 hands arrays over by value.
#![allow(clippy::needless_pass_by_value)]

use pyo3::prelude::*;

use super::arrays::Rgb;
use crate::image::grain as measuring;

/// What was measured on a raw picture.
#[pyclass(frozen, get_all, module = "pyhncert._core")]
struct Grain {
    noise_sigma: f64,
    noise_roughness: f64,
    blocking: f64,
    repeats: usize,
}

/// Noise, JPEG blocks and repeated pixels of an RGB picture as the file holds it.
#[pyfunction]
#[pyo3(signature = (image, /))]
fn grain(py: Python<'_>, image: Rgb<'_>) -> PyResult<Grain> {
    let view = image.view()?;
    let found = py.detach(|| measuring::grain(view));
    Ok(Grain {
        noise_sigma: found.noise_sigma,
        noise_roughness: found.noise_roughness,
        blocking: found.blocking,
        repeats: found.repeats,
    })
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Grain>()?;
    module.add_function(wrap_pyfunction!(grain, module)?)
}
