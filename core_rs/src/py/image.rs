//! Border of the pixels.

// pyo3 hands arrays over by value, and its properties are tuples.
#![allow(clippy::needless_pass_by_value, clippy::type_complexity)]

use numpy::{IntoPyArray, PyArray2, PyArray3, PyArrayMethods};
use pyo3::prelude::*;

use super::arrays::{Colour, Gray, Rgb, RgbOut, Whole, apart};
use crate::image::geometry::{Matrix, Point, Quad};
use crate::image::{
    Picture, blobs, grow as growing, measure as measuring, png, reduce, survey as surveying,
};
use crate::image::{threshold, warp as warping};

fn array2(py: Python<'_>, picture: Picture) -> PyResult<Bound<'_, PyArray2<u8>>> {
    picture
        .data
        .into_vec()
        .into_pyarray(py)
        .reshape([picture.height, picture.width])
}

/// Decode a PNG into `out`, (height, width, 3) RGB.
#[pyfunction]
#[pyo3(signature = (data, out, /))]
fn png_decode(py: Python<'_>, data: &[u8], mut out: RgbOut<'_>) -> PyResult<()> {
    let (width, height, room) = out.pixels()?;
    Ok(py.detach(|| png::decode(data, width, height, room))?)
}

/// Gray of an RGB image.
#[pyfunction]
#[pyo3(signature = (image, /))]
fn gray<'py>(py: Python<'py>, image: Rgb<'py>) -> PyResult<Bound<'py, PyArray2<u8>>> {
    let view = image.view()?;
    let gray = py.detach(|| reduce::gray(view));
    array2(py, gray)
}

/// Mean of blocks of `factor` x `factor` RGB pixels.
#[pyfunction]
#[pyo3(signature = (image, factor, /))]
fn shrink<'py>(
    py: Python<'py>,
    image: Rgb<'py>,
    factor: Whole,
) -> PyResult<Bound<'py, PyArray3<u8>>> {
    let view = image.view()?;
    let small = py.detach(|| reduce::shrink(view, factor.0));
    small
        .data
        .into_vec()
        .into_pyarray(py)
        .reshape([small.height, small.width, small.channels])
}

/// Mask of ink (1) by Sauvola's threshold.
#[pyfunction]
#[pyo3(
    signature = (gray, /, *, window = Whole(31), k = 0.3, packed = false),
    text_signature = "(gray, /, *, window=31, k=0.3, packed=False)"
)]
fn sauvola<'py>(
    py: Python<'py>,
    gray: Gray<'py>,
    window: Whole,
    k: f32,
    packed: bool,
) -> PyResult<Bound<'py, PyArray2<u8>>> {
    let view = gray.view()?;
    let split = if packed {
        threshold::sauvola_packed
    } else {
        threshold::sauvola
    };
    let mask = py.detach(|| split(view, window.0, k))?;
    array2(py, mask)
}

/// Mask of ink (1) by Wolf's threshold.
#[pyfunction]
#[pyo3(
    signature = (gray, /, *, window = Whole(31), k = 0.3, packed = false),
    text_signature = "(gray, /, *, window=31, k=0.3, packed=False)"
)]
fn wolf<'py>(
    py: Python<'py>,
    gray: Gray<'py>,
    window: Whole,
    k: f32,
    packed: bool,
) -> PyResult<Bound<'py, PyArray2<u8>>> {
    let view = gray.view()?;
    let split = if packed {
        threshold::wolf_packed
    } else {
        threshold::wolf
    };
    let mask = py.detach(|| split(view, window.0, k))?;
    array2(py, mask)
}

/// Dilate a mask by a disc.
#[pyfunction]
#[pyo3(signature = (mask, radius, /))]
fn grow<'py>(py: Python<'py>, mask: Gray<'py>, radius: f32) -> PyResult<Bound<'py, PyArray2<u8>>> {
    let view = mask.view()?;
    let grown = py.detach(|| growing::grow(view, radius))?;
    array2(py, grown)
}

/// Boxes (left, top, right, bottom) and pixel counts of connected ink.
#[pyfunction]
#[pyo3(signature = (mask, /))]
fn ink_boxes(py: Python<'_>, mask: Gray<'_>) -> PyResult<Vec<(u32, u32, u32, u32, u32)>> {
    let view = mask.view()?;
    let ink = py.detach(|| blobs::find(view));
    Ok(ink
        .blobs
        .iter()
        .map(|b| (b.x0, b.y0, b.x1, b.y1, b.area))
        .collect())
}

type Nine = (f64, f64, f64, f64, f64, f64, f64, f64, f64);
pub(super) type Corners = (Point, Point, Point, Point);

pub(super) fn corners(quad: &Quad) -> Corners {
    (quad[0], quad[1], quad[2], quad[3])
}

/// Where one page is in a scan and how it lies.
#[pyclass(frozen, module = "pyhncert._core")]
struct Survey {
    #[pyo3(get)]
    matrix: Nine,
    #[pyo3(get)]
    size: (usize, usize),
    #[pyo3(get)]
    quarters: u8,
    #[pyo3(get)]
    skew_deg: f64,
    #[pyo3(get)]
    confidence: f64,
    #[pyo3(get)]
    papers: usize,
    #[pyo3(get)]
    cropped: bool,
    #[pyo3(get)]
    lost_corners: (bool, bool, bool, bool),
    #[pyo3(get)]
    unsure: bool,
    #[pyo3(get)]
    outline: Corners,
    #[pyo3(get)]
    fill: (u8, u8, u8),
    found: surveying::Survey,
}

#[pymethods]
impl Survey {
    /// The same page with up and down exchanged.
    fn turned_over(&self) -> Self {
        self.found.turned_over().into()
    }
}

/// What was measured on a page.
#[pyclass(frozen, get_all, module = "pyhncert._core")]
struct PageMeasures {
    blur_px: f64,
    ink_share: f64,
    contrast: f64,
    text_height_px: f64,
    cuts: Vec<(u8, Corners)>,
    glare_share: f64,
    glare: Vec<Corners>,
    content_share: f64,
    shadow_share: f64,
    shadow_depth: f64,
    shadows: Vec<Corners>,
}

/// Find the pages in an RGB scan, in reading order.
#[pyfunction]
#[pyo3(signature = (image, /))]
fn survey(py: Python<'_>, image: Rgb<'_>) -> PyResult<Vec<Survey>> {
    let view = image.view()?;
    let found = py.detach(|| surveying::survey(view))?;
    Ok(found.iter().copied().map(Survey::from).collect())
}

impl From<surveying::Survey> for Survey {
    fn from(found: surveying::Survey) -> Self {
        let m = found.matrix.0;
        Self {
            matrix: (m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]),
            size: found.size,
            quarters: found.quarters,
            skew_deg: found.skew,
            confidence: found.confidence,
            papers: found.papers,
            cropped: found.cropped,
            lost_corners: found.lost.into(),
            unsure: found.unsure,
            outline: corners(&found.outline),
            fill: found.fill.into(),
            found,
        }
    }
}

/// Draw a scan through `matrix` into `out`; `fill` is what lies outside.
#[pyfunction]
#[pyo3(signature = (image, matrix, out, /, *, fill = Colour([255; 3])))]
fn warp(
    py: Python<'_>,
    image: Rgb<'_>,
    matrix: Nine,
    mut out: RgbOut<'_>,
    fill: Colour,
) -> PyResult<()> {
    let view = image.view()?;
    let (width, height, room) = out.pixels()?;
    apart(view.data, room)?;
    let m = Matrix(matrix.into());
    Ok(py.detach(|| warping::warp(view, &m, width, height, room, fill.0))?)
}

/// Measure an upright page; `outline` is what the scan shows of the paper, in page pixels.
#[pyfunction]
#[pyo3(signature = (image, outline, /))]
fn measure(py: Python<'_>, image: Rgb<'_>, outline: Corners) -> PyResult<PageMeasures> {
    let view = image.view()?;
    let outline = outline.into();
    let found = py.detach(|| measuring::measure(view, &outline))?;
    Ok(PageMeasures {
        blur_px: found.blur_px,
        ink_share: found.ink_share,
        contrast: found.contrast,
        text_height_px: found.text_height,
        cuts: (0..)
            .zip(&found.cuts)
            .filter_map(|(side, quad)| Some((side, corners(quad.as_ref()?))))
            .collect(),
        glare_share: found.glare_share,
        glare: found.glare.iter().map(corners).collect(),
        content_share: found.content_share,
        shadow_share: found.shadow_share,
        shadow_depth: found.shadow_depth,
        shadows: found.shadows.iter().map(corners).collect(),
    })
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Survey>()?;
    module.add_class::<PageMeasures>()?;
    module.add_function(wrap_pyfunction!(png_decode, module)?)?;
    module.add_function(wrap_pyfunction!(gray, module)?)?;
    module.add_function(wrap_pyfunction!(shrink, module)?)?;
    module.add_function(wrap_pyfunction!(sauvola, module)?)?;
    module.add_function(wrap_pyfunction!(wolf, module)?)?;
    module.add_function(wrap_pyfunction!(grow, module)?)?;
    module.add_function(wrap_pyfunction!(ink_boxes, module)?)?;
    module.add_function(wrap_pyfunction!(survey, module)?)?;
    module.add_function(wrap_pyfunction!(warp, module)?)?;
    module.add_function(wrap_pyfunction!(measure, module)?)
}
