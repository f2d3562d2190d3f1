//! Points, homographies and the boxes around them.

use super::scratch::Kept;
use crate::{Error, Result};

/// x and y.
pub type Point = (f64, f64);

/// Four corners, clockwise from the upper left.
pub type Quad = [Point; 4];

/// A 3x3 homography, row by row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix(pub [f64; 9]);

impl Matrix {
    /// Nothing moves.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);

    /// Move by (`x`, `y`).
    #[must_use]
    pub fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0])
    }

    /// Turn clockwise (as seen, y down) about the origin.
    #[must_use]
    pub fn rotation(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self([cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0, 1.0])
    }

    /// Take a clockwise turn by `quarters` out of a picture of `width` x `height`; exact.
    #[must_use]
    pub fn unturn(quarters: u8, width: f64, height: f64) -> Self {
        match quarters % 4 {
            0 => Self::IDENTITY,
            1 => Self([0.0, 1.0, 0.0, -1.0, 0.0, width, 0.0, 0.0, 1.0]),
            2 => Self([-1.0, 0.0, width, 0.0, -1.0, height, 0.0, 0.0, 1.0]),
            _ => Self([0.0, -1.0, height, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        }
    }

    /// First this, then `later`.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let mut m = [0.0; 9];
        for (i, cell) in m.iter_mut().enumerate() {
            let (row, column) = (i / 3, i % 3);
            *cell = (0..3)
                .map(|k| later.0[3 * row + k] * self.0[3 * k + column])
                .sum();
        }
        Self(m)
    }

    /// Where `point` goes.
    #[must_use]
    pub fn apply(&self, (x, y): Point) -> Point {
        let m = &self.0;
        let w = m[6] * x + m[7] * y + m[8];
        (
            (m[0] * x + m[1] * y + m[2]) / w,
            (m[3] * x + m[4] * y + m[5]) / w,
        )
    }

    /// The way back.
    ///
    /// # Errors
    /// [`Error::Usage`] for a singular or non-finite matrix.
    pub fn inverse(&self) -> Result<Self> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        if !det.is_finite() || det.abs() < 1e-300 {
            return Err(Error::Usage("singular matrix".into()));
        }
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        Ok(Self(adjugate.map(|v| v / det)))
    }

    /// The homography that puts the corners `from` on the corners `to`.
    ///
    /// # Errors
    /// [`Error::Usage`] where three corners lie on one line.
    pub fn between(from: &Quad, to: &Quad) -> Result<Self> {
        Ok(unit_to(from)?.inverse()?.then(&unit_to(to)?))
    }
}

/// The homography from the unit square to `quad` (Heckbert 1989, 2.2.3).
fn unit_to(quad: &Quad) -> Result<Matrix> {
    let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = *quad;
    let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let det = dx1 * dy2 - dx2 * dy1;
    if !det.is_finite() || det.abs() < 1e-9 {
        return Err(Error::Usage("the corners lie on one line".into()));
    }
    let g = (sx * dy2 - dx2 * sy) / det;
    let h = (dx1 * sy - sx * dy1) / det;
    Ok(Matrix([
        x1 - x0 + g * x1,
        x3 - x0 + h * x3,
        x0,
        y1 - y0 + g * y1,
        y3 - y0 + h * y3,
        y0,
        g,
        h,
        1.0,
    ]))
}

/// Width over height of a rectangle that a camera sees as `quad` (Zhang and He 2007, "Whiteboard scanning and image
/// enhancement", section 3.2); `middle` is where its axis meets the picture. None where the picture says too little.
#[must_use]
pub fn aspect(quad: &Quad, middle: Point) -> Option<f64> {
    let [a, b, d, c] = quad.map(|(x, y)| [x - middle.0, y - middle.1, 1.0]);
    let cross = |p: [f64; 3], q: [f64; 3]| {
        [
            p[1] * q[2] - p[2] * q[1],
            p[2] * q[0] - p[0] * q[2],
            p[0] * q[1] - p[1] * q[0],
        ]
    };
    let dot = |p: [f64; 3], q: [f64; 3]| p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    let right = dot(cross(a, d), c) / dot(cross(b, d), c);
    let down = dot(cross(a, d), b) / dot(cross(c, d), b);
    let along = |k: f64, p: [f64; 3]| [k * p[0] - a[0], k * p[1] - a[1], k * p[2] - a[2]];
    let (u, v) = (along(right, b), along(down, c));
    let focal = -(u[0] * v[0] + u[1] * v[1]) / (u[2] * v[2]);
    let reach = middle.0.hypot(middle.1);
    // Where one pair of sides is parallel the focal length is lost; lenses have 0.6 to 6 half diagonals.
    if !(focal.is_finite() && focal > (0.6 * reach).powi(2) && focal < (6.0 * reach).powi(2)) {
        return None;
    }
    let length = |p: [f64; 3]| (p[0] * p[0] + p[1] * p[1]) / focal + p[2] * p[2];
    Some((length(u) / length(v)).sqrt())
}

/// Left, top, right, bottom of the box around `points`.
#[must_use]
pub fn bounds(points: impl IntoIterator<Item = Point>) -> (f64, f64, f64, f64) {
    points.into_iter().fold(
        (f64::MAX, f64::MAX, f64::MIN, f64::MIN),
        |(l, t, r, b), (x, y)| (l.min(x), t.min(y), r.max(x), b.max(y)),
    )
}

/// Corners of a box.
#[must_use]
pub fn corners(left: f64, top: f64, right: f64, bottom: f64) -> Quad {
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// Area of a polygon.
#[must_use]
pub fn area(points: &[Point]) -> f64 {
    let next = points.iter().cycle().skip(1);
    points
        .iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum::<f64>()
        .abs()
        / 2.0
}

/// Distance of two points.
#[must_use]
pub fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Convex hull, clockwise as seen (Andrew's monotone chain).
#[must_use]
pub fn hull(points: &[Point]) -> Kept<Point> {
    let mut sorted = Kept::copy(points);
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut chain = Kept::<Point>::roomy(sorted.len() * 2);
    for pass in 0..2 {
        let base = chain.len();
        for i in 0..sorted.len() {
            let p = sorted[if pass == 0 { i } else { sorted.len() - 1 - i }];
            while chain.len() >= base + 2 {
                let (a, b) = (chain[chain.len() - 2], chain[chain.len() - 1]);
                if (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Point, b: Point) {
        assert!(distance(a, b) < 1e-6, "{a:?} {b:?}");
    }

    #[test]
    fn corners_go_where_they_were_sent() {
        let from = [(10.0, 20.0), (310.0, 25.0), (300.0, 420.0), (5.0, 400.0)];
        let to = corners(0.0, 0.0, 200.0, 300.0);
        let m = Matrix::between(&from, &to).unwrap();
        let back = m.inverse().unwrap();
        for (a, b) in from.into_iter().zip(to) {
            near(m.apply(a), b);
            near(back.apply(b), a);
        }
    }

    #[test]
    fn the_proportions_of_a_sheet_seen_from_the_side_are_told() {
        // A sheet of 210 x 297, tilted about both axes, before a lens of 1.6 half diagonals.
        let (sin, cos) = 0.5_f64.sin_cos();
        let (tilt, rest) = 0.3_f64.sin_cos();
        let quad = corners(-105.0, -148.5, 105.0, 148.5).map(|(x, y)| {
            let (y, z) = (y * cos, y * sin);
            let (x, z) = (x * rest + z * tilt, z * rest - x * tilt);
            let k = 1600.0 / (600.0 + z);
            (800.0 + k * x, 600.0 + k * y)
        });
        let shape = aspect(&quad, (800.0, 600.0)).unwrap();
        assert!((shape - 210.0 / 297.0).abs() < 1e-6, "{shape}");
        assert_eq!(aspect(&corners(0.0, 0.0, 4.0, 3.0), (2.0, 2.0)), None);
    }

    #[test]
    fn a_quarter_turn_is_taken_out() {
        // A picture of 30 x 20 was turned clockwise: its upper left corner is now at the upper right of 20 x 30.
        near(Matrix::unturn(1, 20.0, 30.0).apply((20.0, 0.0)), (0.0, 0.0));
        near(
            Matrix::unturn(2, 30.0, 20.0).apply((30.0, 20.0)),
            (0.0, 0.0),
        );
        near(Matrix::unturn(3, 20.0, 30.0).apply((0.0, 30.0)), (0.0, 0.0));
    }

    #[test]
    fn the_hull_leaves_out_what_is_inside() {
        let points = [
            (0.0, 0.0),
            (2.0, 1.0),
            (4.0, 0.0),
            (4.0, 4.0),
            (0.0, 4.0),
            (2.0, 2.0),
            (2.0, 0.0),
        ];
        let hull = hull(&points);
        assert_eq!(hull.len(), 4);
        assert!((area(&hull) - 16.0).abs() < 1e-9);
    }
}
