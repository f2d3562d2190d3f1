//! Small rotations in two passes of four taps (Catmull and Smith 1980): along rows, then along columns.
//!
//! Three times as fast as sixteen taps for each pixel, with the same weights: the first pass gives, for each column of
//! the page, the colour of each raw row just where the page's column crosses it; the second pass goes down the column.

use std::f64::consts::FRAC_1_SQRT_2;

use super::View;
use super::geometry::Matrix;
use super::scratch::Kept;

/// Slopes up to that (3.4 degrees) are done in two passes; beyond, phases change too fast for the first pass to pay.
const STEEPEST: f64 = 0.06;
/// Weights are whole numbers of 1 / 2^14, of which four make 1.
const ONE: f64 = 16384.0;
/// The first pass knows so many phases; a phase is off by at most 1/256 pixel.
const PHASES: usize = 128;
/// Numbers that are worked on together. A stretch is done in whole steps of that; what is done beyond its end, the next
/// stretch does again.
const STEP: usize = 32;
/// Pixels repeated before the first of a raw row; after the last there is a step more.
const PAD: usize = 4;

/// Whether `from_page` is a rotation, with a little scale, that [`rotate`] can draw.
#[must_use]
pub fn fits(from_page: &Matrix) -> bool {
    let m = &from_page.0;
    m[6] == 0.0
        && m[7] == 0.0
        && m[8] == 1.0
        && m[1].abs() <= STEEPEST
        && m[3].abs() <= STEEPEST
        && (FRAC_1_SQRT_2..2.0).contains(&m[0])
        && (FRAC_1_SQRT_2..2.0).contains(&m[4])
}

/// Catmull-Rom weights at `t` (0 to 1) between the second and the third of four samples; their sum is exactly 2^14.
#[must_use]
pub fn weights(t: f64) -> [i16; 4] {
    let ideal = [
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    ];
    let mut whole = ideal.map(|v| (v * ONE).round() as i16);
    let missing = ONE as i16 - whole.iter().sum::<i16>();
    whole[if t < 0.5 { 1 } else { 2 }] += missing;
    whole
}

/// Upper half of a product: one instruction for eight numbers.
#[allow(clippy::inline_always)]
#[inline(always)]
fn high(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b)) >> 16) as i16
}

/// The gray level of a sum of the second pass: a 16th of it; half of 16 rounds, and 2 stand for what cutting four products
/// has lost on average.
#[allow(clippy::inline_always)]
#[inline(always)]
fn level(sum: i16) -> u8 {
    ((sum + 10) >> 4).clamp(0, 255) as u8
}

/// Whole steps, as arrays.
#[allow(clippy::inline_always)]
#[inline(always)]
fn chunks<T>(numbers: &[T]) -> impl Iterator<Item = &[T; STEP]> {
    numbers
        .chunks_exact(STEP)
        .filter_map(|chunk| chunk.try_into().ok())
}

/// Draw RGB `view` through `from_page` into `out`, rows of `width` pixels; outside `view` there is `fill`.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn body(
    view: View<'_>,
    from_page: &Matrix,
    width: usize,
    out: &mut [u8],
    fill: [u8; 3],
) {
    let m = &from_page.0;
    let (first, second) = (First::new(view, m, width, fill), Second::new(m));
    let height = out.len() / (width * 3);
    // Raw rows that one page row crosses, and the taps around them.
    let depth = (m[3].abs() * width as f64) as usize + 8;
    let (lane, lanes) = (width * 3 + STEP, depth.next_power_of_two());
    let mut ring = Kept::<i16>::zeros(lane * lanes);
    let mask = lanes - 1;
    let mut padded = Kept::<u8>::zeros((view.width + 2 * PAD + 1 + STEP / 3) * 3);
    let rows = view.height as i64;
    let mut done = i64::MIN;
    for (y, to) in out.chunks_exact_mut(width * 3).enumerate().take(height) {
        // Index of the raw row at the middle of page pixel (x, y): start + x * slope.
        let start = m[3] * 0.5 + m[4] * (y as f64 + 0.5) + m[5] - 0.5;
        let last = start + m[3] * (width - 1) as f64;
        let (low, high) = (
            start.min(last).floor() as i64 - 1,
            start.max(last).floor() as i64 + 2,
        );
        for r in done.max(low - 1) + 1..=high {
            first.row(
                r.clamp(0, rows - 1),
                r,
                &mut padded,
                &mut ring[(r as usize & mask) * lane..][..lane],
            );
        }
        done = done.max(high);
        second.row(start, rows, &ring, mask, to, fill);
    }
}

struct First<'a> {
    view: View<'a>,
    /// Raw x at page column x and raw row r, as indices: a x + b r + c.
    a: f64,
    b: f64,
    c: f64,
    width: usize,
    table: Kept<[i16; 4]>,
    fill: [u8; 3],
}

#[allow(clippy::inline_always)]
impl<'a> First<'a> {
    fn new(view: View<'a>, m: &[f64; 9], width: usize, fill: [u8; 3]) -> Self {
        // raw y = m3 X + m4 Y + m5  =>  Y = (y - m3 X - m5) / m4, put into raw x = m0 X + m1 Y + m2.
        let (a, b) = (m[0] - m[1] * m[3] / m[4], m[1] / m[4]);
        let c = m[2] - m[1] * m[5] / m[4];
        // From pixel middles to indices on both sides.
        let c = c + a * 0.5 + b * 0.5 - 0.5;
        let table = Kept::collect(
            PHASES + 1,
            (0..=PHASES).map(|i| weights(i as f64 / PHASES as f64)),
        );
        Self {
            view,
            a,
            b,
            c,
            width,
            table,
            fill,
        }
    }

    /// Raw row `r` (at the place of row `place`) where the columns of the page cross it, times 64.
    #[inline(always)]
    fn row(&self, r: i64, place: i64, line: &mut [u8], out: &mut [i16]) {
        let source = self.view.row(r as usize);
        let (before, rest) = line.split_at_mut(PAD * 3);
        let (middle, after) = rest.split_at_mut(source.len());
        middle.copy_from_slice(source);
        for (beyond, edge) in [(before, &source[..3]), (after, &source[source.len() - 3..])] {
            (beyond.chunks_exact_mut(3)).for_each(|to| to.copy_from_slice(edge));
        }
        let start = self.b * place as f64 + self.c;
        let (begin, end) = inside(start, self.a, self.view.width as f64, self.width);
        let phases = PHASES as f64;
        let mut x = begin;
        while x < end {
            let at = (start + self.a * x as f64).max(-0.5);
            // Whole steps of one phase, so that a stretch of the row has the same weights and the same shift.
            let step = ((at + 1.0) * phases + 0.5).floor();
            let (after, phase) = ((step / phases) as usize, step as usize % PHASES);
            let drift = self.a - 1.0;
            let length = if drift.abs() < 1e-9 {
                end - x
            } else {
                let now = (at - x as f64 + 1.0) * phases + 0.5 + x as f64 * phases - step;
                let room = if drift > 0.0 { 1.0 - now } else { now };
                ((room / (drift.abs() * phases)).ceil().max(1.0) as usize).min(end - x)
            };
            let w = self.table[phase];
            // The first tap is one pixel left of the pixel at hand, which is `after - 1`.
            let from = (after + PAD - 2) * 3;
            let length = length.min((line.len() - from) / 3 - 3 - STEP / 3);
            let n = (length * 3).next_multiple_of(STEP);
            let taps = &line[from..from + n + 9];
            let (t0, t1, t2, t3) = (
                &taps[..n],
                &taps[3..n + 3],
                &taps[6..n + 6],
                &taps[9..n + 9],
            );
            let taps = (chunks(t0).zip(chunks(t1))).zip(chunks(t2).zip(chunks(t3)));
            let to = out[x * 3..x * 3 + n].chunks_exact_mut(STEP);
            for (to, ((t0, t1), (t2, t3))) in to.zip(taps) {
                let Ok(to) = <&mut [i16; STEP]>::try_from(to) else {
                    continue;
                };
                for i in 0..STEP {
                    let sum = high(i16::from(t0[i]) << 7, w[0])
                        + high(i16::from(t1[i]) << 7, w[1])
                        + high(i16::from(t2[i]) << 7, w[2])
                        + high(i16::from(t3[i]) << 7, w[3]);
                    to[i] = sum << 1;
                }
            }
            x += length.max(1);
        }
        for outside in [0..begin * 3, end * 3..self.width * 3] {
            for pixel in out[outside].chunks_exact_mut(3) {
                for (to, &v) in pixel.iter_mut().zip(&self.fill) {
                    *to = i16::from(v) << 6;
                }
            }
        }
    }
}

/// Columns whose place `start + step * x` is on a side of `length` pixels (indices -0.5 to length - 0.5).
fn inside(start: f64, step: f64, length: f64, count: usize) -> (usize, usize) {
    let on = |x: usize| {
        let at = start + step * x as f64;
        at >= -0.5 && at < length - 0.5
    };
    let (mut begin, mut end) = (0, count);
    if step.abs() > 1e-12 {
        let (a, b) = ((-0.5 - start) / step, (length - 0.5 - start) / step);
        begin = (a.min(b).floor().max(0.0) as usize).min(count);
        end = ((a.max(b).ceil().max(0.0) as usize) + 1).min(count);
    }
    while begin < end && !on(begin) {
        begin += 1;
    }
    while end > begin && !on(end - 1) {
        end -= 1;
    }
    (begin, end)
}

/// Weights along a stretch of columns in which the raw row changes by less than one.
struct Second {
    slope: f64,
    /// For each start of a stretch the weights of four rows, each for all bytes of the stretch.
    tables: Kept<i16>,
    starts: usize,
    bytes: usize,
}

#[allow(clippy::inline_always)]
impl Second {
    fn new(m: &[f64; 9]) -> Self {
        let slope = m[3];
        let step = slope.abs().max(1e-4);
        let starts = (step / 0.004).ceil().max(1.0) as usize;
        let bytes = ((1.0 / step) as usize + 2 + STEP.div_ceil(3)) * 3;
        let mut tables = Kept::<i16>::zeros(starts * 4 * bytes);
        for (s, table) in tables.chunks_exact_mut(4 * bytes).enumerate() {
            let begin = (s as f64 + 0.5) / starts as f64 * step;
            for i in 0..bytes / 3 {
                let t = (begin + i as f64 * step).min(1.0);
                let w = weights(if slope < 0.0 { 1.0 - t } else { t });
                for (list, &weight) in table.chunks_exact_mut(bytes).zip(&w) {
                    list[i * 3..i * 3 + 3].fill(weight);
                }
            }
        }
        Self {
            slope,
            tables,
            starts,
            bytes,
        }
    }

    #[inline(always)]
    fn row(&self, start: f64, rows: i64, ring: &[i16], mask: usize, out: &mut [u8], fill: [u8; 3]) {
        let (width, lane) = (out.len() / 3, out.len() + STEP);
        let (begin, end) = inside(start, self.slope, rows as f64, width);
        let step = self.slope.abs().max(1e-4);
        let mut x = begin;
        while x < end {
            let at = start + self.slope * x as f64;
            let top = at.floor();
            let gone = if self.slope < 0.0 {
                1.0 - (at - top)
            } else {
                at - top
            };
            let skipped = (gone / step) as usize;
            let within = ((gone - skipped as f64 * step) / step * self.starts as f64) as usize;
            let table = within.min(self.starts - 1) * 4;
            let room = if self.slope.abs() < 1e-9 {
                f64::MAX
            } else {
                ((1.0 - gone) / self.slope.abs()).ceil()
            };
            let length = (room.max(1.0) as usize)
                .min(end - x)
                .min((self.bytes / 3).saturating_sub(skipped).max(1));
            let from = (skipped * 3).min(self.bytes - length * 3);
            let n = (length * 3)
                .next_multiple_of(STEP)
                .min((end - x) * 3)
                .min(self.bytes - from);
            let tap = |k: i64| {
                let row = (top as i64 - 1 + k) as usize & mask;
                &ring[row * lane + x * 3..][..n]
            };
            let weight = |k: usize| &self.tables[(table + k) * self.bytes + from..][..n];
            let (r0, r1, r2, r3) = (tap(0), tap(1), tap(2), tap(3));
            let (w0, w1, w2, w3) = (weight(0), weight(1), weight(2), weight(3));
            let rows = (chunks(r0).zip(chunks(r1))).zip(chunks(r2).zip(chunks(r3)));
            let weights = (chunks(w0).zip(chunks(w1))).zip(chunks(w2).zip(chunks(w3)));
            let to = &mut out[x * 3..x * 3 + n];
            for (to, (((r0, r1), (r2, r3)), ((w0, w1), (w2, w3)))) in
                to.chunks_exact_mut(STEP).zip(rows.zip(weights))
            {
                for i in 0..STEP {
                    to[i] = level(
                        high(r0[i], w0[i])
                            + high(r1[i], w1[i])
                            + high(r2[i], w2[i])
                            + high(r3[i], w3[i]),
                    );
                }
            }
            // Only at the end of the row less than a whole step is left.
            for i in n / STEP * STEP..n {
                to[i] = level(
                    high(r0[i], w0[i])
                        + high(r1[i], w1[i])
                        + high(r2[i], w2[i])
                        + high(r3[i], w3[i]),
                );
            }
            x += length;
        }
        for outside in [0..begin * 3, end * 3..width * 3] {
            for pixel in out[outside].chunks_exact_mut(3) {
                pixel.copy_from_slice(&fill);
            }
        }
    }
}
