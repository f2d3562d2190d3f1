//! Border of the comparison of two encodings.

// pyo3 hands arrays over by value; the tuple is the shape of the answer.
#![allow(clippy::needless_pass_by_value, clippy::type_complexity)]

use numpy::{IntoPyArray, PyArray2, PyArrayMethods};
use pyo3::prelude::*;

use super::arrays::Gray;
use crate::image::changes;

/// What changed on strokes and on paper, RMS in gray levels a block of 16 x 16.
#[pyfunction]
#[pyo3(signature = (before, after, near, /))]
fn stroke_changes<'py>(
    py: Python<'py>,
    before: Gray<'py>,
    after: Gray<'py>,
    near: Gray<'py>,
) -> PyResult<(Bound<'py, PyArray2<f32>>, Bound<'py, PyArray2<f32>>)> {
    let (before, after, near) = (before.view()?, after.view()?, near.view()?);
    let seen = py.detach(|| changes::changes(before, after, near))?;
    let shape = [seen.down, seen.across];
    Ok((
        seen.strokes.into_pyarray(py).reshape(shape)?,
        seen.paper.into_pyarray(py).reshape(shape)?,
    ))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(stroke_changes, module)?)
}
