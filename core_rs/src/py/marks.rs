//! Border of the marks.

// pyo3 hands arrays over by value, and its properties are tuples.
#![allow(clippy::needless_pass_by_value, clippy::type_complexity)]

use pyo3::prelude::*;

use super::arrays::Rgb;
use super::image::{Corners, corners};
use crate::image::geometry::Point;
use crate::image::marks::{self, Colour};

/// A round seal in page pixels.
#[pyclass(frozen, get_all, module = "pyhncert._core")]
#[derive(Clone)]
struct SealMark {
    colour: &'static str,
    centre: Point,
    radius: f64,
    quality: f64,
    rim: f64,
    hue_spread: Option<f64>,
    overlap: f64,
}

/// Marks on a page.
#[pyclass(frozen, get_all, module = "pyhncert._core")]
struct PageMarks {
    seals: Vec<SealMark>,
    signatures: Vec<(Corners, f64, bool)>,
    portraits: Vec<(Corners, f64)>,
    stamps: Vec<Corners>,
    strikes: Vec<Corners>,
    fluid: Vec<Corners>,
}

/// Find the marks on an upright RGB page of `dpi`.
#[pyfunction]
#[pyo3(signature = (image, dpi, /))]
fn find_marks(py: Python<'_>, image: Rgb<'_>, dpi: f64) -> PyResult<PageMarks> {
    let view = image.view()?;
    let found = py.detach(|| marks::find(view, dpi))?;
    let seal = |s: &marks::Seal| SealMark {
        colour: match s.colour {
            Colour::Red => "red",
            Colour::Blue => "blue",
            Colour::Black => "black",
        },
        centre: s.centre,
        radius: s.radius,
        quality: s.quality,
        rim: s.rim,
        hue_spread: s.hue_spread,
        overlap: s.overlap,
    };
    let signature = |s: &marks::Signature| (corners(&s.quad), s.confidence, s.blue);
    Ok(PageMarks {
        seals: found.seals.iter().map(seal).collect(),
        signatures: found.signatures.iter().map(signature).collect(),
        portraits: found
            .portraits
            .iter()
            .map(|(quad, sure)| (corners(quad), *sure))
            .collect(),
        stamps: found.stamps.iter().map(corners).collect(),
        strikes: found.strikes.iter().map(corners).collect(),
        fluid: found.fluid.iter().map(corners).collect(),
    })
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SealMark>()?;
    module.add_class::<PageMarks>()?;
    module.add_function(wrap_pyfunction!(find_marks, module)?)
}
