//! Edges of paper along the sides of a sheet: where exactly they run, and how the two sides of them differ.

use super::geometry::{Point, Quad, distance};
use super::scratch::Kept;
use super::sides::{Line, fit, line, meet};
use super::{Picture, View};

/// Places along a side at which the edge is looked for.
const PLACES: usize = 64;
/// A step of so many gray levels is an edge.
const STEP: f64 = 3.0;

/// One side of a sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// The line that it lies on.
    pub line: Line,
    /// Whether the border of the scan cuts the sheet here.
    pub border: bool,
    /// Share of its length along which an edge was seen on that line.
    pub support: f64,
}

/// The sides of a sheet whose corners are known to some pixels of the small picture, which has `scale` pixels of `gray`
/// a pixel; where `lighter`, only steps to lighter paper count.
#[must_use]
pub fn refined(gray: &Picture, quad: &Quad, scale: usize, lighter: bool) -> [Side; 4] {
    [0, 1, 2, 3].map(|i| side(gray, quad[i], quad[(i + 1) % 4], 3 * scale + 2, lighter))
}

/// The corners that the sides meet in.
#[must_use]
pub fn corners(sides: &[Side; 4]) -> Option<Quad> {
    let mut quad = [(0.0, 0.0); 4];
    for i in 0..4 {
        quad[i] = meet(sides[(i + 3) % 4].line, sides[i].line)?;
    }
    Some(quad)
}

fn at_border(a: Point, b: Point, width: usize, height: usize, near: f64) -> bool {
    let (w, h) = (width as f64, height as f64);
    let both = |f: &dyn Fn(Point) -> bool| f(a) && f(b);
    both(&|p| p.0 < near)
        || both(&|p| p.1 < near)
        || both(&|p| p.0 > w - near)
        || both(&|p| p.1 > h - near)
}

fn side(gray: &Picture, a: Point, b: Point, reach: usize, lighter: bool) -> Side {
    let rough = line(a, b);
    if at_border(a, b, gray.width, gray.height, 4.0) {
        return Side {
            line: rough,
            border: true,
            support: 1.0,
        };
    }
    let length = distance(a, b).max(1e-9);
    let inward = ((a.1 - b.1) / length, (b.0 - a.0) / length);
    let span = 2 * reach + 1;
    let mut profile = Kept::<f64>::zeros(span);
    let [mut rises, mut falls] = [(); 2].map(|()| Kept::<(Point, f64)>::roomy(PLACES));
    let mut places = 0_usize;
    for place in 0..PLACES {
        let t = (place as f64 + 0.5) / PLACES as f64;
        let p = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
        let end = |depth: f64| (p.0 + inward.0 * depth, p.1 + inward.1 * depth);
        let known = |q: Point| {
            q.0 >= 0.5
                && q.1 >= 0.5
                && q.0 < gray.width as f64 - 1.5
                && q.1 < gray.height as f64 - 1.5
        };
        if !known(end(-(reach as f64))) || !known(end(reach as f64)) {
            continue;
        }
        places += 1;
        for (i, v) in profile.iter_mut().enumerate() {
            let q = end(i as f64 - reach as f64);
            *v = between(gray, q.0 - 0.5, q.1 - 0.5);
        }
        for (into, sign) in [(&mut rises, 1.0), (&mut falls, -1.0)] {
            if let Some((depth, step)) = steepest(&profile, sign) {
                into.push((end(depth - reach as f64), step));
            }
        }
    }
    let strength = |found: &[(Point, f64)]| {
        let mut steps = Kept::collect(found.len(), found.iter().map(|f| f.1));
        steps.sort_unstable_by(f64::total_cmp);
        steps.get(steps.len() / 2).copied().unwrap_or(0.0)
    };
    let tried = if lighter {
        [support(&rises, strength(&rises), rough, places), None]
    } else {
        [
            support(&rises, strength(&rises), rough, places),
            support(&falls, strength(&falls), rough, places),
        ]
    };
    let best = tried
        .into_iter()
        .flatten()
        .max_by(|p, q| p.1.total_cmp(&q.1));
    best.map_or(
        Side {
            line: rough,
            border: false,
            support: 0.0,
        },
        |(line, support)| Side {
            line,
            border: false,
            support,
        },
    )
}

/// The line through the edges found, and the share of the places at which one lies on it.
fn support(
    found: &[(Point, f64)],
    strength: f64,
    rough: Line,
    places: usize,
) -> Option<(Line, f64)> {
    let clear = found.iter().filter(|f| f.1 >= STEP.max(0.3 * strength));
    let strong = Kept::collect(found.len(), clear.map(|f| f.0));
    let off = |l: &Line, p: &Point| (l.0 * p.0 + l.1 * p.1 - l.2).abs();
    // The middle of their distances first: a shadow or a finger moves some, not most.
    let along = |p: &Point| rough.0 * p.0 + rough.1 * p.1 - rough.2;
    let mut offs = Kept::collect(strong.len(), strong.iter().map(along));
    if offs.len() < 8 {
        return None;
    }
    offs.sort_unstable_by(f64::total_cmp);
    let mut now = (rough.0, rough.1, rough.2 + offs[offs.len() / 2]);
    for band in [4.0, 2.5, 1.5] {
        let line = now;
        let near = strong.iter().filter(|p| off(&line, p) <= band);
        if near.clone().count() < 8 {
            return None;
        }
        now = fit(near)?;
    }
    let on = strong.iter().filter(|p| off(&now, p) <= 1.5).count();
    Some((now, on as f64 / places.max(1) as f64))
}

/// Where `profile` rises (falls, for a negative sign) most over two pixels, to parts of one, and by how much.
fn steepest(profile: &[f64], sign: f64) -> Option<(f64, f64)> {
    let slope =
        |i: usize| sign * (profile[i + 1] + profile[i + 2] - profile[i] - profile[i - 1]) / 2.0;
    let range = 1..profile.len() - 2;
    let best = range
        .clone()
        .max_by(|&i, &j| slope(i).total_cmp(&slope(j)))?;
    let top = slope(best);
    if top <= 0.0 {
        return None;
    }
    let mut shift = 0.0;
    if best > range.start && best + 1 < range.end {
        let (l, r) = (slope(best - 1), slope(best + 1));
        let bend = l - 2.0 * top + r;
        if bend < 0.0 {
            shift = (l - r) / (2.0 * bend);
        }
    }
    Some((best as f64 + 0.5 + shift, top))
}

/// The gray at (`x`, `y`) in pixel indices inside the picture, between its four neighbours.
fn between(gray: &Picture, x: f64, y: f64) -> f64 {
    let (column, row) = (x as usize, y as usize);
    let (fx, fy) = (x - column as f64, y - row as f64);
    let at = row * gray.width + column;
    let mix = |i: usize| f64::from(gray.data[i]) * (1.0 - fx) + f64::from(gray.data[i + 1]) * fx;
    mix(at) * (1.0 - fy) + mix(at + gray.width) * fy
}

/// How the paper differs from what lies outside of one side, some pixels away from the edge and its shadow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The largest difference of a channel, in gray levels.
    pub colour: f64,
    /// How much lighter the paper's darkest channel is.
    pub rise: f64,
}

/// The steps of the four sides of a sheet in the small RGB picture; none where too little of the outside is seen.
#[must_use]
pub fn steps(small: View<'_>, quad: &Quad, sides: &[Side; 4]) -> [Option<Step>; 4] {
    [0, 1, 2, 3].map(|i| {
        if sides[i].border {
            return None;
        }
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        let length = distance(a, b).max(1e-9);
        let inward = ((a.1 - b.1) / length, (b.0 - a.0) / length);
        let mut found = [(); 2].map(|()| [(); 3].map(|()| Kept::<u8>::roomy(56 * 5)));
        for place in 4..60 {
            let t = f64::from(place) / 64.0;
            let p = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
            for depth in 5..10 {
                for (into, sign) in found.iter_mut().zip([1.0, -1.0]) {
                    let depth = sign * f64::from(depth);
                    let (x, y) = (p.0 + inward.0 * depth, p.1 + inward.1 * depth);
                    if x >= 0.0 && y >= 0.0 && x < small.width as f64 && y < small.height as f64 {
                        let at = (y as usize * small.width + x as usize) * 3;
                        for (to, &v) in into.iter_mut().zip(&small.data[at..at + 3]) {
                            to.push(v);
                        }
                    }
                }
            }
        }
        if found.iter().any(|f| f[0].len() < 100) {
            return None;
        }
        let [inner, outer] = found.map(|f| f.map(middle));
        let least = |v: &[f64; 3]| v.iter().copied().fold(f64::MAX, f64::min);
        Some(Step {
            colour: (0..3)
                .map(|c| (inner[c] - outer[c]).abs())
                .fold(0.0, f64::max),
            rise: least(&inner) - least(&outer),
        })
    })
}

/// The mean of the middle third.
fn middle(mut values: Kept<u8>) -> f64 {
    values.sort_unstable();
    let third = values.len() / 3;
    let part = &values[third..values.len() - third];
    part.iter().map(|&v| f64::from(v)).sum::<f64>() / part.len().max(1) as f64
}
