//! Four straight sides through the rim of a blob: torn and folded corners and fingers on an edge do not count.

use super::geometry::{Point, Quad, area, distance};
use super::scratch::Kept;

/// a x + b y = c with (a, b) of length 1.
pub type Line = (f64, f64, f64);

/// Directions that are tried, one a degree.
const TURNS: usize = 180;
/// A point within so many pixels of a line lies on it.
const ON: f64 = 1.8;
/// Lines looked for; four make a sheet, the others are torn edges, fingers and shadows.
const LINES: usize = 8;

/// The line through two points.
#[must_use]
pub fn line(p: Point, q: Point) -> Line {
    let length = distance(p, q).max(1e-9);
    let (a, b) = ((q.1 - p.1) / length, (p.0 - q.0) / length);
    (a, b, a * p.0 + b * p.1)
}

/// Where two lines meet; none for lines that are nearly parallel.
#[must_use]
pub fn meet(p: Line, q: Line) -> Option<Point> {
    let det = p.0 * q.1 - q.0 * p.1;
    (det.abs() > 0.1).then(|| ((p.2 * q.1 - q.2 * p.1) / det, (p.0 * q.2 - q.0 * p.2) / det))
}

fn off(line: &Line, p: &Point) -> f64 {
    line.0 * p.0 + line.1 * p.1 - line.2
}

/// The strongest lines through `points`, each with the points on it taken away before the next is looked for.
fn strongest(points: &[Point], least: usize) -> Kept<Line> {
    let mut left = Kept::copy(points);
    let table: [(f64, f64); TURNS] =
        std::array::from_fn(|i| (i as f64 * std::f64::consts::PI / TURNS as f64).sin_cos());
    let reach = points
        .iter()
        .fold(0.0_f64, |m, p| m.max(p.0.abs() + p.1.abs()))
        + 4.0;
    let bins = reach as usize + 2; // 2 pixels a bin, both signs
    let mut votes = Kept::<u16>::zeros(TURNS * bins);
    let mut found = Kept::roomy(LINES + 4); // and the four borders of the picture
    while found.len() < LINES && left.len() >= least {
        votes.fill(0);
        let step = (left.len() / 700).max(1);
        for p in left.iter().step_by(step) {
            for (i, (sin, cos)) in table.iter().enumerate() {
                let at = (p.0 * cos + p.1 * sin + reach) / 2.0;
                votes[i * bins + at as usize] += 1;
            }
        }
        let Some(best) = (0..votes.len()).max_by_key(|&i| votes[i]) else {
            break;
        };
        let (sin, cos) = table[best / bins];
        let rough = (cos, sin, (best % bins) as f64 * 2.0 + 1.0 - reach);
        let Some(line) = through(&left, rough) else {
            break;
        };
        let before = left.len();
        left.retain(|p| off(&line, p).abs() > ON + 1.0);
        if before - left.len() < least {
            break;
        }
        found.push(line);
    }
    found
}

/// Least squares through the points near a rough line, in three ever narrower bands.
fn through(points: &[Point], rough: Line) -> Option<Line> {
    let mut line = rough;
    for band in [4.0, 2.5, ON] {
        let now = line;
        let near = points.iter().filter(|p| off(&now, p).abs() <= band);
        if near.clone().count() < 6 {
            return None;
        }
        line = fit(near)?;
    }
    Some(line)
}

/// Total least squares.
#[must_use]
pub fn fit<'a>(points: impl Iterator<Item = &'a Point> + Clone) -> Option<Line> {
    let n = points.clone().count() as f64;
    if n < 2.0 {
        return None;
    }
    let (sx, sy) = points
        .clone()
        .fold((0.0, 0.0), |(a, b), p| (a + p.0, b + p.1));
    let (mx, my) = (sx / n, sy / n);
    let (xx, xy, yy) = points.fold((0.0, 0.0, 0.0), |(a, b, c), p| {
        let (x, y) = (p.0 - mx, p.1 - my);
        (a + x * x, b + x * y, c + y * y)
    });
    let along = 0.5 * (2.0 * xy).atan2(xx - yy);
    let (a, b) = (-along.sin(), along.cos());
    Some((a, b, a * mx + b * my))
}

/// The four-sided outline of a blob by its rim, and the share of the rim that lies on it.
///
/// `rim` are points of the outline that are not at the border of the picture, `borders` the sides of the picture that
/// the blob reaches, `filled` the area that the outline encloses.
#[must_use]
pub fn quad(rim: &[Point], borders: &[Line], filled: f64) -> Option<(Quad, f64)> {
    if rim.len() < 40 {
        return None;
    }
    let mut lines = strongest(rim, (rim.len() / 25).max(12));
    lines.extend_from_slice(borders);
    let n = rim.len() as f64;
    let middle = {
        let (x, y) = rim.iter().fold((0.0, 0.0), |(a, b), p| (a + p.0, b + p.1));
        (x / n, y / n)
    };
    // Outward normals, so that sorting by direction walks round the sheet.
    for l in &mut lines {
        if off(l, &middle) > 0.0 {
            *l = (-l.0, -l.1, -l.2);
        }
    }
    lines.sort_by(|p, q| p.1.atan2(p.0).total_cmp(&q.1.atan2(q.0)));
    let thin = rim.iter().step_by((rim.len() / 400).max(1));
    let mut best: Option<(f64, Quad, f64)> = None;
    let count = lines.len();
    for a in 0..count {
        for b in a + 1..count {
            for c in b + 1..count {
                for d in c + 1..count {
                    let four = [lines[a], lines[b], lines[c], lines[d]];
                    let Some(quad) = corners_of(&four) else {
                        continue;
                    };
                    let on = thin.clone().filter(|p| near(&quad, p)).count();
                    let on = on as f64 / thin.len() as f64;
                    let fits = (filled / area(&quad)).min(area(&quad) / filled);
                    let score = on + 0.7 * fits;
                    if best.is_none_or(|(s, _, _)| score > s) {
                        best = Some((score, quad, on.min(fits)));
                    }
                }
            }
        }
    }
    best.map(|(_, quad, trust)| (quad, trust))
}

/// The corners of four lines in the order of their directions, where they make a convex sheet.
fn corners_of(lines: &[Line; 4]) -> Option<Quad> {
    let turn = |p: &Line, q: &Line| {
        let cross = p.0 * q.1 - p.1 * q.0;
        let dot = p.0 * q.0 + p.1 * q.1;
        cross.atan2(dot).to_degrees()
    };
    for i in 0..4 {
        if !(50.0..=130.0).contains(&turn(&lines[i], &lines[(i + 1) % 4])) {
            return None;
        }
    }
    let mut quad = [(0.0, 0.0); 4];
    for i in 0..4 {
        quad[i] = meet(lines[i], lines[(i + 1) % 4])?;
    }
    // Each corner lies inside of the two sides that it is not on.
    let inside = (0..4).all(|i| {
        off(&lines[(i + 2) % 4], &quad[i]) < -8.0 && off(&lines[(i + 3) % 4], &quad[i]) < -8.0
    });
    inside.then_some(quad)
}

fn near(quad: &Quad, p: &Point) -> bool {
    (0..4).any(|i| {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        let length = distance(a, b).max(1e-9);
        let along = ((p.0 - a.0) * (b.0 - a.0) + (p.1 - a.1) * (b.1 - a.1)) / length;
        let across = ((p.1 - a.1) * (b.0 - a.0) - (p.0 - a.0) * (b.1 - a.1)) / length;
        across.abs() <= 2.5 && along >= -3.0 && along <= length + 3.0
    })
}

/// Corners clockwise, beginning with the one nearest the upper left.
#[must_use]
pub fn upright(mut quad: Quad) -> Quad {
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

    /// Points along the outline of a polygon, one a pixel.
    fn outline(polygon: &[Point]) -> Vec<Point> {
        let mut points = Vec::new();
        for (i, &a) in polygon.iter().enumerate() {
            let b = polygon[(i + 1) % polygon.len()];
            let steps = distance(a, b) as usize;
            points.extend((0..steps).map(|s| {
                let t = s as f64 / steps as f64;
                (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
            }));
        }
        points
    }

    #[test]
    fn a_torn_corner_and_a_finger_do_not_move_the_corners() {
        let sheet = [(50.0, 60.0), (390.0, 80.0), (370.0, 560.0), (40.0, 540.0)];
        let mut torn = outline(&sheet);
        torn.retain(|p| p.0 + p.1 > 190.0);
        torn.extend(outline(&[(50.0, 140.0), (130.0, 64.0)]));
        torn.retain(|p| !(p.0 > 300.0 && (300.0..350.0).contains(&p.1)));
        torn.extend(outline(&[
            (380.0, 300.0),
            (470.0, 310.0),
            (470.0, 340.0),
            (378.0, 350.0),
        ]));
        let (quad, trust) = quad(&torn, &[], area(&sheet)).unwrap();
        for (a, b) in upright(quad).into_iter().zip(sheet) {
            assert!(distance(a, b) < 1.5, "{a:?} {b:?}");
        }
        assert!(trust > 0.7, "{trust}");
    }

    #[test]
    fn a_circle_is_no_sheet() {
        let ring: Vec<Point> = (0..900)
            .map(|i| f64::from(i) / 900.0 * std::f64::consts::TAU)
            .map(|a| (300.0 + 200.0 * a.cos(), 300.0 + 200.0 * a.sin()))
            .collect();
        let trust = quad(&ring, &[], std::f64::consts::PI * 4e4).map_or(0.0, |(_, t)| t);
        assert!(trust < 0.6, "{trust}");
    }
}
