//! Finding sheets of paper that lie on a darker scanner bed or desk.

use super::geometry::{Point, Quad, area, distance, hull};
use super::reduce::gray;
use super::{Picture, View, blobs};

/// Paper is at least so many gray levels lighter than the bed; a tinted certificate stays above it.
const STEP: u8 = 60;
/// A sheet covers at least this share of the scan.
const SHARE: f64 = 0.03;
/// Share of its hull that a sheet's own pixels cover, and of its four-sided outline that the hull covers.
const SOLID: f64 = 0.93;

/// What lies on the glass.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheets {
    /// Outlines, largest first; empty where paper fills the scan.
    pub quads: Vec<Quad>,
    /// Whether any part of the scan shows the bed.
    pub bed: bool,
}

/// Find the sheets in a small RGB picture (long side up to about 900 pixels).
#[must_use]
pub fn find(small: View<'_>) -> Sheets {
    let none = Sheets {
        quads: Vec::new(),
        bed: false,
    };
    let gray = gray(small);
    let (width, height) = (gray.width, gray.height);
    if width < 32 || height < 32 {
        return none;
    }
    let light = level(&gray.data, 0.98);
    let dark_sides: Vec<u8> = sides(&gray)
        .iter()
        .map(|side| level(side, 0.5))
        .filter(|&v| light.saturating_sub(v) >= STEP)
        .collect();
    let Some(&bed) = dark_sides.iter().max() else {
        return none;
    };
    let split = u16::midpoint(u16::from(light), u16::from(bed)) as u8;
    let mask = bed_mask(&gray, split);
    let sheets = blobs::find(mask.view());
    let total = (width * height) as f64;
    let mut quads: Vec<(f64, Quad)> = Vec::new();
    for (index, blob) in sheets.blobs.iter().enumerate() {
        if f64::from(blob.area) < SHARE * total {
            continue;
        }
        let edge = outline(&sheets.runs, index as u32);
        let hull = hull(&edge);
        let hull_area = area(&hull);
        if f64::from(blob.area) < SOLID * hull_area {
            continue;
        }
        if let Some(quad) = four_sides(&hull, hull_area, &edge, width as f64, height as f64) {
            if sharp(&gray, &quad) {
                quads.push((hull_area, quad));
            }
        }
    }
    quads.sort_by(|a, b| b.0.total_cmp(&a.0));
    Sheets {
        quads: quads.into_iter().map(|(_, quad)| quad).collect(),
        bed: true,
    }
}

/// The gray level that a `share` of the pixels lies at or below.
#[must_use]
pub fn level(pixels: &[u8], share: f64) -> u8 {
    let mut histogram = [0_usize; 256];
    for &v in pixels {
        histogram[usize::from(v)] += 1;
    }
    let wanted = (pixels.len() as f64 * share).ceil().max(1.0);
    let mut seen = 0.0;
    for (v, &count) in (0_u8..=255).zip(&histogram) {
        seen += count as f64;
        if seen >= wanted {
            return v;
        }
    }
    255
}

/// The pixels along each side, two deep.
fn sides(gray: &Picture) -> [Vec<u8>; 4] {
    let (w, h) = (gray.width, gray.height);
    [
        (0..h).flat_map(|y| gray.row(y)[..2].to_vec()).collect(),
        gray.data[..2 * w].to_vec(),
        (0..h).flat_map(|y| gray.row(y)[w - 2..].to_vec()).collect(),
        gray.data[(h - 2) * w..].to_vec(),
    ]
}

/// Mask (1) of everything that is not bed. Bed is dark, at least five pixels wide, and reaches the edge of the scan.
fn bed_mask(gray: &Picture, split: u8) -> Picture {
    const R: usize = 2;
    let (w, h) = (gray.width, gray.height);
    let dark = Picture {
        width: w,
        height: h,
        channels: 1,
        data: gray.data.iter().map(|&v| u8::from(v < split)).collect(),
    };
    // Erode by a square; outside the picture counts as dark.
    let mut narrow = dark.clone();
    for y in 0..h {
        let row = dark.row(y);
        let to = narrow.row_mut(y);
        for x in 0..w {
            to[x] = u8::from(
                row[x.saturating_sub(R)..(x + R + 1).min(w)]
                    .iter()
                    .all(|&v| v == 1),
            );
        }
    }
    let mut core = narrow.clone();
    for y in 0..h {
        for other in y.saturating_sub(R)..(y + R + 1).min(h) {
            let (from, to) = (narrow.row(other), &mut core.data[y * w..(y + 1) * w]);
            for (to, &v) in to.iter_mut().zip(from) {
                *to &= v;
            }
        }
    }
    let found = blobs::find(core.view());
    let at_edge =
        |b: &blobs::Blob| b.x0 == 0 || b.y0 == 0 || b.x1 as usize == w || b.y1 as usize == h;
    let mut mask = Picture {
        width: w,
        height: h,
        channels: 1,
        data: vec![1; w * h],
    };
    for run in &found.runs {
        if at_edge(&found.blobs[run.blob as usize]) {
            let y = run.y as usize;
            for other in y.saturating_sub(R)..(y + R + 1).min(h) {
                let (start, end) = (
                    (run.start as usize).saturating_sub(R),
                    (run.end as usize + R).min(w),
                );
                let from = &dark.data[other * w + start..other * w + end];
                for (to, &v) in mask.data[other * w + start..other * w + end]
                    .iter_mut()
                    .zip(from)
                {
                    *to &= 1 - v;
                }
            }
        }
    }
    mask
}

/// Leftmost and rightmost corners of each row of one blob.
fn outline(runs: &[blobs::Run], blob: u32) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut row = (u32::MAX, 0, 0);
    let mut flush = |(y, start, end): (u32, u32, u32)| {
        if y != u32::MAX {
            let (y, start, end) = (f64::from(y), f64::from(start), f64::from(end));
            points.extend([(start, y), (start, y + 1.0), (end, y), (end, y + 1.0)]);
        }
    };
    for run in runs.iter().filter(|r| r.blob == blob) {
        if run.y == row.0 {
            row.2 = run.end;
        } else {
            flush(row);
            row = (run.y, run.start, run.end);
        }
    }
    flush(row);
    points
}

/// The four-sided outline of a hull, its sides refined on the `edge` points; none where the hull has another shape.
fn four_sides(
    hull: &[Point],
    hull_area: f64,
    edge: &[Point],
    width: f64,
    height: f64,
) -> Option<Quad> {
    let rough = best_quad(hull)?;
    if area(&rough) < SOLID * hull_area {
        return None;
    }
    let mut lines = [(0.0, 0.0, 0.0); 4];
    for i in 0..4 {
        let (a, b) = (rough[i], rough[(i + 1) % 4]);
        lines[i] = fit(a, b, edge)
            .filter(|_| !on_border(a, b, width, height))
            .unwrap_or_else(|| line(a, b));
    }
    let mut quad = [(0.0, 0.0); 4];
    for i in 0..4 {
        quad[i] = meet(lines[(i + 3) % 4], lines[i])?;
    }
    let close = rough
        .iter()
        .zip(&quad)
        .all(|(&a, &b)| distance(a, b) < 0.05 * (width + height));
    close.then(|| upright(quad))
}

/// Whether all sides that lie within the picture are steps, as edges of paper are, and not the slope of a shadow.
fn sharp(gray: &Picture, quad: &Quad) -> bool {
    let (w, h) = (gray.width as f64, gray.height as f64);
    (0..4).all(|i| {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        if on_border(a, b, w, h) {
            return true;
        }
        let length = distance(a, b).max(1e-9);
        let inward = ((a.1 - b.1) / length, (b.0 - a.0) / length);
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for step in 4..=60 {
            let t = f64::from(step) / 64.0;
            let p = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
            let at = |depth: f64| {
                let (x, y) = (p.0 + inward.0 * depth, p.1 + inward.1 * depth);
                let known = x >= 0.0 && y >= 0.0 && x < w && y < h;
                known.then(|| gray.row(y as usize)[x as usize])
            };
            if let (Some(on), Some(off)) = (at(3.5), at(-3.5)) {
                inside.push(on);
                outside.push(off);
            }
        }
        inside.len() < 8 || level(&inside, 0.5).saturating_sub(level(&outside, 0.5)) >= STEP / 2
    })
}

/// The four hull points that span the largest area.
fn best_quad(hull: &[Point]) -> Option<Quad> {
    // A hull of a straight-sided sheet has few corners; thin it out, for the search is of the fourth power.
    let mut points = hull.to_vec();
    let limit = 24;
    while points.len() > limit {
        let n = points.len();
        let loss = |i: usize| area(&[points[(i + n - 1) % n], points[i], points[(i + 1) % n]]);
        let least = (0..n).min_by(|&a, &b| loss(a).total_cmp(&loss(b)))?;
        points.remove(least);
    }
    let n = points.len();
    let mut best = (0.0, None);
    for a in 0..n {
        for b in a + 1..n {
            for c in b + 1..n {
                for d in c + 1..n {
                    let quad = [points[a], points[b], points[c], points[d]];
                    let size = area(&quad);
                    if size > best.0 {
                        best = (size, Some(quad));
                    }
                }
            }
        }
    }
    best.1
}

fn on_border(a: Point, b: Point, width: f64, height: f64) -> bool {
    let both = |near: &dyn Fn(Point) -> bool| near(a) && near(b);
    both(&|p| p.0 < 2.0)
        || both(&|p| p.1 < 2.0)
        || both(&|p| p.0 > width - 2.0)
        || both(&|p| p.1 > height - 2.0)
}

/// a x + b y = c with (a, b) of length 1.
fn line(p: Point, q: Point) -> (f64, f64, f64) {
    let length = distance(p, q).max(1e-9);
    let (a, b) = ((q.1 - p.1) / length, (p.0 - q.0) / length);
    (a, b, a * p.0 + b * p.1)
}

/// Least squares through the edge points near the middle four fifths of a side, the worst third left out twice.
fn fit(p: Point, q: Point, edge: &[Point]) -> Option<(f64, f64, f64)> {
    let length = distance(p, q);
    if length < 16.0 {
        return None;
    }
    let along = ((q.0 - p.0) / length, (q.1 - p.1) / length);
    let mut near: Vec<(f64, f64)> = edge
        .iter()
        .map(|e| {
            let d = (e.0 - p.0, e.1 - p.1);
            (d.0 * along.0 + d.1 * along.1, d.1 * along.0 - d.0 * along.1)
        })
        .filter(|&(t, off)| {
            t > 0.1 * length && t < 0.9 * length && off.abs() < 0.015 * length + 3.0
        })
        .collect();
    let mut fitted = (0.0, 0.0);
    for _ in 0..3 {
        if near.len() < 8 {
            return None;
        }
        fitted = regression(&near);
        let mut misses: Vec<f64> = near
            .iter()
            .map(|&(t, off)| (off - fitted.0 - fitted.1 * t).abs())
            .collect();
        misses.sort_by(f64::total_cmp);
        let limit = misses[misses.len() * 2 / 3].max(0.6);
        near.retain(|&(t, off)| (off - fitted.0 - fitted.1 * t).abs() <= limit);
    }
    let at = |t: f64| {
        let off = fitted.0 + fitted.1 * t;
        (
            p.0 + along.0 * t - along.1 * off,
            p.1 + along.1 * t + along.0 * off,
        )
    };
    Some(line(at(0.0), at(length)))
}

/// Offset and slope of the straight line through `points`.
fn regression(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (sx, sy) = points
        .iter()
        .fold((0.0, 0.0), |(a, b), &(x, y)| (a + x, b + y));
    let (mx, my) = (sx / n, sy / n);
    let (sxx, sxy) = points.iter().fold((0.0, 0.0), |(a, b), &(x, y)| {
        (a + (x - mx) * (x - mx), b + (x - mx) * (y - my))
    });
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    (my - slope * mx, slope)
}

fn meet(p: (f64, f64, f64), q: (f64, f64, f64)) -> Option<Point> {
    let det = p.0 * q.1 - q.0 * p.1;
    (det.abs() > 0.1).then(|| ((p.2 * q.1 - q.2 * p.1) / det, (p.0 * q.2 - q.0 * p.2) / det))
}

/// Corners clockwise, beginning with the one nearest the upper left.
fn upright(mut quad: Quad) -> Quad {
    let signed: f64 = (0..4)
        .map(|i| {
            let (a, b) = (quad[i], quad[(i + 1) % 4]);
            a.0 * b.1 - b.0 * a.1
        })
        .sum();
    if signed < 0.0 {
        quad.reverse();
    }
    // The upper side is the one whose direction is nearest to the right.
    let direction = |i: usize| {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        (b.0 - a.0) / distance(a, b).max(1e-9)
    };
    let first = (0..4)
        .max_by(|&a, &b| direction(a).total_cmp(&direction(b)))
        .unwrap_or(0);
    quad.rotate_left(first);
    quad
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

    #[test]
    fn a_sheet_on_a_dark_bed_is_found_to_half_a_pixel() {
        for degrees in [0.0, 3.0, -7.0] {
            let (picture, truth) = scene(degrees, 40);
            let found = find(picture.view());
            assert_eq!(found.quads.len(), 1);
            for (a, b) in found.quads[0].into_iter().zip(truth) {
                assert!(distance(a, b) < 0.8, "{degrees}: {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_shadow_is_no_edge_of_paper() {
        let mut picture = Picture::zeros(500, 600, 3);
        for (i, pixel) in picture.data.chunks_exact_mut(3).enumerate() {
            pixel.fill((120 + i % 500 * 125 / 500) as u8);
        }
        assert!(find(picture.view()).quads.is_empty());
    }

    #[test]
    fn a_sheet_that_fills_the_scan_is_left_alone() {
        let (picture, _) = scene(0.0, 230);
        assert_eq!(
            find(picture.view()),
            Sheets {
                quads: vec![],
                bed: false
            }
        );
    }
}
