//! Where the pages are in a scan and how they lie: everything that the one resampling of each has to know.

use super::geometry::{Matrix, Quad, area, bounds, corners, distance};
use super::lines::Lie;
use super::place::{Place, rectangular};
use super::scratch::Kept;
use super::threshold::sauvola;
use super::{Picture, View, blobs, lines, paper, reduce};
use crate::{Error, Result};

/// Long side of the picture in which text is looked at: about 150 dpi for A4.
const WORK: usize = 1800;
/// Long side of the picture in which sheets and seals are looked for.
const SMALL: usize = 900;
/// Window and k of Sauvola's threshold in the work picture: 5 mm.
const WINDOW: (usize, f32) = (31, 0.3);
/// A sheet that covers so much of the scan is the scan.
const WHOLE: f64 = 0.985;
/// Text whose skew is within so many degrees of that of the sheet's sides tells it more exactly.
const AGREE: f64 = 0.35;
/// A sheet that lies more askew than that (degrees) is straightened before its text is looked at.
const ASKEW: f64 = 8.0;

/// What one page is made by.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// Papers that were laid on the glass together; the two sides of one card are one.
    pub papers: usize,
    /// Whether the page was cut out of a larger scan.
    pub cropped: bool,
    /// Which corners of the paper (upper left, upper right, lower right, lower left of the page) do not lie on the scan:
    /// torn, folded or covered.
    pub lost: [bool; 4],
    /// Whether something lies on the glass whose edges could not be told.
    pub unsure: bool,
    /// Outline, in page pixels, of what the scan shows of the paper.
    pub outline: Quad,
    /// Colour for what lies outside the scan.
    pub fill: [u8; 3],
}

impl Survey {
    /// The same page seen from the other side: what was up is down.
    #[must_use]
    pub fn turned_over(&self) -> Self {
        let (w, h) = (self.size.0 as f64, self.size.1 as f64);
        let half = Matrix::unturn(2, w, h);
        let (mut outline, mut lost) = (self.outline.map(|p| half.apply(p)), self.lost);
        outline.rotate_left(2);
        lost.rotate_left(2);
        Self {
            matrix: self.matrix.then(&half),
            quarters: (self.quarters + 2) % 4,
            outline,
            lost,
            ..*self
        }
    }
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

/// Find the pages in an RGB scan, in reading order; never none.
///
/// # Errors
/// [`Error::Usage`] for a picture that is not RGB.
pub fn survey(view: View<'_>) -> Result<Kept<Survey>> {
    if view.channels != 3 {
        return Err(Error::Usage("an RGB picture is needed".into()));
    }
    let work = Work::new(view);
    let (width, height) = (view.width as f64, view.height as f64);
    let factor = work.factor as f64;
    let sheets = paper::find(
        work.small.view(),
        &work.gray,
        work.small_factor / work.factor,
    );
    let raw = |s: &paper::Sheet| s.quad.map(|(x, y)| (x * factor, y * factor));
    let quads = Kept::collect(sheets.found.len(), sheets.found.iter().map(raw));
    let fills = |q: &Quad| area(q) >= WHOLE * width * height;
    if quads.is_empty() || (quads.len() == 1 && fills(&quads[0])) {
        let page = Survey {
            unsure: sheets.unsure,
            ..whole(&work, width, height)?
        };
        return Ok(Kept::copy(&[page]));
    }
    let papers = count(&quads);
    let mut found = Kept::roomy(quads.len());
    for (&quad, seen) in quads.iter().zip(&sheets.found) {
        let page = sheet(&work, &quad, (width, height), papers)?;
        let mut lost = seen.lost;
        lost.rotate_left(usize::from(page.quarters));
        let unsure = sheets.unsure;
        found.push((
            quad,
            Survey {
                lost,
                unsure,
                ..page
            },
        ));
    }
    Ok(in_reading_order(found, width, height))
}

/// The page that fills the scan.
fn whole(work: &Work, width: f64, height: f64) -> Result<Survey> {
    let mask = work.ink()?;
    let ink = blobs::find(mask.view());
    let lie = lines::lie(work.gray.view(), mask.view(), &ink);
    let place = Place {
        width,
        height,
        quarters: lie.map_or(0, |l| l.quarters),
        confidence: lie.map_or(0.0, certainty),
        papers: 1,
        fill: border_colour(&work.small),
    };
    Ok(place.whole(text_skew(lie).unwrap_or(0.0), &ink, work.factor as f64))
}

/// One sheet on the glass.
fn sheet(work: &Work, quad: &Quad, (width, height): (f64, f64), papers: usize) -> Result<Survey> {
    let factor = work.factor as f64;
    let here = quad.map(|(x, y)| (x / factor, y / factor));
    let edge_skew = skew_of(quad);
    let flat = rectangular(quad);
    let (lie, straightened) = if flat && edge_skew.abs() < ASKEW {
        (as_it_lies(&work.gray, &here)?, 0.0)
    } else {
        (straight(&work.gray, &here)?, edge_skew)
    };
    let small = work.small_factor as f64;
    let place = Place {
        width,
        height,
        quarters: lie.map_or(0, |l| l.quarters),
        confidence: lie.map_or(0.0, certainty),
        papers,
        fill: paper_colour(&work.small, &quad.map(|(x, y)| (x / small, y / small))),
    };
    if !flat {
        return place.flattened(quad);
    }
    let skew = text_skew(lie)
        .map(|s| s + straightened)
        .filter(|s| (s - edge_skew).abs() < AGREE)
        .unwrap_or(edge_skew);
    Ok(place.cut(quad, skew))
}

/// The mean skew of the four sides in degrees, long ones counting more.
#[must_use]
pub fn skew_of(quad: &Quad) -> f64 {
    let (mut along, mut across) = (0.0, 0.0);
    for i in 0..4 {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (dx, dy) = [(dx, dy), (dy, -dx), (-dx, -dy), (-dy, dx)][i];
        along += dx;
        across += dy;
    }
    across.atan2(along).to_degrees()
}

fn certainty(lie: Lie) -> f64 {
    lie.axis_confidence.min(lie.up_confidence)
}

/// The skew of the text, where it can be trusted.
fn text_skew(lie: Option<Lie>) -> Option<f64> {
    lie.filter(|l| l.skew_confidence > 0.4 && l.skew.abs() < lines::WIDEST - 0.5)
        .map(|l| l.skew)
}

/// How the text lies inside a sheet of the work picture.
fn as_it_lies(gray: &Picture, quad: &Quad) -> Result<Option<Lie>> {
    let (left, top, right, bottom) = bounds(*quad);
    let held = |v: f64, most: usize| v.clamp(0.0, most as f64) as usize;
    let (x0, x1) = (held(left, gray.width), held(right.ceil(), gray.width));
    let (y0, y1) = (held(top, gray.height), held(bottom.ceil(), gray.height));
    if x1 <= x0 || y1 <= y0 {
        return Ok(None);
    }
    let mut part = Picture::zeros(x1 - x0, y1 - y0, 1);
    for y in y0..y1 {
        part.row_mut(y - y0).copy_from_slice(&gray.row(y)[x0..x1]);
    }
    let inner = quad.map(|(x, y)| (x - x0 as f64, y - y0 as f64));
    let mut mask = sauvola(part.view(), WINDOW.0, WINDOW.1)?;
    keep_inside(&mut mask, &inner);
    Ok(lines::lie(
        part.view(),
        mask.view(),
        &blobs::find(mask.view()),
    ))
}

/// How the text lies on a sheet of the work picture once its corners are square.
fn straight(gray: &Picture, quad: &Quad) -> Result<Option<Lie>> {
    let side = |a: usize, b: usize| distance(quad[a], quad[b]);
    let w = f64::midpoint(side(0, 1), side(3, 2)).round().max(1.0);
    let h = f64::midpoint(side(0, 3), side(1, 2)).round().max(1.0);
    let from = Matrix::between(&corners(0.0, 0.0, w, h), quad)?;
    let mut part = Picture::zeros(w as usize, h as usize, 1);
    for y in 0..part.height {
        for x in 0..part.width {
            let (u, v) = from.apply((x as f64 + 0.5, y as f64 + 0.5));
            part.data[y * w as usize + x] = between(gray, u - 0.5, v - 0.5);
        }
    }
    let mut mask = sauvola(part.view(), WINDOW.0, WINDOW.1)?;
    keep_inside(&mut mask, &corners(0.0, 0.0, w, h));
    Ok(lines::lie(
        part.view(),
        mask.view(),
        &blobs::find(mask.view()),
    ))
}

/// The gray at (`x`, `y`) in pixel indices, between its four neighbours.
fn between(gray: &Picture, x: f64, y: f64) -> u8 {
    let (x, y) = (
        x.clamp(0.0, (gray.width - 1) as f64),
        y.clamp(0.0, (gray.height - 1) as f64),
    );
    let (column, row) = (x as usize, y as usize);
    let (next, below) = (
        (column + 1).min(gray.width - 1),
        (row + 1).min(gray.height - 1),
    );
    let (fx, fy) = (x.fract(), y.fract());
    let mix = |row: &[u8]| f64::from(row[column]) * (1.0 - fx) + f64::from(row[next]) * fx;
    (mix(gray.row(row)) * (1.0 - fy) + mix(gray.row(below)) * fy + 0.5) as u8
}

/// Sheets that count as papers: the two sides of one ID-1 card (ISO/IEC 7810, 85.60 x 53.98 mm) are laid together on
/// purpose.
fn count(quads: &[Quad]) -> usize {
    let sides = |q: &Quad| {
        let (a, b) = (
            f64::midpoint(distance(q[0], q[1]), distance(q[2], q[3])),
            f64::midpoint(distance(q[1], q[2]), distance(q[3], q[0])),
        );
        (a.max(b), a.min(b).max(1.0))
    };
    let card = |q: &Quad| {
        let (long, short) = sides(q);
        (long / short - 85.60 / 53.98).abs() < 0.06
    };
    match quads {
        [a, b] if card(a) && card(b) && (sides(a).0 / sides(b).0 - 1.0).abs() < 0.05 => 1,
        _ => quads.len(),
    }
}

/// Rows from top to bottom, each from left to right, as a reader sees the scan who holds most of it upright.
fn in_reading_order(mut found: Kept<(Quad, Survey)>, width: f64, height: f64) -> Kept<Survey> {
    let mut votes = [0.0; 4];
    for (quad, page) in &found {
        votes[usize::from(page.quarters)] += area(quad) * (0.1 + page.confidence);
    }
    let upright = (0..4_u8)
        .max_by(|&a, &b| {
            votes[usize::from(a)]
                .total_cmp(&votes[usize::from(b)])
                .then(b.cmp(&a))
        })
        .unwrap_or(0);
    let turned = Matrix::unturn(upright, width, height);
    let place = |q: &Quad| bounds(q.map(|p| turned.apply(p)));
    found.sort_by(|a, b| place(&a.0).1.total_cmp(&place(&b.0).1));
    let mut pages = Kept::roomy(found.len());
    while !found.is_empty() {
        let (_, top, _, bottom) = place(&found[0].0);
        let beside = |q: &Quad| {
            let (_, t, _, b) = place(q);
            bottom.min(b) - top.max(t) > 0.5 * (bottom - top).min(b - t)
        };
        let level = found.iter().filter(|(q, _)| beside(q));
        let mut row = Kept::collect(found.len(), level.copied());
        row.sort_by(|a, b| place(&a.0).0.total_cmp(&place(&b.0).0));
        pages.extend(row.iter().map(|(_, page)| *page));
        found.retain(|(q, _)| !beside(q));
    }
    pages
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

/// The middle of each channel of the pixels of `small` for which `wanted` holds.
fn middle_colour(small: &Picture, wanted: impl Fn(usize, usize) -> bool) -> [u8; 3] {
    let mut channels = [[0_usize; 256]; 3];
    for (i, pixel) in small.data.chunks_exact(3).enumerate() {
        if wanted(i % small.width, i / small.width) {
            channels
                .iter_mut()
                .zip(pixel)
                .for_each(|(counts, &v)| counts[usize::from(v)] += 1);
        }
    }
    channels.map(|counts| paper::level_of(&counts, 0.5))
}

/// Colour along the edge of the scan.
fn border_colour(small: &Picture) -> [u8; 3] {
    let (w, h) = (small.width, small.height);
    middle_colour(small, |x, y| x < 2 || y < 2 || x + 2 >= w || y + 2 >= h)
}

/// Colour of the lighter half of the middle of a sheet.
fn paper_colour(small: &Picture, quad: &Quad) -> [u8; 3] {
    let (left, top, right, bottom) = bounds(*quad);
    let (dx, dy) = ((right - left) / 8.0, (bottom - top) / 8.0);
    let inside = |x: usize, y: usize| {
        let (x, y) = (x as f64, y as f64);
        x > left + dx && x < right - dx && y > top + dy && y < bottom - dy
    };
    let gray = reduce::gray(small.view());
    let at = |x: usize, y: usize| gray.data[y * gray.width + x];
    let mut counts = [0_usize; 256];
    for y in 0..gray.height {
        for x in (0..gray.width).filter(|&x| inside(x, y)) {
            counts[usize::from(at(x, y))] += 1;
        }
    }
    let middle = paper::level_of(&counts, 0.5);
    middle_colour(small, |x, y| inside(x, y) && at(x, y) >= middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_scan_is_left_as_it_is() {
        let data = vec![240; 300 * 400 * 3];
        let pages = survey(View::new(300, 400, 3, &data).unwrap()).unwrap();
        let [found] = pages.as_slice() else {
            panic!("{} pages", pages.len())
        };
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
        let found = &survey(picture.view()).unwrap()[0];
        assert!(found.cropped);
        assert_eq!(found.size, (300, 400));
        assert_eq!(found.matrix, Matrix::shift(-40.0, -50.0));
    }

    #[test]
    fn a_page_turned_over_twice_is_the_same() {
        let mut picture = Picture::zeros(400, 500, 3);
        for y in 50..450 {
            picture.row_mut(y)[40 * 3..340 * 3].fill(230);
        }
        let page = survey(picture.view()).unwrap()[0];
        let over = page.turned_over();
        assert_eq!((over.quarters, over.size), (2, (300, 400)));
        assert_eq!(over.matrix.apply((40.0, 50.0)), (300.0, 400.0));
        let again = over.turned_over();
        assert_eq!((again.quarters, again.lost), (0, page.lost));
        for (a, b) in again.outline.iter().zip(page.outline) {
            assert!(distance(*a, b) < 1e-6);
        }
        assert_eq!(again.matrix.apply((50.0, 70.0)), (10.0, 20.0));
    }

    #[test]
    fn several_sheets_come_in_reading_order() {
        let mut picture = Picture::zeros(600, 500, 3);
        let places = [(320, 22), (20, 30), (30, 280), (310, 270)];
        for (i, (left, top)) in places.into_iter().enumerate() {
            for y in top..top + 190 {
                picture.row_mut(y)[left * 3..(left + 240 + i) * 3].fill(225);
            }
        }
        let widths: Vec<usize> = survey(picture.view())
            .unwrap()
            .iter()
            .map(|page| page.size.0)
            .collect();
        assert_eq!(widths, [241, 240, 242, 243]);
    }

    #[test]
    fn two_sides_of_a_card_are_one_paper_and_other_pairs_are_two() {
        let card = |x: f64, w: f64| corners(x, 0.0, x + w, w / 1.586);
        assert_eq!(count(&[card(0.0, 300.0), card(400.0, 302.0)]), 1);
        assert_eq!(count(&[card(0.0, 300.0), card(400.0, 200.0)]), 2);
        assert_eq!(
            count(&[card(0.0, 300.0), card(400.0, 300.0), card(800.0, 300.0)]),
            3
        );
    }
}
