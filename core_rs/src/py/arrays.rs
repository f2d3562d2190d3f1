//! What the border takes as pixels, so that every function takes the same and refuses the rest in the same words.
//!
//! Pixels to be read may have any strides: what is not in C order is copied once. Pixels to be written are the
//! caller's own and must be in C order, writeable, and apart from those that are read. Everything else is a
//! `UsageFault`; a picture without pixels is a `ScanError`.

use numpy::{
    Ix2, Ix3, PyArray, PyArrayDescrMethods, PyArrayMethods, PyReadonlyArray, PyReadwriteArray3,
    PyUntypedArray, PyUntypedArrayMethods, dtype,
};
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

use crate::image::View;
use crate::{Error, Result};

/// An RGB image, (height, width, 3), to be read.
pub(super) struct Rgb<'py>(PyReadonlyArray<'py, u8, Ix3>);

/// A gray image or a mask, (height, width), to be read.
pub(super) struct Gray<'py>(PyReadonlyArray<'py, u8, Ix2>);

/// Room for an RGB image, (height, width, 3).
pub(super) struct RgbOut<'py>(PyReadwriteArray3<'py, u8>);

/// A count or a length: a whole number from 0.
#[derive(Clone, Copy)]
pub(super) struct Whole(pub(super) usize);

/// A colour: three numbers of 0 to 255.
#[derive(Clone, Copy)]
pub(super) struct Colour(pub(super) [u8; 3]);

impl Rgb<'_> {
    /// The pixels.
    pub(super) fn view(&self) -> Result<View<'_>> {
        let shape = self.0.shape();
        View::new(shape[1], shape[0], 3, slice(&self.0)?)
    }
}

impl Gray<'_> {
    /// The pixels.
    pub(super) fn view(&self) -> Result<View<'_>> {
        let shape = self.0.shape();
        View::new(shape[1], shape[0], 1, slice(&self.0)?)
    }
}

impl RgbOut<'_> {
    /// Width, height and the pixels, to be written.
    pub(super) fn pixels(&mut self) -> Result<(usize, usize, &mut [u8])> {
        let (height, width) = (self.0.shape()[0], self.0.shape()[1]);
        let room = self
            .0
            .as_slice_mut()
            .map_err(|_| Error::Usage("out must be contiguous".into()))?;
        Ok((width, height, room))
    }
}

/// Refuse room that overlaps what is read; numpy's own bookkeeping does not see two arrays over one foreign buffer.
pub(super) fn apart(read: &[u8], room: &[u8]) -> Result<()> {
    let (a, b) = (read.as_ptr_range(), room.as_ptr_range());
    if a.start < b.end && b.start < a.end {
        return Err(taken());
    }
    Ok(())
}

fn taken() -> Error {
    Error::Usage(
        "the arrays overlap, or another thread uses one of them; write into an array of its own"
            .into(),
    )
}

fn slice<'a, D: numpy::ndarray::Dimension>(
    array: &'a PyReadonlyArray<'_, u8, D>,
) -> Result<&'a [u8]> {
    array
        .as_slice()
        .map_err(|_| Error::Usage("the image must be contiguous".into()))
}

/// `obj` as an array of bytes with the axes of `like`; the last one, of three, has length 3.
fn checked<'a, 'py>(
    obj: Borrowed<'a, 'py, PyAny>,
    like: &str,
    axes: usize,
) -> Result<Borrowed<'a, 'py, PyUntypedArray>> {
    let refuse = |seen: String| Error::Usage(format!("pixels are uint8 {like}, not {seen}"));
    let Ok(array) = obj.cast::<PyUntypedArray>() else {
        let kind = obj.get_type().name().map(|name| name.to_string());
        return Err(refuse(kind.unwrap_or_default()));
    };
    let shape = array.shape();
    let bytes = array.dtype().is_equiv_to(&dtype::<u8>(obj.py()));
    if !bytes || shape.len() != axes || (axes == 3 && shape[2] != 3) {
        return Err(refuse(format!("{} {shape:?}", array.dtype())));
    }
    Ok(array)
}

/// The array in C order: itself, or a copy.
fn readable<'py, D: numpy::ndarray::Dimension>(
    obj: Borrowed<'_, 'py, PyAny>,
    like: &str,
    axes: usize,
) -> PyResult<PyReadonlyArray<'py, u8, D>> {
    let ordered = if checked(obj, like, axes)?.is_c_contiguous() {
        obj.to_owned()
    } else {
        obj.py()
            .import("numpy")?
            .call_method1("ascontiguousarray", (obj,))
            .map_err(|err| Error::Usage(format!("the image cannot be copied: {err}")))?
    };
    let array = ordered
        .cast::<PyArray<u8, D>>()
        .map_err(|_| Error::Usage(format!("pixels are uint8 {like}")))?;
    Ok(array.try_readonly().map_err(|_| taken())?)
}

const RGB: &str = "(height, width, 3)";
const GRAY: &str = "(height, width)";

impl<'py> FromPyObject<'_, 'py> for Rgb<'py> {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        readable(obj, RGB, 3).map(Self)
    }
}

impl<'py> FromPyObject<'_, 'py> for Gray<'py> {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        readable(obj, GRAY, 2).map(Self)
    }
}

impl<'py> FromPyObject<'_, 'py> for RgbOut<'py> {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let array = checked(obj, RGB, 3)?;
        if !array.is_c_contiguous() {
            return Err(Error::Usage("out must be contiguous, in C order".into()).into());
        }
        let array = array
            .cast::<PyArray<u8, Ix3>>()
            .map_err(|_| Error::Usage(format!("out is uint8 {RGB}")))?;
        let writeable = array.try_readwrite().map_err(|err| match err {
            numpy::BorrowError::NotWriteable => Error::Usage("out is read-only".into()),
            _ => taken(),
        })?;
        Ok(Self(writeable))
    }
}

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        obj.extract().map(Self).map_err(|err| {
            in_range(
                obj.py(),
                err,
                "a whole number from 0 is needed, not a negative or huge one",
            )
        })
    }
}

impl<'py> FromPyObject<'_, 'py> for Colour {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        obj.extract::<(u8, u8, u8)>()
            .map(|colour| Self(colour.into()))
            .map_err(|err| in_range(obj.py(), err, "a colour is three numbers of 0 to 255"))
    }
}

/// A number that its type cannot hold is the caller's fault; a value of another type stays a `TypeError`.
fn in_range(py: Python<'_>, err: PyErr, needed: &str) -> PyErr {
    if err.is_instance_of::<PyOverflowError>(py) {
        Error::Usage(needed.into()).into()
    } else {
        err
    }
}
