//! What papers lie on, as the rim of the scan shows it, and what of the scan is something else.

use super::scratch::Kept;
use super::{Picture, View};

/// Stretches of the rim a side, each judged by its own middle colour.
const STRETCHES: usize = 10;
/// A ground whose pixels stray no further (gray levels, robust deviation) has one colour.
const EVEN: f64 = 5.5;
/// What differs from an even ground by that many of its deviations, and by so many levels, is no ground.
const STRANGE: (f64, f64) = (2.5, 2.5);
/// Paper lighter than its ground by so many levels is told by lightness alone, so that no shadow counts as paper.
const BRIGHT: f64 = 24.0;
/// A colour of the rim that the whole scan shows more often, by this factor, is the paper's.
const SELDOM: f64 = 0.3;
/// `Ground::faint` of ink.
pub const INK: u8 = 120;
/// Bits a channel of the colours of a patterned ground.
const BITS: u32 = 5;

/// What the scan shows besides ground: 1 where something lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// Mask of what is no ground.
    pub mask: Picture,
    /// Whether what lies there is told by lightness from an even ground, which is the surest way.
    pub plain: bool,
    /// Whether the ground has a pattern.
    pub pattern: bool,
    /// Four times the difference from a ground of nearly the paper's colour; ink and deep shadow reach `INK`.
    pub faint: Option<Picture>,
}

/// A stretch of the rim: its middle, and the middle colour of its pixels.
#[derive(Clone, Copy)]
struct Stretch {
    at: (f64, f64),
    colour: [f64; 3],
}

/// Tell ground from what lies on it in a small RGB picture.
#[must_use]
pub fn find(small: View<'_>) -> Ground {
    let rim = (small.width.min(small.height) / 70).max(3);
    let bare = bare(stretches(small, rim));
    let planes = planes(&bare);
    let stray = stray(small, rim, &bare, &planes);
    if stray <= EVEN {
        even(small, &planes, stray)
    } else {
        patterned(small, rim, &bare)
    }
}

fn boxes(w: usize, h: usize, rim: usize) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    (0..STRETCHES).flat_map(move |i| {
        let (x0, x1) = (w * i / STRETCHES, w * (i + 1) / STRETCHES);
        let (y0, y1) = (h * i / STRETCHES, h * (i + 1) / STRETCHES);
        [
            (x0, 0, x1, rim),
            (x0, h - rim, x1, h),
            (0, y0, rim, y1),
            (w - rim, y0, w, y1),
        ]
    })
}

fn stretches(small: View<'_>, rim: usize) -> Kept<Stretch> {
    let found = boxes(small.width, small.height, rim).map(|(x0, y0, x1, y1)| {
        let mut channels = [(); 3].map(|()| Kept::<u8>::roomy((x1 - x0) * (y1 - y0)));
        for y in y0..y1 {
            for pixel in small.row(y)[x0 * 3..x1 * 3].chunks_exact(3) {
                channels
                    .iter_mut()
                    .zip(pixel)
                    .for_each(|(to, &v)| to.push(v));
            }
        }
        Stretch {
            at: (
                f64::midpoint(x0 as f64, x1 as f64),
                f64::midpoint(y0 as f64, y1 as f64),
            ),
            colour: channels.map(|mut values| {
                values.sort_unstable();
                f64::from(values[values.len() / 2])
            }),
        }
    });
    Kept::collect(4 * STRETCHES, found)
}

fn lightness(colour: &[f64; 3]) -> f64 {
    colour.iter().fold(f64::MAX, |a, &b| a.min(b))
}

/// The stretches that show ground: all, or, where a light paper reaches over the edge of the scan, the darker ones.
fn bare(mut sorted: Kept<Stretch>) -> Kept<Stretch> {
    sorted.sort_by(|a, b| lightness(&a.colour).total_cmp(&lightness(&b.colour)));
    let least = sorted.len() / 4;
    // The widest step in lightness parts paper from ground.
    let step = (least..sorted.len())
        .map(|i| {
            (
                lightness(&sorted[i].colour) - lightness(&sorted[i - 1].colour),
                i,
            )
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((rise, at)) = step {
        let light = lightness(&sorted[at].colour);
        if rise >= BRIGHT && light >= 150.0 {
            sorted.truncate(at);
        }
    }
    sorted
}

/// Per channel, the level that is a + b x + c y over the ground; least squares, the worst third left out.
fn planes(bare: &[Stretch]) -> [[f64; 3]; 3] {
    [0, 1, 2].map(|c| {
        let levels = bare.iter().map(|s| (s.at.0, s.at.1, s.colour[c]));
        let mut points = Kept::collect(bare.len(), levels);
        let mut plane = [0.0; 3];
        for round in 0..3 {
            plane = fit(&points);
            if round == 2 || points.len() < 12 {
                break;
            }
            let miss = |p: &(f64, f64, f64)| (p.2 - level(&plane, p.0, p.1)).abs();
            points.sort_by(|a, b| miss(a).total_cmp(&miss(b)));
            let nearest = points.len() * 5 / 6;
            points.truncate(nearest);
        }
        plane
    })
}

fn level(plane: &[f64; 3], x: f64, y: f64) -> f64 {
    plane[0] + plane[1] * x + plane[2] * y
}

fn fit(points: &[(f64, f64, f64)]) -> [f64; 3] {
    let n = points.len().max(1) as f64;
    let mean = |f: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (mx, my, mv) = (mean(&|p| p.0), mean(&|p| p.1), mean(&|p| p.2));
    let xx = mean(&|p| (p.0 - mx).powi(2));
    let yy = mean(&|p| (p.1 - my).powi(2));
    let xy = mean(&|p| (p.0 - mx) * (p.1 - my));
    let (vx, vy) = (
        mean(&|p| (p.0 - mx) * (p.2 - mv)),
        mean(&|p| (p.1 - my) * (p.2 - mv)),
    );
    let det = xx * yy - xy * xy;
    if det < 1e-6 * (xx * yy).max(1.0) {
        return [mv, 0.0, 0.0];
    }
    let (b, c) = ((vx * yy - vy * xy) / det, (vy * xx - vx * xy) / det);
    [mv - b * mx - c * my, b, c]
}

/// Robust deviation of the pixels of bare rim from the planes, the largest of the channels.
fn stray(small: View<'_>, rim: usize, bare: &[Stretch], planes: &[[f64; 3]; 3]) -> f64 {
    let most = 2 * rim * (small.width + small.height);
    let mut misses = [(); 3].map(|()| Kept::<f64>::roomy(most));
    for (x0, y0, x1, y1) in boxes(small.width, small.height, rim) {
        let at = (
            f64::midpoint(x0 as f64, x1 as f64),
            f64::midpoint(y0 as f64, y1 as f64),
        );
        if !bare.iter().any(|s| s.at == at) {
            continue;
        }
        for y in y0..y1 {
            for x in x0..x1 {
                for c in 0..3 {
                    let v = f64::from(small.row(y)[x * 3 + c]);
                    misses[c].push((v - level(&planes[c], x as f64, y as f64)).abs());
                }
            }
        }
    }
    misses
        .into_iter()
        .map(|mut m| {
            m.sort_unstable_by(f64::total_cmp);
            m.get(m.len() * 3 / 4).map_or(0.0, |v| v / 1.15)
        })
        .fold(0.0, f64::max)
}

/// What differs from an even ground.
fn even(small: View<'_>, planes: &[[f64; 3]; 3], stray: f64) -> Ground {
    let (w, h) = (small.width, small.height);
    let least = (STRANGE.0 * stray).max(STRANGE.1);
    // Rise of the darkest channel over the ground's, held to a byte: 128 is the ground.
    let mut rise = Picture::zeros(w, h, 1);
    for y in 0..h {
        let mut ground = planes.map(|p| level(&p, 0.0, y as f64) as f32);
        let step = planes.map(|p| p[1] as f32);
        let to = rise.row_mut(y);
        for (to, pixel) in to.iter_mut().zip(small.row(y).chunks_exact(3)) {
            let d = [0, 1, 2].map(|c| f32::from(pixel[c]) - ground[c]);
            let (low, high) = (d[0].min(d[1]).min(d[2]), d[0].max(d[1]).max(d[2]));
            let far = if -low > high { low } else { high };
            *to = (128.0 + far).clamp(0.0, 255.0) as u8;
            for c in 0..3 {
                ground[c] += step[c];
            }
        }
    }
    let mut histogram = [0_usize; 256];
    for &v in &rise.data {
        histogram[usize::from(v)] += 1;
    }
    // Paper lies at the light end: the middle of what is clearly lighter than the ground.
    let from = (128.0 + BRIGHT) as usize;
    let lighter: usize = histogram[from..].iter().sum();
    let plain = lighter * 50 >= w * h;
    let mut mask = Picture::zeros(w, h, 1);
    if plain {
        let mut seen = 0;
        let middle = (from..256)
            .find(|&v| {
                seen += histogram[v];
                seen * 2 >= lighter
            })
            .unwrap_or(255);
        let split = (128 + (middle - 128) * 2 / 5) as u8;
        for (to, &v) in mask.data.iter_mut().zip(&rise.data) {
            *to = u8::from(v > split);
        }
        return Ground {
            mask: smoothed(&mask, 2, 13),
            plain,
            pattern: false,
            faint: None,
        };
    }
    for (to, &v) in mask.data.iter_mut().zip(&rise.data) {
        *to = u8::from((f64::from(v) - 128.0).abs() > least);
    }
    for v in &mut rise.data {
        *v = v.abs_diff(128).saturating_mul(4);
    }
    Ground {
        mask: smoothed(&mask, 1, 5),
        plain,
        pattern: false,
        faint: Some(rise),
    }
}

/// What has no colour that the rim has.
fn patterned(small: View<'_>, rim: usize, bare: &[Stretch]) -> Ground {
    const SIDE: usize = 1 << BITS;
    let bin = |p: &[u8]| {
        let part = |v: u8| usize::from(v >> (8 - BITS));
        (part(p[0]) * SIDE + part(p[1])) * SIDE + part(p[2])
    };
    let mut counts = Kept::<u32>::zeros(SIDE * SIDE * SIDE);
    let mut total = 0_u32;
    for (x0, y0, x1, y1) in boxes(small.width, small.height, rim) {
        let at = (
            f64::midpoint(x0 as f64, x1 as f64),
            f64::midpoint(y0 as f64, y1 as f64),
        );
        if !bare.iter().any(|s| s.at == at) {
            continue;
        }
        for y in y0..y1 {
            for pixel in small.row(y)[x0 * 3..x1 * 3].chunks_exact(3) {
                counts[bin(pixel)] += 1;
                total += 1;
            }
        }
    }
    let mut all = Kept::<u32>::zeros(SIDE * SIDE * SIDE);
    for pixel in small.data.chunks_exact(3) {
        all[bin(pixel)] += 1;
    }
    // A colour is the ground's where the rim has it, and has it not much more seldom than the whole scan.
    let share = f64::from(total) / (small.width * small.height) as f64 * SELDOM;
    let least = (total / 4000).max(2);
    let mut known = Kept::<u8>::zeros(SIDE * SIDE * SIDE);
    for i in (0..counts.len()).filter(|&i| all[i] > 0) {
        let (r, g, b) = (i / SIDE / SIDE, i / SIDE % SIDE, i % SIDE);
        let (mut rim, mut whole) = (0, 0);
        for r in r.saturating_sub(1)..(r + 2).min(SIDE) {
            for g in g.saturating_sub(1)..(g + 2).min(SIDE) {
                for b in b.saturating_sub(1)..(b + 2).min(SIDE) {
                    let at = (r * SIDE + g) * SIDE + b;
                    rim += counts[at];
                    whole += all[at];
                }
            }
        }
        known[i] = u8::from(rim >= least && f64::from(rim) >= share * f64::from(whole));
    }
    let mut mask = Picture::zeros(small.width, small.height, 1);
    for (to, pixel) in mask.data.iter_mut().zip(small.data.chunks_exact(3)) {
        *to = 1 - known[bin(pixel)];
    }
    Ground {
        mask: smoothed(&mask, 2, 13),
        plain: false,
        pattern: true,
        faint: None,
    }
}

/// 1 where at least `most` of the square of `radius` around are 1.
fn smoothed(mask: &Picture, radius: usize, most: u8) -> Picture {
    let (w, h) = (mask.width, mask.height);
    let mut rows = Picture::zeros(w, h, 1);
    for y in 0..h {
        let from = mask.row(y);
        let to = rows.row_mut(y);
        for shift in 0..=2 * radius {
            // to[x] += from[x + shift - radius], nothing beyond the edges
            let (a, b) = (shift.saturating_sub(radius), radius.saturating_sub(shift));
            for (to, &v) in to[b..].iter_mut().zip(&from[a..]) {
                *to += v;
            }
        }
    }
    let mut out = Picture::zeros(w, h, 1);
    for y in 0..h {
        let to = &mut out.data[y * w..(y + 1) * w];
        for other in y.saturating_sub(radius)..(y + radius + 1).min(h) {
            for (to, &v) in to.iter_mut().zip(rows.row(other)) {
                *to += v;
            }
        }
        for to in to {
            *to = u8::from(*to >= most);
        }
    }
    out
}
