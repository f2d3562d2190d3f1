//! Which pixels are paper whatever the windows around them hold exactly: most of a page needs no sums.
//!
//! The picture is looked at in tiles of 32 x 16 pixels. All windows of a tile lie in the tiles around it; let these hold
//! gray levels from `least` to `most`. A window's deviation s is then at most half of `most - least` (Popoviciu), and
//! with the mean m at most `sqrt((most - m) (m - least))` (Bhatia and Davis), so the level
//! `m - (m - M) k (1 - s / R)` has an upper bound, and a pixel at or above it is no ink.

use super::View;
use super::scratch::Kept;
use super::threshold::Job;

/// Pixels of a row that are judged together: a register of AVX2.
pub const STRIP: usize = 32;
/// Rows for which a judgement holds.
const BAND: usize = 16;

/// Bounds for the strips of the row at hand.
pub struct Paper {
    strips: usize,
    /// Bands whose own extremes are known, and these: a strip a byte, band after band.
    known: usize,
    darkest: Kept<u8>,
    lightest: Kept<u8>,
    /// Extremes over the rows of a band, a column a byte.
    low: Kept<u8>,
    high: Kept<u8>,
    /// For each strip of the band at hand: the gray level from which on pixels are paper,
    pub levels: Kept<u8>,
    /// and the difference of gray levels in its windows.
    pub spans: Kept<u8>,
    /// Bounds by the lightest gray level, where they were asked for.
    by_most: Kept<Option<u8>>,
}

#[allow(clippy::inline_always)]
impl Paper {
    /// Nothing is known yet.
    pub fn new(view: View<'_>) -> Self {
        let (strips, bands) = (view.width.div_ceil(STRIP), view.height.div_ceil(BAND));
        Self {
            strips,
            known: 0,
            darkest: Kept::zeros(strips * bands),
            lightest: Kept::zeros(strips * bands),
            low: Kept::zeros(view.width),
            high: Kept::zeros(view.width),
            levels: Kept::zeros(strips),
            spans: Kept::zeros(strips),
            by_most: Kept::zeros(256),
        }
    }

    /// Go on to row `y`, after the one before it.
    #[inline(always)]
    pub fn step(&mut self, view: View<'_>, job: &Job, y: usize) {
        if y % BAND != 0 {
            return;
        }
        let bands = view.height.div_ceil(BAND);
        let top = y.saturating_sub(job.before) / BAND;
        let bottom = ((y + BAND - 1 + job.after) / BAND).min(bands - 1);
        while self.known <= bottom {
            self.look(view, self.known);
            self.known += 1;
        }
        // Down the bands, into the first bytes of the rows of columns; then along the strips.
        let (low, high) = (&mut self.low[..self.strips], &mut self.high[..self.strips]);
        low.fill(255);
        high.fill(0);
        for band in top..=bottom {
            let strips = band * self.strips..(band + 1) * self.strips;
            lower(low, &self.darkest[strips.clone()]);
            raise(high, &self.lightest[strips]);
        }
        for strip in 0..self.strips {
            let from = (strip * STRIP).saturating_sub(job.before) / STRIP;
            let to = ((strip * STRIP + STRIP - 1 + job.after) / STRIP).min(self.strips - 1);
            let least = low[from..=to].iter().fold(255, |a: u8, &b| a.min(b));
            let most = high[from..=to].iter().fold(0, |a: u8, &b| a.max(b));
            let by_most =
                *self.by_most[usize::from(most)].get_or_insert_with(|| by_mean(job, most));
            self.levels[strip] = by_most.min(by_span(job, least, most));
            self.spans[strip] = most - least;
        }
    }

    /// The extremes of a band.
    #[inline(always)]
    fn look(&mut self, view: View<'_>, band: usize) {
        self.low.fill(255);
        self.high.fill(0);
        for y in band * BAND..((band + 1) * BAND).min(view.height) {
            lower(&mut self.low, view.row(y));
            raise(&mut self.high, view.row(y));
        }
        let strips = band * self.strips..(band + 1) * self.strips;
        for (to, from) in self.darkest[strips.clone()]
            .iter_mut()
            .zip(self.low.chunks(STRIP))
        {
            *to = from.iter().fold(255, |a: u8, &b| a.min(b));
        }
        for (to, from) in self.lightest[strips]
            .iter_mut()
            .zip(self.high.chunks(STRIP))
        {
            *to = from.iter().fold(0, |a: u8, &b| a.max(b));
        }
    }
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn lower(to: &mut [u8], by: &[u8]) {
    for (to, &v) in to.iter_mut().zip(by) {
        *to = (*to).min(v);
    }
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn raise(to: &mut [u8], by: &[u8]) {
    for (to, &v) in to.iter_mut().zip(by) {
        *to = (*to).max(v);
    }
}

/// The next whole gray level, and one more for what `f32` may have rounded; at 255 a pixel is never below its level.
fn above(bound: f32) -> u8 {
    (bound.ceil() + 1.0).clamp(0.0, 255.0) as u8
}

/// The bound by Popoviciu: the level rises with the mean and with the deviation.
fn by_span(job: &Job, least: u8, most: u8) -> u8 {
    let (least, most, darkest) = (f32::from(least), f32::from(most), f32::from(job.darkest));
    let share = ((most - least) / 2.0 / job.range).min(1.0);
    above(most - (most - darkest) * job.k * (1.0 - share))
}

/// The bound by Bhatia and Davis with the picture's darkest pixel for the least: the highest over all means, in steps
/// of one gray level, each part of the formula taken at the end of the step where it is largest.
fn by_mean(job: &Job, most: u8) -> u8 {
    let (top, darkest) = (f32::from(most), f32::from(job.darkest));
    let highest = (job.darkest..most).fold(darkest, |highest: f32, mean| {
        let (from, to) = (f32::from(mean), f32::from(mean) + 1.0);
        let share = (((top - from) * (to - darkest)).sqrt() / job.range).min(1.0);
        highest.max(to - (from - darkest) * job.k * (1.0 - share))
    });
    above(highest)
}
