//! Border of evening the light.

// pyo3 hands arrays over by value.
#![allow(clippy::needless_pass_by_value)]

use pyo3::prelude::*;

use super::arrays::{Rgb, RgbOut, apart};
use crate::image::flatten as even;
use crate::{Error, Result};

/// How unevenly a page is lit, and the share of it that holds faint print.
#[pyfunction]
#[pyo3(signature = (image, /))]
fn light(py: Python<'_>, image: Rgb<'_>) -> PyResult<(f32, f32)> {
    let view = image.view()?;
    let found = py.detach(|| even::light(view))?;
    Ok((found.spread, found.faint))
}

/// Draw a page into `out` as an even light would show it; faint print becomes paper where `faint`.
#[pyfunction]
#[pyo3(signature = (image, out, /, *, faint = true))]
fn flatten(py: Python<'_>, image: Rgb<'_>, mut out: RgbOut<'_>, faint: bool) -> PyResult<()> {
    let view = image.view()?;
    let (width, height, room) = out.pixels()?;
    apart(view.data, room)?;
    if (width, height) != (view.width, view.height) {
        return Err(Error::Usage("out must have the image's size".into()).into());
    }
    let work = || -> Result<()> { even::flatten(view, &even::light(view)?, faint, room) };
    Ok(py.detach(work)?)
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(light, module)?)?;
    module.add_function(wrap_pyfunction!(flatten, module)?)
}
