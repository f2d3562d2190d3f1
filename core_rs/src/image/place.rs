//! How a page is placed: the matrix, the size and the outline that follow from corners, quarter turns and skew.

use super::blobs;
use super::geometry::{Matrix, Quad, aspect, bounds, corners, distance};
use super::survey::{Survey, skew_of};
use crate::Result;

/// Skew below that is left as it is (degrees): over A4 that is 3 pixels of 300 dpi.
pub const STRAIGHT: f64 = 0.05;
/// Long side over short side of ISO 216 (A4, A5, ...) and of ISO/IEC 7810 ID-1.
const SHAPES: [f64; 2] = [std::f64::consts::SQRT_2, 85.60 / 53.98];
/// A paper whose proportions were measured this near to one of `SHAPES` has that shape.
const NEAR: f64 = 0.04;

/// The proportions (width over height) of the usual paper that is nearest to `shape`, where one is within `near`.
#[must_use]
pub fn usual(shape: f64, near: f64) -> Option<f64> {
    SHAPES
        .into_iter()
        .flat_map(|s| [s, 1.0 / s])
        .filter(|s| (shape / s - 1.0).abs() < near)
        .min_by(|a, b| (shape / a - 1.0).abs().total_cmp(&(shape / b - 1.0).abs()))
}

/// Whether a flatbed could have seen this rectangle: sides pairwise equal, corners square.
#[must_use]
pub fn rectangular(q: &Quad) -> bool {
    let side = |i: usize| distance(q[i], q[(i + 1) % 4]);
    let pair = |a: f64, b: f64| (a - b).abs() < 0.02 * a.max(b);
    let square = (0..4).all(|i| {
        let (p, o, n) = (q[(i + 3) % 4], q[i], q[(i + 1) % 4]);
        let (u, v) = ((p.0 - o.0, p.1 - o.1), (n.0 - o.0, n.1 - o.1));
        (u.0 * v.0 + u.1 * v.1).abs() < 0.02 * distance(p, o) * distance(n, o)
    });
    square && pair(side(0), side(2)) && pair(side(1), side(3))
}

/// A page that is to be placed.
pub struct Place {
    /// Width of the scan.
    pub width: f64,
    /// Height of the scan.
    pub height: f64,
    /// Clockwise quarter turns to take out.
    pub quarters: u8,
    /// Colour for what lies outside the scan.
    pub fill: [u8; 3],
    /// Certainty of the quarter turns.
    pub confidence: f64,
    /// Papers on the glass.
    pub papers: usize,
}

impl Place {
    /// Quarter turns and skew taken out of the whole scan, which keeps its size.
    fn upright(&self, skew: f64) -> (Matrix, f64, f64, f64) {
        let skew = if skew.abs() < STRAIGHT { 0.0 } else { skew };
        let turned = Matrix::unturn(self.quarters, self.width, self.height);
        let (w, h) = if self.quarters % 2 == 0 {
            (self.width, self.height)
        } else {
            (self.height, self.width)
        };
        if skew == 0.0 {
            return (turned, w, h, 0.0);
        }
        let middle = Matrix::shift(-w / 2.0, -h / 2.0)
            .then(&Matrix::rotation(-skew))
            .then(&Matrix::shift(w / 2.0, h / 2.0));
        (turned.then(&middle), w, h, skew)
    }

    fn finish(
        &self,
        matrix: Matrix,
        (w, h): (f64, f64),
        skew: f64,
        outline: Option<Quad>,
    ) -> Survey {
        Survey {
            matrix,
            size: (w.max(1.0) as usize, h.max(1.0) as usize),
            quarters: self.quarters,
            skew,
            confidence: self.confidence,
            papers: self.papers,
            cropped: outline.is_some(),
            lost: [false; 4],
            unsure: false,
            outline: outline.unwrap_or_else(|| {
                corners(0.0, 0.0, self.width, self.height).map(|p| matrix.apply(p))
            }),
            fill: self.fill,
        }
    }

    /// The whole scan. It keeps its size, but grows where turning would push ink over the edge.
    #[must_use]
    pub fn whole(&self, skew: f64, ink: &blobs::Ink, factor: f64) -> Survey {
        let (matrix, w, h, skew) = self.upright(skew);
        if skew == 0.0 {
            return self.finish(matrix, (w, h), 0.0, None);
        }
        let no_speck = |r: &&blobs::Run| ink.blobs[r.blob as usize].area >= 6;
        let written = ink.runs.iter().filter(no_speck).flat_map(|run| {
            let [l, t, r, b] =
                [run.start, run.y, run.end, run.y + 1].map(|v| f64::from(v) * factor);
            corners(l, t, r, b).map(|p| matrix.apply(p))
        });
        let (left, top, right, bottom) = bounds([(0.0, 0.0), (w, h)].into_iter().chain(written));
        let (left, top) = (left.floor(), top.floor());
        let size = (right.ceil() - left, bottom.ceil() - top);
        self.finish(matrix.then(&Matrix::shift(-left, -top)), size, skew, None)
    }

    /// One sheet, as a flatbed sees it: its own size, or what the scan shows of it.
    #[must_use]
    pub fn cut(&self, quad: &Quad, skew: f64) -> Survey {
        let (matrix, _, _, skew) = self.upright(skew);
        let inside = quad.map(|(x, y)| (x.clamp(0.0, self.width), y.clamp(0.0, self.height)));
        let whole = inside.iter().zip(quad).all(|(&a, &b)| distance(a, b) < 1.0);
        let placed = inside.map(|p| matrix.apply(p));
        let (left, top, right, bottom) = bounds(placed);
        let (left, top, w, h) = if whole {
            let side = |a: usize, b: usize| distance(quad[a], quad[b]);
            let (w, h) = (
                f64::midpoint(side(0, 1), side(3, 2)),
                f64::midpoint(side(0, 3), side(1, 2)),
            );
            let (w, h) = if self.quarters % 2 == 0 {
                (w, h)
            } else {
                (h, w)
            };
            let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
            (middle.0 - w / 2.0, middle.1 - h / 2.0, w, h)
        } else {
            (left, top, right - left, bottom - top)
        };
        let shift = Matrix::shift(-left.round(), -top.round());
        self.finish(
            matrix.then(&shift),
            (w.round(), h.round()),
            skew,
            Some(placed.map(|p| shift.apply(p))),
        )
    }

    /// One sheet seen from the side, as a camera does.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] where three corners lie on one line.
    pub fn flattened(&self, quad: &Quad) -> Result<Survey> {
        let mut from = *quad;
        from.rotate_left(usize::from(self.quarters));
        let middle = (self.width / 2.0, self.height / 2.0);
        let side = |a: usize, b: usize| distance(from[a], from[b]);
        let (w, h) = (
            f64::midpoint(side(0, 1), side(3, 2)),
            f64::midpoint(side(0, 3), side(1, 2)),
        );
        let shape = aspect(&from, middle).unwrap_or(w / h);
        let shape = usual(shape, NEAR).unwrap_or(shape);
        let root = (w * h).sqrt();
        let (w, h) = ((root * shape.sqrt()).round(), (root / shape.sqrt()).round());
        let outline = corners(0.0, 0.0, w, h);
        let matrix = Matrix::between(&from, &outline)?;
        let skew = skew_of(quad);
        Ok(self.finish(matrix, (w, h), skew, Some(outline)))
    }
}
