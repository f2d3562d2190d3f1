//! The sums of all windows, row by row, and the rule that is judged by them.

use super::scratch::Kept;
use super::threshold::Job;
use super::threshold_paper::{Paper, STRIP};
use super::{View, simd};

/// Sums over so many rows fit in 16 bits (257 * 255 = 65535),
const ROWS: usize = 257;
/// and sums of squares over so many pixels in 31 (181² * 255² < 2^31).
const PIXELS: usize = 181 * 181;

/// Whole numbers that hold the sums of a window. Running sums may wrap, a window's own sum does not.
trait Whole: Copy {
    fn less(self, other: Self) -> Self;
    fn times(value: u8, n: usize) -> Self;
    /// The nearest `f32`.
    fn float(self) -> f32;
    /// The nearest `f32` to `value` times `n`, which is `count`.
    fn weight(value: u8, n: usize, count: f32) -> f32;
    /// The nearest `f32` to `n squares - self²`.
    fn spread(self, squares: Self, n: usize) -> f32;
}

#[allow(clippy::inline_always)]
impl Whole for u32 {
    #[inline(always)]
    fn less(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    #[inline(always)]
    fn times(value: u8, n: usize) -> Self {
        Self::from(value) * n as Self
    }
    #[inline(always)]
    fn float(self) -> f32 {
        // Below 2^31, and signed numbers are turned by one instruction.
        self as i32 as f32
    }
    #[inline(always)]
    fn weight(value: u8, _: usize, count: f32) -> f32 {
        f32::from(value) * count // at most 255 * 181² < 2^23: exact
    }
    #[inline(always)]
    fn spread(self, squares: Self, n: usize) -> f32 {
        // At most 181^4 * 255² < 2^46: exact. Both sums are below 2^31.
        let (sum, squares) = (f64::from(self as i32), f64::from(squares as i32));
        (squares * n as f64 - sum * sum) as f32
    }
}

impl Whole for u64 {
    fn less(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn times(value: u8, n: usize) -> Self {
        Self::from(value) * n as Self
    }
    fn float(self) -> f32 {
        self as f32
    }
    fn weight(value: u8, n: usize, _: f32) -> f32 {
        Self::times(value, n).float()
    }
    fn spread(self, squares: Self, n: usize) -> f32 {
        (n as u128 * u128::from(squares) - u128::from(self) * u128::from(self)) as f32
    }
}

/// The rule for windows of one number of pixels.
struct Rule<T> {
    n: usize,
    count: f32,
    k: f32,
    /// c of the rule.
    slope: f32,
    /// M n of the rule.
    darkest: T,
}

#[allow(clippy::inline_always)]
impl<T: Whole> Rule<T> {
    #[inline(always)]
    fn new(job: &Job, n: usize) -> Self {
        Self {
            n,
            count: n as f32,
            k: job.k,
            slope: job.k / (job.range * n as f32),
            darkest: T::times(job.darkest, n),
        }
    }

    #[inline(always)]
    fn ink(&self, value: u8, sum: T, squares: T) -> u8 {
        let root = sum.spread(squares, self.n).sqrt();
        let level = sum.float() - sum.less(self.darkest).float() * (self.k - self.slope * root);
        u8::from(T::weight(value, self.n, self.count) < level)
    }
}

/// Columns of the window at `x`, cut at the sides.
#[allow(clippy::inline_always)]
#[inline(always)]
fn columns(job: &Job, x: usize, width: usize) -> usize {
    (x + job.after + 1).min(width) - x.saturating_sub(job.before)
}

/// The sums of the windows of one row after the other.
#[allow(clippy::large_enum_variant)] // one for a picture, on the stack
pub enum Sums {
    /// In narrow numbers,
    Narrow(Narrow),
    /// or in wide ones.
    Wide(Wide),
}

#[allow(clippy::inline_always)]
impl Sums {
    /// The narrowest that hold them.
    #[inline(always)]
    pub fn new(view: View<'_>, job: &Job) -> Self {
        let span = job.before + job.after + 1;
        let rows = span.min(view.height);
        if rows <= ROWS && rows * span.min(view.width) <= PIXELS {
            Self::Narrow(Narrow::new(view, job))
        } else {
            Self::wide(view, job)
        }
    }

    /// Wide ones.
    pub fn wide(view: View<'_>, job: &Job) -> Self {
        Self::Wide(Wide::new(view, job))
    }

    /// Set the ink (1) of row `y`, the one after the last, in `out`, which is all zeros; whether there may be any.
    #[inline(always)]
    pub fn ink(&mut self, view: View<'_>, job: &Job, y: usize, out: &mut [u8]) -> bool {
        match self {
            Self::Narrow(sums) => sums.ink(view, job, y, out),
            Self::Wide(sums) => sums.ink(view, job, y, out),
        }
    }

    /// The larger of `widest` and the largest deviation of the windows of row `y`, the one after the last.
    #[inline(always)]
    pub fn deviation(&mut self, view: View<'_>, job: &Job, y: usize, widest: f32) -> f32 {
        match self {
            Self::Narrow(sums) => sums.deviation(view, job, y, widest),
            Self::Wide(sums) => sums.deviation(view, job, y, widest),
        }
    }
}

/// Those of the columns `start..end` whose windows are not cut at the sides.
fn middle(job: &Job, start: usize, end: usize, width: usize) -> (usize, usize) {
    let low = job.before.clamp(start, end);
    (low, width.saturating_sub(job.after).clamp(low, end))
}

/// Sums in 16 and 32 bits, worked out only where a pixel is not paper anyway.
pub struct Narrow {
    paper: Paper,
    /// Rows of the windows at hand.
    rows: usize,
    /// For each column, the sum and the sum of squares over those rows; zeros stand for columns beyond the sides.
    columns: Kept<u16>,
    squares: Kept<u32>,
    /// The same over the columns from some column on.
    sums: Kept<u32>,
    square_sums: Kept<u32>,
}

#[allow(clippy::inline_always)]
impl Narrow {
    #[inline(always)]
    fn new(view: View<'_>, job: &Job) -> Self {
        let span = job.before + job.after + 1;
        let padded = view.width + span - 1;
        let mut new = Self {
            paper: Paper::new(view),
            rows: 0,
            columns: Kept::zeros(padded),
            squares: Kept::zeros(padded),
            sums: Kept::zeros(padded + 1),
            square_sums: Kept::zeros(padded + 1),
        };
        for y in 0..job.after.min(view.height) {
            new.enter(job, view.row(y));
        }
        new
    }

    #[inline(always)]
    fn ink(&mut self, view: View<'_>, job: &Job, y: usize, out: &mut [u8]) -> bool {
        self.step(view, job, y);
        self.paper.step(view, job, y);
        let pixels = view.row(y);
        let (mut x, mut some) = (0, false);
        while let Some((start, end)) = self.unsure(pixels, x) {
            self.judge(job, start, pixels, &mut out[start..end]);
            (x, some) = (end, true);
        }
        some
    }

    #[inline(always)]
    fn deviation(&mut self, view: View<'_>, job: &Job, y: usize, mut widest: f32) -> f32 {
        self.step(view, job, y);
        self.paper.step(view, job, y);
        for strip in 0..self.paper.spans.len() {
            // A deviation is at most half the span; 0.01 is more than f32 may round.
            if f32::from(self.paper.spans[strip]) / 2.0 + 0.01 <= widest {
                continue;
            }
            let (start, end) = (strip * STRIP, (strip * STRIP + STRIP).min(view.width));
            self.gather(job, start, end);
            let (low, high) = middle(job, start, end, view.width);
            let mut by = |sums: &Self, x: usize| {
                let n = sums.rows * columns(job, x, view.width);
                let (sum, squares) = sums.window(job, x - start);
                widest = widest.max(sum.spread(squares, n).sqrt() / n as f32);
            };
            (start..low).chain(high..end).for_each(|x| by(self, x));
            // In the middle all windows have one size, and root and quotient are taken once.
            let (mut spread, n) = (0.0_f32, self.rows * (job.before + job.after + 1));
            let [left, right, left2, right2] = self.slices(job, low - start, high - low);
            for i in 0..high - low {
                let this = (right[i].less(left[i])).spread(right2[i].less(left2[i]), n);
                spread = if this > spread { this } else { spread };
            }
            if low < high {
                widest = widest.max(spread.sqrt() / n as f32);
            }
        }
        widest
    }

    /// The next columns from `x` on, whole strips, that hold pixels which may be ink.
    #[inline(always)]
    fn unsure(&self, pixels: &[u8], x: usize) -> Option<(usize, usize)> {
        let strips = pixels[x..]
            .chunks(STRIP)
            .zip(&self.paper.levels[x / STRIP..]);
        let mut start = None;
        let mut at = x;
        for (strip, &level) in strips {
            let dark = if let Ok(strip) = <&[u8; STRIP]>::try_from(strip) {
                strip.iter().fold(0, |some, &v| some | u8::from(v < level)) != 0
            } else {
                strip.iter().any(|&v| v < level)
            };
            match (dark, start) {
                (true, None) => start = Some(at),
                (false, Some(start)) => return Some((start, at)),
                _ => {}
            }
            at += strip.len();
        }
        start.map(|start| (start, at))
    }

    #[inline(always)]
    fn judge(&mut self, job: &Job, start: usize, pixels: &[u8], out: &mut [u8]) {
        let (end, width) = (start + out.len(), pixels.len());
        self.gather(job, start, end);
        // In the middle no window is cut at the sides, and the loop has no branch.
        let (low, high) = middle(job, start, end, width);
        for x in (start..low).chain(high..end) {
            let (sum, squares) = self.window(job, x - start);
            let n = self.rows * columns(job, x, width);
            out[x - start] = Rule::<u32>::new(job, n).ink(pixels[x], sum, squares);
        }
        let (span, first, count) = (job.before + job.after + 1, low - start, high - low);
        let rule = Rule::<u32>::new(job, self.rows * span.min(width));
        let (pixels, out) = (&pixels[low..high], &mut out[first..first + count]);
        let [left, right, left2, right2] = self.slices(job, first, count);
        for i in 0..count {
            out[i] = rule.ink(pixels[i], right[i].less(left[i]), right2[i].less(left2[i]));
        }
    }

    /// Sum and sum of squares of the `i`th window that was gathered.
    #[inline(always)]
    fn window(&self, job: &Job, i: usize) -> (u32, u32) {
        let end = i + job.before + job.after + 1;
        (
            self.sums[end].less(self.sums[i]),
            self.square_sums[end].less(self.square_sums[i]),
        )
    }

    /// Running sums before and after `count` windows from the `first` one on that was gathered, and those of squares.
    #[inline(always)]
    fn slices(&self, job: &Job, first: usize, count: usize) -> [&[u32]; 4] {
        let after = first + job.before + job.after + 1;
        [
            &self.sums[first..first + count],
            &self.sums[after..after + count],
            &self.square_sums[first..first + count],
            &self.square_sums[after..after + count],
        ]
    }

    /// Running sums for the windows of the columns `start..end`.
    #[inline(always)]
    fn gather(&mut self, job: &Job, start: usize, end: usize) {
        let count = end - start + job.before + job.after;
        let (sums, square_sums) = (&mut self.sums[1..=count], &mut self.square_sums[1..=count]);
        let columns = start..start + count;
        simd::running(
            &self.columns[columns.clone()],
            &self.squares[columns],
            sums,
            square_sums,
        );
    }

    /// Go on to row `y`, after the one before it.
    #[inline(always)]
    fn step(&mut self, view: View<'_>, job: &Job, y: usize) {
        let (enters, leaves) = (y + job.after < view.height, y > job.before);
        if enters && leaves {
            let (new, old) = (view.row(y + job.after), view.row(y - job.before - 1));
            let columns = &mut self.columns[job.before..job.before + new.len()];
            let squares = &mut self.squares[job.before..job.before + new.len()];
            for i in 0..new.len().min(old.len()) {
                let (v, u) = (u16::from(new[i]), u16::from(old[i]));
                columns[i] = columns[i].wrapping_add(v).wrapping_sub(u);
                squares[i] = squares[i]
                    .wrapping_add(u32::from(v * v))
                    .wrapping_sub(u32::from(u * u));
            }
        } else if enters {
            self.enter(job, view.row(y + job.after));
        } else if leaves {
            self.rows -= 1;
            let old = view.row(y - job.before - 1);
            let to = self.columns[job.before..]
                .iter_mut()
                .zip(&mut self.squares[job.before..]);
            for ((column, square), &v) in to.zip(old) {
                *column -= u16::from(v);
                *square -= u32::from(v) * u32::from(v);
            }
        }
    }

    #[inline(always)]
    fn enter(&mut self, job: &Job, new: &[u8]) {
        self.rows += 1;
        let to = self.columns[job.before..]
            .iter_mut()
            .zip(&mut self.squares[job.before..]);
        for ((column, square), &v) in to.zip(new) {
            *column += u16::from(v);
            *square += u32::from(v) * u32::from(v);
        }
    }
}

/// Sums in 64 bits, for windows of any size.
pub struct Wide {
    rows: usize,
    columns: Kept<(u64, u64)>,
    sums: Kept<(u64, u64)>,
}

impl Wide {
    fn new(view: View<'_>, job: &Job) -> Self {
        let mut new = Self {
            rows: 0,
            columns: Kept::zeros(view.width),
            sums: Kept::zeros(view.width + 1),
        };
        for y in 0..job.after.min(view.height) {
            new.enter(view.row(y));
        }
        new
    }

    fn ink(&mut self, view: View<'_>, job: &Job, y: usize, out: &mut [u8]) -> bool {
        self.step(view, job, y);
        for ((x, to), &v) in out.iter_mut().enumerate().zip(view.row(y)) {
            let (sum, squares, n) = self.window(job, x);
            *to = Rule::<u64>::new(job, n).ink(v, sum, squares);
        }
        true
    }

    fn deviation(&mut self, view: View<'_>, job: &Job, y: usize, mut widest: f32) -> f32 {
        self.step(view, job, y);
        for x in 0..view.width {
            let (sum, squares, n) = self.window(job, x);
            widest = widest.max(sum.spread(squares, n).sqrt() / n as f32);
        }
        widest
    }

    fn window(&self, job: &Job, x: usize) -> (u64, u64, usize) {
        let columns = columns(job, x, self.columns.len());
        let start = x.saturating_sub(job.before);
        let ((left, left2), (right, right2)) = (self.sums[start], self.sums[start + columns]);
        (right - left, right2 - left2, self.rows * columns)
    }

    fn step(&mut self, view: View<'_>, job: &Job, y: usize) {
        if y + job.after < view.height {
            self.enter(view.row(y + job.after));
        }
        if y > job.before {
            self.rows -= 1;
            for ((sum, squares), &v) in self.columns.iter_mut().zip(view.row(y - job.before - 1)) {
                *sum -= u64::from(v);
                *squares -= u64::from(v) * u64::from(v);
            }
        }
        let mut running = (0, 0);
        for (to, column) in self.sums[1..].iter_mut().zip(&self.columns) {
            running = (running.0 + column.0, running.1 + column.1);
            *to = running;
        }
    }

    fn enter(&mut self, new: &[u8]) {
        self.rows += 1;
        for ((sum, squares), &v) in self.columns.iter_mut().zip(new) {
            *sum += u64::from(v);
            *squares += u64::from(v) * u64::from(v);
        }
    }
}
