//! The pixels of a page: 8 bits, one thread.
//!
//! Colour is interleaved RGB, gray one byte a pixel (0 black, 255 white), a mask one byte a pixel (1 ink, 0 none).
//! Coordinates are continuous: the centre of the first pixel is (0.5, 0.5), x runs right, y down.

// Sides stay far below 2^31 (the callers' limit on pixels), so counts and places go between whole numbers and floating
// point without loss; whatever may be negative is clamped before it becomes an index.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]
// Corners and matrix cells go by the letters of the textbooks; a matrix is compared exactly to tell copies from sampling.
#![allow(clippy::many_single_char_names, clippy::float_cmp)]

pub mod blobs;
pub mod blocking;
pub mod blur;
pub mod chains;
pub mod changes;
pub mod content;
pub mod correction;
pub mod edge;
pub mod edges;
pub mod flatten;
pub mod geometry;
pub mod glare;
pub mod grain;
pub mod ground;
pub mod grow;
pub mod inks;
pub mod lines;
pub mod marks;
pub mod measure;
pub mod noise;
pub mod outside;
pub mod paper;
pub mod photocopy;
pub mod place;
pub mod png;
pub mod portrait;
pub mod reduce;
pub mod rings;
pub mod rotate;
pub mod rules;
pub mod scratch;
pub mod seal;
pub mod shadow;
pub mod sides;
mod simd;
pub mod stamp;
pub mod strokes;
pub mod survey;
pub mod textlines;
pub mod threshold;
mod threshold_paper;
mod threshold_sums;
pub mod warp;

use crate::{Error, Result};
use scratch::Kept;

/// A borrowed picture of `channels` interleaved bytes a pixel.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes a pixel: 1 or 3.
    pub channels: usize,
    /// `width * height * channels` bytes, row by row.
    pub data: &'a [u8],
}

impl<'a> View<'a> {
    /// A view of `data`.
    ///
    /// # Errors
    /// [`Error::Scan`] where a side is zero or the sizes do not fit.
    pub fn new(width: usize, height: usize, channels: usize, data: &'a [u8]) -> Result<Self> {
        let view = Self {
            width,
            height,
            channels,
            data,
        };
        check_sides(width, height, channels, data.len())?;
        Ok(view)
    }

    /// Row `y`.
    #[must_use]
    pub fn row(&self, y: usize) -> &'a [u8] {
        let stride = self.width * self.channels;
        &self.data[y * stride..(y + 1) * stride]
    }
}

fn check_sides(width: usize, height: usize, channels: usize, len: usize) -> Result<()> {
    let fits = width
        .checked_mul(height)
        .and_then(|n| n.checked_mul(channels))
        == Some(len);
    if width == 0 || height == 0 || !fits {
        return Err(Error::Scan(format!(
            "{len} bytes are no picture of {width} x {height} x {channels}"
        )));
    }
    Ok(())
}

/// An owned picture; see [`View`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes a pixel: 1 or 3.
    pub channels: usize,
    /// `width * height * channels` bytes, row by row.
    pub data: Kept<u8>,
}

impl Picture {
    /// A picture of zeros.
    #[must_use]
    pub fn zeros(width: usize, height: usize, channels: usize) -> Self {
        Self {
            width,
            height,
            channels,
            data: Kept::zeros(width * height * channels),
        }
    }

    /// The same, borrowed.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View {
            width: self.width,
            height: self.height,
            channels: self.channels,
            data: &self.data,
        }
    }

    /// Row `y`.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        let stride = self.width * self.channels;
        &self.data[y * stride..(y + 1) * stride]
    }

    /// Row `y`, to be written.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        let stride = self.width * self.channels;
        &mut self.data[y * stride..(y + 1) * stride]
    }
}
