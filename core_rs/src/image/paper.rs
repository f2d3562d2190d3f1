//! Finding sheets of paper: what is no ground, its four straight sides, and whether they are edges of paper.

use super::blobs::{self, Ink, Run};
use super::edges::{self, Side};
use super::geometry::{Point, Quad, area, corners, distance};
use super::ground::{self, Ground};
use super::place::usual;
use super::scratch::Kept;
use super::sides::{Line, line, quad, upright};
use super::{Picture, View, outside};

/// A sheet covers at least this share of the scan.
const SHARE: f64 = 0.02;
/// Share of its outline that lies on four straight sides, and of the area that they agree on.
const STRAIGHT: f64 = 0.6;
/// Share of its length along which a side must be an edge, and the mean of the four.
const EDGE: (f64, f64) = (0.4, 0.6);
/// Size of the tip of a corner in short sides of the sheet; more than the round corners of an ID-1 card.
const TIP: f64 = 0.08;
/// Levels of colour by which paper differs from its ground beyond shadows; below the second the difference is faint.
const DIFFERENCE: (f64, f64) = (2.0, 25.0);
/// Paper is at most so much darker than its ground; what is darker was printed.
const DARKER: f64 = 35.0;
/// On a ground of nearly its own colour a sheet is believed up to this share of the scan: a larger frame is print.
const FAINT_SHARE: f64 = 0.7;
/// Share of a scan with a patterned ground that may be things outside of every sheet.
const PATTERN_OUTSIDE: f64 = 0.06;
/// Sheets whose sides lie this near to each other, in lengths of the side, are halves of one.
const FOLD: f64 = 0.03;
/// How near the proportions of a sheet lie to those of a usual paper.
const NEAR: f64 = 0.04;

/// One sheet, with lengths in pixels of the work picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sheet {
    /// Its corners, clockwise from the upper left; a torn or folded one is where its sides meet.
    pub quad: Quad,
    /// Which corners do not lie on the scan as paper: torn, folded or covered.
    pub lost: [bool; 4],
}

/// What lies on the glass.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheets {
    /// Sheets, largest first; empty where paper fills the scan.
    pub found: Kept<Sheet>,
    /// Whether something lies there whose edges could not be told.
    pub unsure: bool,
}

/// Find the sheets in a small RGB picture (long side up to about 900 pixels); sides are refined on `gray`, which has
/// `scale` times its pixels a side.
#[must_use]
pub fn find(small: View<'_>, gray: &Picture, scale: usize) -> Sheets {
    let (width, height) = (small.width, small.height);
    if width < 32 || height < 32 {
        return none(false);
    }
    let mut found = Kept::<Sheet>::grown();
    let ground = ground::find(small);
    let things = blobs::find(ground.mask.view());
    let total = (width * height) as f64;
    let sizes = (0_u32..)
        .zip(&things.blobs)
        .map(|(i, b)| (f64::from(b.width()) * f64::from(b.height()), i))
        .filter(|(size, _)| *size >= SHARE * total);
    let mut order = Kept::collect(things.blobs.len(), sizes);
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = Kept::<(u32, f64)>::roomy(order.len());
    let mut faint = false;
    for &(size, index) in &order {
        let rim = Rim::of(&things.runs, index, width, height);
        let rough = quad(&rim.points, &rim.borders, rim.filled)
            .filter(|(_, trust)| *trust >= STRAIGHT)
            .map(|(quad, _)| upright(quad));
        let sheet = rough.and_then(|quad| judged(small, gray, scale, &quad, &ground));
        // A card or an A-sized sheet whose edges are too faint is worth a word, but not a cut.
        faint |= sheet.is_none()
            && size < FAINT_SHARE * total
            && rough.is_some_and(|q| usual(shape(&q), NEAR).is_some());
        match sheet {
            // Of a faint sheet perhaps one side was not seen: it is only cut where its proportions say that it is whole.
            Some(sheet) if ground.faint.is_some() && usual(shape(&sheet.quad), NEAR).is_none() => {
                faint = true;
                left.push((index, size));
            }
            Some(sheet) => found.push(sheet),
            None => left.push((index, size)),
        }
    }
    let found = merged(found);
    let scale = scale as f64;
    let within = |b: &blobs::Blob| {
        let middle = (
            f64::midpoint(f64::from(b.x0), f64::from(b.x1)) * scale,
            f64::midpoint(f64::from(b.y0), f64::from(b.y1)) * scale,
        );
        found.iter().any(|s| contains(&s.quad, middle))
    };
    let lost = left
        .iter()
        .any(|(i, size)| *size >= 2.0 * SHARE * total && !within(&things.blobs[*i as usize]));
    if ground.plain {
        if !found.is_empty() && outside::on_plain(small, &found, scale) {
            return none(true);
        }
        return Sheets {
            found,
            unsure: lost,
        };
    }
    if found.is_empty() {
        return Sheets {
            found,
            unsure: ground.pattern || faint || apart(&ground, &things, &left, scale),
        };
    }
    // Ink outside of every sheet is perhaps the rest of one whose edge was not seen: then nothing is cut.
    let cut = if let Some(faint) = &ground.faint {
        outside::on_faint(faint, &found, scale)
    } else {
        let outside = things.blobs.iter().filter(|b| b.area >= 10 && !within(b));
        let boxes = outside.map(|b| f64::from(b.width()) * f64::from(b.height()));
        boxes.sum::<f64>() > PATTERN_OUTSIDE * total
    };
    if cut {
        none(true)
    } else {
        Sheets {
            found,
            unsure: false,
        }
    }
}

/// Whether on a ground of nearly the paper's colour all ink lies within the box of some large things: a sheet whose
/// sides are not seen, rather than a page that fills the scan.
fn apart(ground: &Ground, things: &Ink, large: &[(u32, f64)], scale: f64) -> bool {
    let boxes = large.iter().map(|(i, _)| &things.blobs[*i as usize]);
    let around = boxes.fold(None, |all: Option<(u32, u32, u32, u32)>, b| {
        let (x0, y0, x1, y1) = all.unwrap_or((b.x0, b.y0, b.x1, b.y1));
        Some((x0.min(b.x0), y0.min(b.y0), x1.max(b.x1), y1.max(b.y1)))
    });
    let (Some(faint), Some((x0, y0, x1, y1))) = (&ground.faint, around) else {
        return false;
    };
    let [left, top, right, bottom] = [x0, y0, x1, y1].map(|v| f64::from(v) * scale);
    let quad = corners(left, top, right, bottom);
    let scan = (faint.width * faint.height) as f64 * scale * scale;
    let lost = [false; 4];
    area(&quad) < FAINT_SHARE * scan && !outside::on_faint(faint, &[Sheet { quad, lost }], scale)
}

/// Width over height of a sheet.
fn shape(q: &Quad) -> f64 {
    (distance(q[0], q[1]) + distance(q[2], q[3])) / (distance(q[1], q[2]) + distance(q[3], q[0]))
}

fn none(unsure: bool) -> Sheets {
    Sheets {
        found: Kept::default(),
        unsure,
    }
}

/// Halves of one folded sheet or open booklet, which a shadow in the fold has parted, made one; and no sheet on a sheet.
fn merged(mut sheets: Kept<Sheet>) -> Kept<Sheet> {
    let mut whole = Kept::<Sheet>::roomy(sheets.len());
    while !sheets.is_empty() {
        let mut one = sheets.remove(0);
        while let Some((i, joined)) =
            (0..sheets.len()).find_map(|i| Some((i, joined(&one, &sheets[i])?)))
        {
            sheets.remove(i);
            one = joined;
        }
        let middle = one
            .quad
            .iter()
            .fold((0.0, 0.0), |(a, b), p| (a + p.0 / 4.0, b + p.1 / 4.0));
        if !whole.iter().any(|s| contains(&s.quad, middle)) {
            whole.push(one);
        }
    }
    whole
}

/// Two sheets that share a side, as one.
fn joined(a: &Sheet, b: &Sheet) -> Option<Sheet> {
    for i in 0..4 {
        let j = (i + 2) % 4;
        let (p, q) = (a.quad[i], a.quad[(i + 1) % 4]);
        let near = FOLD * distance(p, q);
        if distance(p, b.quad[(j + 1) % 4]) > near || distance(q, b.quad[j]) > near {
            continue;
        }
        let mut whole = *a;
        for k in [i, (i + 1) % 4] {
            whole.quad[k] = b.quad[k];
            whole.lost[k] = b.lost[k];
        }
        return Some(whole);
    }
    None
}

fn contains(quad: &Quad, p: (f64, f64)) -> bool {
    (0..4).all(|i| {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) > 0.0
    })
}

/// The outline of one blob.
struct Rim {
    points: Kept<Point>,
    borders: Kept<Line>,
    filled: f64,
}

impl Rim {
    /// The ends of its rows and columns; those at the border of the picture only say which borders it reaches.
    fn of(runs: &[Run], blob: u32, width: usize, height: usize) -> Self {
        let mut rows = Kept::filled(height, (u32::MAX, 0_u32));
        let mut columns = Kept::filled(width, (u32::MAX, 0_u32));
        for run in runs.iter().filter(|r| r.blob == blob) {
            let row = &mut rows[run.y as usize];
            *row = (row.0.min(run.start), row.1.max(run.end));
            for column in &mut columns[run.start as usize..run.end as usize] {
                *column = (column.0.min(run.y), column.1.max(run.y + 1));
            }
        }
        let (w, h) = (width as f64, height as f64);
        let mut points = Kept::roomy(2 * (width + height));
        let mut touching = [0_usize; 4];
        let mut filled = 0.0;
        for (at, &(start, end)) in rows.iter().enumerate().filter(|(_, r)| r.1 > 0) {
            filled += f64::from(end - start);
            let middle = at as f64 + 0.5;
            for (x, near, side) in [(start, start < 3, 0), (end, end as usize + 3 > width, 2)] {
                touching[side] += usize::from(near);
                if !near && at > 2 && at + 3 < height {
                    points.push((f64::from(x), middle));
                }
            }
        }
        for (at, &(start, end)) in columns.iter().enumerate().filter(|(_, c)| c.1 > 0) {
            let middle = at as f64 + 0.5;
            for (y, near, side) in [(start, start < 3, 1), (end, end as usize + 3 > height, 3)] {
                touching[side] += usize::from(near);
                if !near && at > 2 && at + 3 < width {
                    points.push((middle, f64::from(y)));
                }
            }
        }
        let edges = [
            line((0.0, 0.0), (0.0, h)),
            line((0.0, 0.0), (w, 0.0)),
            line((w, 0.0), (w, h)),
            line((0.0, h), (w, h)),
        ];
        let reached = edges.into_iter().zip(touching).filter(|(_, n)| *n > 20);
        let borders = Kept::collect(4, reached.map(|(l, _)| l));
        Self {
            points,
            borders,
            filled,
        }
    }
}

/// The sheet with these corners in the small picture, refined, if its sides are edges of paper.
fn judged(
    small: View<'_>,
    gray: &Picture,
    scale: usize,
    rough: &Quad,
    ground: &Ground,
) -> Option<Sheet> {
    let large = rough.map(|(x, y)| (x * scale as f64, y * scale as f64));
    let mut sides = edges::refined(gray, &large, scale, ground.plain);
    let mut quad = edges::corners(&sides)?;
    if let Some(faint) = &ground.faint
        && !seen(&sides)
    {
        // Paper and lid that differ in colour only.
        sides = edges::refined(faint, rough, 1, true);
        quad = edges::corners(&sides)?.map(|(x, y)| (x * scale as f64, y * scale as f64));
    }
    if !seen(&sides) {
        return None;
    }
    let close = large
        .iter()
        .zip(&quad)
        .all(|(&a, &b)| distance(a, b) < 0.04 * (gray.width + gray.height) as f64);
    if !close {
        return None;
    }
    let steps = edges::steps(small, rough, &sides);
    let mut known = Kept::collect(4, steps.iter().flatten().map(|s| s.colour));
    known.sort_unstable_by(f64::total_cmp);
    if steps.iter().flatten().any(|s| s.rise < -DARKER) {
        return None;
    }
    if !ground.plain && !known.is_empty() {
        let same = known.iter().filter(|d| **d < DIFFERENCE.0).count();
        let share = area(&quad) / (gray.width * gray.height) as f64;
        if 4 * same > known.len() || (known[known.len() / 2] < DIFFERENCE.1 && share > FAINT_SHARE)
        {
            return None;
        }
    }
    Some(Sheet {
        lost: if ground.faint.is_some() {
            [false; 4]
        } else {
            lost(&ground.mask, rough, if ground.pattern { 8 } else { 3 })
        },
        quad,
    })
}

/// Whether enough of each side is an edge.
fn seen(sides: &[Side; 4]) -> bool {
    let inner = sides.iter().filter(|s| !s.border).map(|s| s.support);
    let inner = Kept::collect(4, inner);
    !inner.is_empty()
        && inner.iter().all(|&s| s >= EDGE.0)
        && inner.iter().sum::<f64>() >= EDGE.1 * inner.len() as f64
}

/// Corners whose tip shows the ground, and paper on no more than one in `rare` of its pixels.
fn lost(mask: &Picture, quad: &Quad, rare: i32) -> [bool; 4] {
    let short = (0..4)
        .map(|i| distance(quad[i], quad[(i + 1) % 4]))
        .fold(f64::MAX, f64::min);
    let reach = TIP * short;
    [0, 1, 2, 3].map(|i| {
        let (corner, next, last) = (quad[i], quad[(i + 1) % 4], quad[(i + 3) % 4]);
        let toward = |p: (f64, f64)| {
            let d = distance(corner, p).max(1e-9);
            ((p.0 - corner.0) / d, (p.1 - corner.1) / d)
        };
        let (u, v) = (toward(next), toward(last));
        let (mut paper, mut seen) = (0, 0);
        for i in 1..8 {
            for j in 1..8 - i {
                let (a, b) = (f64::from(i) / 8.0 * reach, f64::from(j) / 8.0 * reach);
                let (x, y) = (corner.0 + u.0 * a + v.0 * b, corner.1 + u.1 * a + v.1 * b);
                if x >= 0.0 && y >= 0.0 && x < mask.width as f64 && y < mask.height as f64 {
                    seen += 1;
                    paper += i32::from(mask.row(y as usize)[x as usize]);
                }
            }
        }
        seen > 8 && paper * rare < seen
    })
}

/// The gray level that a `share` of the pixels lies at or below.
#[must_use]
pub fn level(pixels: &[u8], share: f64) -> u8 {
    let mut histogram = [0_usize; 256];
    for &v in pixels {
        histogram[usize::from(v)] += 1;
    }
    level_of(&histogram, share)
}

/// The same of pixels that were counted.
#[must_use]
pub fn level_of(histogram: &[usize; 256], share: f64) -> u8 {
    let total: usize = histogram.iter().sum();
    let wanted = (total as f64 * share).ceil().max(1.0);
    let mut seen = 0.0;
    for (v, &count) in (0_u8..=255).zip(histogram) {
        seen += count as f64;
        if seen >= wanted {
            return v;
        }
    }
    255
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A light sheet turned by `degrees` on a dark bed, with a dark line of print across it.
    fn scene(degrees: f64, bed: u8) -> (Picture, Quad) {
        let m = super::super::geometry::Matrix::rotation(degrees)
            .then(&super::super::geometry::Matrix::shift(120.0, 60.0));
        let back = m.inverse().unwrap();
        let mut picture = Picture::zeros(500, 600, 3);
        for y in 0..600 {
            for x in 0..500 {
                let (u, v) = back.apply((f64::from(x) + 0.5, f64::from(y) + 0.5));
                let on = (0.0..300.0).contains(&u) && (0.0..424.0).contains(&v);
                let print = on && (200.0..204.0).contains(&v) && u > 30.0;
                let value = if print {
                    30
                } else if on {
                    235
                } else {
                    bed
                };
                let at = (y as usize * 500 + x as usize) * 3;
                picture.data[at..at + 3].fill(value);
            }
        }
        (
            picture,
            super::super::geometry::corners(0.0, 0.0, 300.0, 424.0).map(|p| m.apply(p)),
        )
    }

    fn found(picture: &Picture) -> Sheets {
        find(
            picture.view(),
            &super::super::reduce::gray(picture.view()),
            1,
        )
    }

    #[test]
    fn a_sheet_on_a_dark_bed_is_found_to_half_a_pixel() {
        for degrees in [0.0, 3.0, -7.0] {
            let (picture, truth) = scene(degrees, 40);
            let sheets = found(&picture);
            assert_eq!(sheets.found.len(), 1);
            for (a, b) in sheets.found[0].quad.into_iter().zip(truth) {
                assert!(distance(a, b) < 0.5, "{degrees}: {a:?} {b:?}");
            }
            assert_eq!(sheets.found[0].lost, [false; 4]);
        }
    }

    #[test]
    fn a_shadow_is_no_edge_of_paper() {
        let mut picture = Picture::zeros(500, 600, 3);
        for (i, pixel) in picture.data.chunks_exact_mut(3).enumerate() {
            pixel.fill((120 + i % 500 * 125 / 500) as u8);
        }
        assert!(found(&picture).found.is_empty());
    }

    #[test]
    fn a_sheet_that_fills_the_scan_is_left_alone() {
        let mut picture = Picture::zeros(500, 600, 3);
        picture.data.fill(235);
        for y in (60..540).step_by(20) {
            for row in y..y + 4 {
                picture.row_mut(row)[60 * 3..440 * 3].fill(30);
            }
        }
        let sheets = found(&picture);
        assert!(sheets.found.is_empty() && !sheets.unsure);
    }
}
