//! Rings of ink: where circles of 8 to 22 mm radius are, whatever part of them was inked or lies on the page.

use super::scratch::Kept;
use super::{Picture, reduce};

/// Radii of seals in millimetres: 20 to 42 mm across (Circular 34/2024/TT-BCA), with some room.
const RADII_MM: (f64, f64) = (8.5, 22.5);
const DIRECTIONS: usize = 96;
/// Share of a ring's directions that must be inked for it to be looked at again.
const LEAST_RIM: f64 = 0.3;
/// How good the rim must be, of the best ring within it.
const RIM_SHARE: f64 = 0.62;
/// Edges that vote, at most; beyond it every second, third, … one does.
const EDGES: usize = 24_000;
/// A third of a faint seal has more edges than that.
const EDGES_LEAST: usize = 60;
/// Centres that are looked at closely.
const CENTRES: usize = 14;

/// A ring of ink in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    /// Centre.
    pub x: f64,
    /// Centre.
    pub y: f64,
    /// Radius of the outermost ring.
    pub radius: f64,
    /// Share of the directions that lie on the page in which the ring is inked, 0 to 1.
    pub rim: f64,
    /// Share of those directions in which something is written within the ring.
    pub written: f64,
    /// Share of the area just within the rim that is ink.
    pub filled: f64,
    /// Share of the area just outside that is ink.
    pub outside: f64,
}

/// Find rings in amounts of one ink; `per_mm` pixels are a millimetre. The best first, none within another.
#[must_use]
pub fn find(amount: &Picture, per_mm: f64, least: u8) -> Kept<Ring> {
    let centres = centres(&reduce::shrink(amount.view(), 2), per_mm / 2.0, least);
    if centres.is_empty() {
        return Kept::default();
    }
    let room = Room::new(amount, per_mm);
    let close = |&(x, y): &(f64, f64)| room.close(2.0 * x + 1.0, 2.0 * y + 1.0, least);
    let mut rings = Kept::collect(centres.len(), centres.iter().filter_map(close));
    rings.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let mut kept = Kept::<Ring>::roomy(rings.len());
    for ring in &rings {
        if kept
            .iter()
            .all(|k| (k.x - ring.x).hypot(k.y - ring.y) > 0.45 * k.radius.max(ring.radius))
        {
            kept.push(*ring);
        }
    }
    kept
}

fn worth(ring: &Ring) -> f64 {
    ring.rim + 0.5 * ring.written - ring.outside
}

/// Centres of circles by the directions of edges (Kimme, Ballard and Sklansky 1975), the most voted first.
fn centres(amount: &Picture, per_mm: f64, least: u8) -> Kept<(f64, f64)> {
    let (w, h) = (amount.width, amount.height);
    if w < 8 || h < 8 {
        return Kept::default();
    }
    let mut edges = Kept::<(u32, u32, f32, f32)>::grown();
    let steep = f32::from(least);
    let ink = |y: usize| amount.row(y).iter().copied().max() >= Some(least / 2);
    let inked = Kept::collect(h, (0..h).map(ink));
    for y in 1..h - 1 {
        if !inked[y - 1..=y + 1].contains(&true) {
            continue;
        }
        let (above, row, below) = (amount.row(y - 1), amount.row(y), amount.row(y + 1));
        for x in 1..w - 1 {
            if row[x - 1] == row[x + 1] && above[x] == below[x] {
                continue;
            }
            let gx = f32::from(row[x + 1]) - f32::from(row[x - 1]);
            let gy = f32::from(below[x]) - f32::from(above[x]);
            let size = gx.hypot(gy);
            if size >= steep {
                edges.push((x as u32, y as u32, gx / size, gy / size));
            }
        }
    }
    // A seal may lie half beyond the edge: centres are counted a little outside of the page too.
    let pad = (10.0 * per_mm) as usize;
    let (pw, ph) = (w + 2 * pad, h + 2 * pad);
    if edges.len() < EDGES_LEAST {
        return Kept::default();
    }
    let mut votes = Kept::<u16>::zeros(pw * ph);
    let (low, high) = (
        (RADII_MM.0 * per_mm) as i32,
        (RADII_MM.1 * per_mm).ceil() as i32,
    );
    for &(x, y, gx, gy) in edges.iter().step_by(edges.len() / EDGES + 1) {
        for sign in [-1.0_f32, 1.0] {
            for r in low..=high {
                let cx = x as f32 + sign * gx * r as f32 + pad as f32 + 0.5;
                let cy = y as f32 + sign * gy * r as f32 + pad as f32 + 0.5;
                if cx >= 0.0 && cy >= 0.0 && (cx as usize) < pw && (cy as usize) < ph {
                    let at = &mut votes[cy as usize * pw + cx as usize];
                    *at = at.saturating_add(1);
                }
            }
        }
    }
    let mut found = peaks(&votes, pw, ph, (4.0 * per_mm) as usize);
    for (x, y) in &mut found {
        *x -= pad as f64;
        *y -= pad as f64;
    }
    found
}

/// Largest sums of 3 x 3 votes, no two within `apart` pixels.
fn peaks(votes: &[u16], w: usize, h: usize, apart: usize) -> Kept<(f64, f64)> {
    let mut sums = Kept::<(u32, usize, usize)>::grown();
    let most = votes.iter().copied().max().unwrap_or(0);
    let floor = (u32::from(most) / 4).max(8) as u16;
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            if votes[y * w + x] < floor {
                continue;
            }
            let sum = (y - 1..=y + 1)
                .flat_map(|v| &votes[v * w + x - 1..=v * w + x + 1])
                .map(|&v| u32::from(v))
                .sum();
            sums.push((sum, x, y));
        }
    }
    sums.sort_unstable_by_key(|&(sum, x, y)| (std::cmp::Reverse(sum), y, x));
    let mut found = Kept::<(f64, f64)>::roomy(CENTRES);
    for &(_, x, y) in &sums {
        let (x, y) = (x as f64, y as f64);
        let far = |&(a, b): &(f64, f64)| (a - x).abs().max((b - y).abs()) > apart as f64;
        if found.iter().all(far) {
            found.push((x, y));
            if found.len() == CENTRES {
                break;
            }
        }
    }
    found
}

/// What lies beyond the page.
const BEYOND: u8 = 255;

/// Amounts with so much room around that no ray leaves them.
struct Room {
    data: Kept<u8>,
    width: usize,
    height: usize,
    pad: usize,
    per_mm: f64,
    /// Radii that are looked at, in pixels.
    radii: (usize, usize),
    reach: usize,
    /// For each direction and radius the way from the centre, in pixels of `data`.
    ways: Kept<isize>,
}

/// Ink along one ray.
struct Ray<'a> {
    room: &'a Room,
    ways: &'a [isize],
    centre: isize,
    level: u8,
}

impl Ray<'_> {
    fn amount(&self, r: usize) -> u8 {
        self.room.data[(self.centre + self.ways[r]) as usize]
    }

    fn seen(&self, r: usize) -> bool {
        self.amount(r) != BEYOND
    }

    fn ink(&self, r: usize) -> bool {
        let v = self.amount(r);
        v >= self.level && v != BEYOND
    }
}

impl Room {
    fn new(amount: &Picture, per_mm: f64) -> Self {
        let radii = (
            (RADII_MM.0 * per_mm) as usize,
            (RADII_MM.1 * per_mm) as usize,
        );
        let reach = radii.1 + (4.0 * per_mm) as usize + 4;
        let pad = reach + (11.0 * per_mm) as usize + 4;
        let width = amount.width + 2 * pad;
        let height = amount.height + 2 * pad;
        let mut data = Kept::filled(width * height, BEYOND);
        for y in 0..amount.height {
            let at = (y + pad) * width + pad;
            for (to, &v) in data[at..at + amount.width].iter_mut().zip(amount.row(y)) {
                *to = v.min(BEYOND - 1);
            }
        }
        let mut ways = Kept::roomy(DIRECTIONS * reach);
        for i in 0..DIRECTIONS {
            let (sin, cos) = (i as f64 * std::f64::consts::TAU / DIRECTIONS as f64).sin_cos();
            for r in 0..reach {
                let (dx, dy) = ((r as f64 * cos).round(), (r as f64 * sin).round());
                ways.push(dy as isize * width as isize + dx as isize);
            }
        }
        Self {
            data,
            width,
            height,
            pad,
            per_mm,
            radii,
            reach,
            ways,
        }
    }

    /// Every `step`-th ray from a centre.
    fn rays(&self, x: f64, y: f64, level: u8, step: usize) -> impl Iterator<Item = Ray<'_>> {
        let place = |v: f64, side: usize| {
            let least = self.reach as f64;
            (v + self.pad as f64).clamp(least, side as f64 - least - 1.0) as isize
        };
        let centre = place(y, self.height) * self.width as isize + place(x, self.width);
        self.ways
            .chunks_exact(self.reach)
            .step_by(step)
            .map(move |ways| Ray {
                room: self,
                ways,
                centre,
                level,
            })
    }

    /// The ring around about (`x`, `y`), its centre and radius made exact; None where there is no rim.
    fn close(&self, x: f64, y: f64, least: u8) -> Option<Ring> {
        let level = self.level(x, y).max(least);
        let (mut cx, mut cy) = (x, y);
        let mut best = (0.0, 0.0);
        for (step, every) in [(3.0, 4), (2.0, 2), (1.0, 2)] {
            best.0 = 0.0;
            let from = (cx, cy);
            for dy in [0.0, -1.0, 1.0] {
                for dx in [0.0, -1.0, 1.0] {
                    let at = (from.0 + dx * step, from.1 + dy * step);
                    let (score, radius) = self.rim(at, level, every);
                    if score > best.0 {
                        best = (score, radius);
                        (cx, cy) = at;
                    }
                }
            }
            if best.0 < LEAST_RIM {
                return None;
            }
        }
        Some(self.measure(cx, cy, best.1, level))
    }

    /// A third of the amount that the inkiest tenth around a place has.
    fn level(&self, x: f64, y: f64) -> u8 {
        let mut counts = [0_u32; 256];
        for ray in self.rays(x, y, 1, 4) {
            for r in 0..self.radii.1 {
                counts[ray.amount(r) as usize] += 1;
            }
        }
        let total: u32 = counts[3..usize::from(BEYOND)].iter().sum();
        let mut seen = 0;
        for (v, &n) in counts[..usize::from(BEYOND)].iter().enumerate().rev() {
            seen += n;
            if seen * 10 >= total {
                return (v / 3) as u8;
            }
        }
        0
    }

    /// The radius whose ring is inked in most of every `every`-th direction, with least ink outside: its worth, and it.
    fn rim(&self, (x, y): (f64, f64), level: u8, every: usize) -> (f64, f64) {
        let gap = (0.7 * self.per_mm).ceil() as usize;
        let band = self.per_mm.ceil() as usize;
        let last = (self.radii.1 + gap + band).min(self.reach - 1);
        let [mut on, mut seen] = [(); 2].map(|()| Kept::<u32>::zeros(last + 1));
        for ray in self.rays(x, y, level, every) {
            for r in self.radii.0..=last {
                let v = ray.amount(r);
                on[r] += u32::from(v >= level && v != BEYOND);
                seen[r] += u32::from(v != BEYOND);
            }
        }
        let share = |r: usize| f64::from(on[r]) / f64::from(seen[r].max(1));
        let worth = |r: usize| {
            let beyond = (r + gap..r + gap + band).map(share).sum::<f64>() / band as f64;
            share(r) - 0.6 * beyond
        };
        let radii = self.radii.0..=last - gap - band;
        let lie_on_page = radii.filter(|&r| seen[r] as usize * every * 4 >= DIRECTIONS);
        let worths = Kept::collect(last, lie_on_page.map(|r| (worth(r), r as f64)));
        let most = worths.iter().map(|w| w.0).fold(0.0, f64::max);
        // A seal has rings within its rim; the rim is the outermost that is nearly as good as the best, and its peak.
        let Some(outer) = worths.iter().rposition(|w| w.0 >= RIM_SHARE * most) else {
            return (0.0, 0.0);
        };
        let peak = worths[outer.saturating_sub(band)..=outer]
            .iter()
            .max_by(|a, b| a.0.total_cmp(&b.0));
        (most, peak.map_or(0.0, |w| w.1))
    }

    fn measure(&self, x: f64, y: f64, radius: f64, level: u8) -> Ring {
        let slack = (0.5 * self.per_mm).ceil() as usize;
        let r = radius as usize;
        let inner = ((0.70 * radius) as usize)..((0.90 * radius) as usize);
        let outer = r + slack + 1..(r + slack + 2 + (1.5 * self.per_mm) as usize).min(self.reach);
        let (mut seen, mut inked, mut written) = (0_u32, 0_u32, 0_u32);
        let (mut within, mut beyond) = (0_usize, 0_usize);
        for ray in self.rays(x, y, level, 1) {
            let mut rim = r - slack..=r + slack;
            if !ray.seen(r) {
                continue;
            }
            seen += 1;
            beyond += outer.clone().filter(|&r| ray.ink(r)).count();
            if rim.any(|r| ray.ink(r)) {
                inked += 1;
                let ink = inner.clone().filter(|&r| ray.ink(r)).count();
                written += u32::from(ink > 0);
                within += ink;
            }
        }
        let share = |a: usize, b: usize| a as f64 / b.max(1) as f64;
        Ring {
            x,
            y,
            radius,
            rim: share(inked as usize, seen as usize),
            written: share(written as usize, inked as usize),
            filled: share(within, inked as usize * inner.len()),
            outside: share(beyond, seen as usize * outer.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(ink: impl Fn(f64, f64) -> bool) -> Picture {
        let mut picture = Picture::zeros(827, 1169, 1);
        for y in 0..1169 {
            for x in 0..827 {
                if ink(x as f64 + 0.5, y as f64 + 0.5) {
                    picture.data[y * 827 + x] = 60;
                }
            }
        }
        picture
    }

    fn seal(x: f64, y: f64, cx: f64, cy: f64) -> bool {
        let (r, turn) = ((x - cx).hypot(y - cy), (y - cy).atan2(x - cx));
        (r - 70.0).abs() < 1.5 || ((52.0..60.0).contains(&r) && (turn * 20.0).sin() > 0.0)
    }

    #[test]
    fn a_ring_is_measured_to_three_pixels_and_a_cut_one_to_four() {
        for (cx, cy, most) in [
            (500.0, 800.0, 3.0),
            (20.0, 400.0, 4.0),
            (827.0, 1100.0, 4.0),
        ] {
            let found = find(&picture(|x, y| seal(x, y, cx, cy)), 1000.0 / 254.0, 8);
            let ring = found.first().expect("the ring");
            assert!((ring.x - cx).hypot(ring.y - cy) < most, "{ring:?}");
            assert!((ring.radius - 70.0).abs() < 2.5, "{ring:?}");
            assert!(
                ring.rim > 0.9 && ring.written > 0.4 && ring.outside < 0.1,
                "{ring:?}"
            );
        }
    }

    #[test]
    fn a_blank_page_and_a_tiny_one_have_none() {
        assert!(find(&picture(|_, _| false), 4.0, 8).is_empty());
        assert!(find(&Picture::zeros(3, 3, 1), 4.0, 8).is_empty());
    }
}
