//! Where the page is in a scan and how it lies: everything that the one resampling has to know.

use super::geometry::{Matrix, Point, Quad, bounds, corners, distance};
use super::threshold::sauvola;
use super::{Picture, View, blobs, lines, paper, reduce};
use crate::{Error, Result};

/// Long side of the picture in which text is looked at: about 150 dpi for A4.
const WORK: usize = 1800;
/// Long side of the picture in which sheets and seals are looked for.
const SMALL: usize = 900;
/// Skew below that is left as it is (degrees): over A4 that is 3 pixels of 300 dpi.
pub const STRAIGHT: f64 = 0.05;
/// Radius and k of Sauvola's threshold in the work picture: a window of 5 mm.
const WINDOW: (usize, f32) = (15, 0.3);

/// What the page is made by.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// From raw pixels to page pixels.
    pub matrix: Matrix,
    /// Size of the page in pixels.
    pub size: (usize, usize),
    /// Clockwise quarter turns that are taken out.
    pub quarters: u8,
    /// Clockwise skew in degrees that is taken out.
    pub skew: f64,
    /// Certainty of the quarter turns, 0 to 1.
    pub confidence: f64,
    /// Sheets of paper on the glass.
    pub papers: usize,
    /// Whether the page was cut out of a larger scan.
    pub cropped: bool,
    /// Outline, in page pixels, of what the scan shows of the paper.
    pub outline: Quad,
    /// Colour for what lies outside the scan.
    pub fill: [u8; 3],
}

/// A scan made smaller in two steps.
pub struct Work {
    /// Raw pixels to a pixel of `gray`.
    pub factor: usize,
    /// Gray, long side about 1800 pixels.
    pub gray: Picture,
    /// Raw pixels to a pixel of `small`.
    pub small_factor: usize,
    /// RGB, long side about 900 pixels.
    pub small: Picture,
}

impl Work {
    /// Shrink an RGB picture.
    #[must_use]
    pub fn new(view: View<'_>) -> Self {
        let long = view.width.max(view.height);
        let factor = long.div_ceil(WORK).clamp(1, 16);
        let middle = reduce::shrink(view, factor);
        let again = middle.width.max(middle.height).div_ceil(SMALL).clamp(1, 16);
        let small = reduce::shrink(middle.view(), again);
        Self {
            factor,
            gray: reduce::gray(middle.view()),
            small_factor: factor * again,
            small,
        }
    }

    /// Ink of `gray`.
    ///
    /// # Errors
    /// Never for a picture made by [`Work::new`].
    pub fn ink(&self) -> Result<Picture> {
        sauvola(self.gray.view(), WINDOW.0, WINDOW.1)
    }
}

/// Find the page in an RGB scan.
///
/// # Errors
/// [`Error::Usage`] for a picture that is not RGB.
pub fn survey(view: View<'_>) -> Result<Survey> {
    if view.channels != 3 {
        return Err(Error::Usage("an RGB picture is needed".into()));
    }
    let work = Work::new(view);
    let (width, height) = (view.width as f64, view.height as f64);
    let sheets = paper::find(work.small.view());
    let scale = work.small_factor as f64;
    let quads: Vec<Quad> = sheets
        .quads
        .iter()
        .map(|q| q.map(|(x, y)| (x * scale, y * scale)))
        .collect();
    let papers = count(&quads);
    let sheet = match quads.as_slice() {
        [one] if super::geometry::area(one) < 0.985 * width * height => Some(*one),
        _ => None,
    };
    let mut mask = work.ink()?;
    if let Some(quad) = &sheet {
        keep_inside(
            &mut mask,
            &quad.map(|(x, y)| (x / work.factor as f64, y / work.factor as f64)),
        );
    }
    let ink = blobs::find(mask.view());
    let lie = lines::lie(work.gray.view(), mask.view(), &ink);
    let quarters = lie.map_or(0, |l| l.quarters);
    let text_skew = lie
        .filter(|l| l.skew_confidence > 0.4 && l.skew.abs() < 10.5)
        .map(|l| l.skew);
    let confidence = lie.map_or(0.0, |l| l.axis_confidence.min(l.up_confidence));
    let fill = fill(&work.small, sheet.is_some());
    let base = Base {
        width,
        height,
        quarters,
        fill,
        confidence,
        papers,
    };
    Ok(match sheet {
        Some(quad) if !rectangular(&quad) => base.flattened(&quad)?,
        Some(quad) => {
            let edge_skew = (quad[1].1 - quad[0].1)
                .atan2(quad[1].0 - quad[0].0)
                .to_degrees();
            let skew = text_skew
                .filter(|s| (s - edge_skew).abs() < 2.0)
                .unwrap_or(edge_skew);
            base.cut(&quad, skew)
        }
        None => base.whole(text_skew.unwrap_or(0.0), &ink, work.factor as f64),
    })
}

/// Sheets that count as papers: the two sides of one identity card lie together on purpose.
fn count(quads: &[Quad]) -> usize {
    let card = |q: &Quad| {
        let (a, b) = (distance(q[0], q[1]), distance(q[1], q[2]));
        (a.max(b) / a.min(b).max(1.0) - 1.586).abs() < 0.06
    };
    if quads.len() > 1 && quads.iter().all(card) {
        1
    } else {
        quads.len().max(1)
    }
}

/// Whether a flatbed could have seen this rectangle: sides pairwise equal, corners square.
fn rectangular(q: &Quad) -> bool {
    let side = |i: usize| distance(q[i], q[(i + 1) % 4]);
    let pair = |a: f64, b: f64| (a - b).abs() < 0.02 * a.max(b);
    let square = (0..4).all(|i| {
        let (p, o, n) = (q[(i + 3) % 4], q[i], q[(i + 1) % 4]);
        let (u, v) = ((p.0 - o.0, p.1 - o.1), (n.0 - o.0, n.1 - o.1));
        (u.0 * v.0 + u.1 * v.1).abs() < 0.02 * distance(p, o) * distance(n, o)
    });
    square && pair(side(0), side(2)) && pair(side(1), side(3))
}

struct Base {
    width: f64,
    height: f64,
    quarters: u8,
    fill: [u8; 3],
    confidence: f64,
    papers: usize,
}

impl Base {
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
            outline: outline.unwrap_or_else(|| {
                corners(0.0, 0.0, self.width, self.height).map(|p| matrix.apply(p))
            }),
            fill: self.fill,
        }
    }

    /// The whole scan. It keeps its size, but grows where turning would push ink over the edge.
    fn whole(&self, skew: f64, ink: &blobs::Ink, factor: f64) -> Survey {
        let (matrix, w, h, skew) = self.upright(skew);
        if skew == 0.0 {
            return self.finish(matrix, (w, h), 0.0, None);
        }
        let mut points: Vec<Point> = vec![(0.0, 0.0), (w, h)];
        for run in ink
            .runs
            .iter()
            .filter(|r| ink.blobs[r.blob as usize].area >= 6)
        {
            let (top, bottom) = (f64::from(run.y) * factor, f64::from(run.y + 1) * factor);
            for x in [f64::from(run.start) * factor, f64::from(run.end) * factor] {
                points.extend([matrix.apply((x, top)), matrix.apply((x, bottom))]);
            }
        }
        let (left, top, right, bottom) = bounds(&points);
        let (left, top) = (left.floor(), top.floor());
        let size = (right.ceil() - left, bottom.ceil() - top);
        self.finish(matrix.then(&Matrix::shift(-left, -top)), size, skew, None)
    }

    /// One sheet, as a flatbed sees it.
    fn cut(&self, quad: &Quad, skew: f64) -> Survey {
        let (matrix, _, _, skew) = self.upright(skew);
        let inside = quad.map(|(x, y)| (x.clamp(0.0, self.width), y.clamp(0.0, self.height)));
        let placed = inside.map(|p| matrix.apply(p));
        let (left, top, right, bottom) = bounds(&placed);
        let (left, top) = (left.round(), top.round());
        let size = ((right - left).round(), (bottom - top).round());
        let shift = Matrix::shift(-left, -top);
        self.finish(
            matrix.then(&shift),
            size,
            skew,
            Some(placed.map(|p| shift.apply(p))),
        )
    }

    /// One sheet seen from the side, as a camera does.
    fn flattened(&self, quad: &Quad) -> Result<Survey> {
        let mut from = *quad;
        from.rotate_left(usize::from(self.quarters));
        let side = |a: usize, b: usize| distance(from[a], from[b]);
        let (w, h) = (
            f64::midpoint(side(0, 1), side(3, 2)).round(),
            f64::midpoint(side(0, 3), side(1, 2)).round(),
        );
        let outline = corners(0.0, 0.0, w, h);
        let matrix = Matrix::between(&from, &outline)?;
        let skew = (quad[1].1 - quad[0].1)
            .atan2(quad[1].0 - quad[0].0)
            .to_degrees();
        Ok(self.finish(matrix, (w, h), skew, Some(outline)))
    }
}

/// Forget ink outside a convex outline, and within three pixels of it.
fn keep_inside(mask: &mut Picture, quad: &Quad) {
    let width = mask.width;
    for y in 0..mask.height {
        let middle = y as f64 + 0.5;
        let (mut left, mut right) = (f64::MIN, f64::MAX);
        let mut inside = true;
        for i in 0..4 {
            let (a, b) = (quad[i], quad[(i + 1) % 4]);
            let length = distance(a, b).max(1e-9);
            // Distance to the inner side: nx * x + ny * y + c >= 3.
            let (nx, ny) = ((a.1 - b.1) / length, (b.0 - a.0) / length);
            let rest = 3.0 + nx * a.0 + ny * a.1 - ny * middle;
            if nx.abs() < 1e-9 {
                inside &= rest <= 0.0;
            } else if nx > 0.0 {
                left = left.max(rest / nx);
            } else {
                right = right.min(rest / nx);
            }
        }
        let row = mask.row_mut(y);
        if !inside || left >= right {
            row.fill(0);
            continue;
        }
        let (left, right) = (
            left.clamp(0.0, width as f64) as usize,
            right.clamp(0.0, width as f64) as usize,
        );
        row[..left].fill(0);
        row[right..].fill(0);
    }
}

/// Colour of the paper: along the edge of the scan, or, where that is the bed, of its light half.
fn fill(small: &Picture, bed: bool) -> [u8; 3] {
    let (w, h) = (small.width, small.height);
    let gray = reduce::gray(small.view());
    let middle = paper::level(&gray.data, 0.5);
    let mut channels: [Vec<u8>; 3] = Default::default();
    for (i, pixel) in small.data.chunks_exact(3).enumerate() {
        let (x, y) = (i % w, i / w);
        let at_edge = x < 2 || y < 2 || x + 2 >= w || y + 2 >= h;
        if if bed { gray.data[i] >= middle } else { at_edge } {
            channels
                .iter_mut()
                .zip(pixel)
                .for_each(|(to, &v)| to.push(v));
        }
    }
    channels.map(|values| paper::level(&values, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_scan_is_left_as_it_is() {
        let data = vec![240; 300 * 400 * 3];
        let found = survey(View::new(300, 400, 3, &data).unwrap()).unwrap();
        assert_eq!((found.matrix, found.size), (Matrix::IDENTITY, (300, 400)));
        assert_eq!(
            (found.papers, found.cropped, found.fill),
            (1, false, [240; 3])
        );
    }

    #[test]
    fn a_sheet_is_cut_out_without_resampling() {
        let mut picture = Picture::zeros(400, 500, 3);
        for y in 50..450 {
            picture.row_mut(y)[40 * 3..340 * 3].fill(230);
        }
        let found = survey(picture.view()).unwrap();
        assert!(found.cropped);
        assert_eq!(found.size, (300, 400));
        assert_eq!(found.matrix, Matrix::shift(-40.0, -50.0));
    }
}
