//! Border of finding lines of print.

// pyo3 hands arrays over by value.
#![allow(clippy::needless_pass_by_value, clippy::type_complexity)]

use numpy::{IntoPyArray, PyArray2, PyArrayMethods};
use pyo3::prelude::*;

use super::arrays::Rgb;
use crate::image::textlines as finding;

/// Middle, length, height, slant in degrees, letters, their size, and whether they are coloured.
type Row = (f32, f32, f32, f32, f32, u32, f32, bool);

/// The lines of print of an RGB page, whose each pixel of ink is, and the gray of its black ink.
#[pyfunction]
#[pyo3(signature = (image, /))]
fn text_lines<'py>(
    py: Python<'py>,
    image: Rgb<'py>,
) -> PyResult<(
    Vec<Row>,
    Bound<'py, PyArray2<u16>>,
    Bound<'py, PyArray2<u8>>,
)> {
    let view = image.view()?;
    let found = py.detach(|| finding::text_lines(view))?;
    let rows = found.lines.iter().map(|line| {
        let (x, y) = line.middle;
        let (length, height) = (line.length, line.height);
        (
            x,
            y,
            length,
            height,
            line.slant,
            line.letters,
            line.size,
            line.coloured,
        )
    });
    let rows = rows.collect();
    let sides = [view.height, view.width];
    let owners = found.owners.into_vec().into_pyarray(py).reshape(sides)?;
    let black = found.black.data.into_vec().into_pyarray(py);
    Ok((rows, owners, black.reshape(sides)?))
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(text_lines, module)?)
}
