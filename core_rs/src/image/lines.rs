//! Which way the lines of text run: skew, quarter turns, and which side is up.

use super::View;
use super::blobs::{Blob, Ink};

/// Skew is looked for within so many degrees to either side.
pub const WIDEST: f64 = 11.0;
/// Fewer letters than that say nothing.
const FEW: usize = 25;

/// How the text lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lie {
    /// Clockwise quarter turns that the page has been given.
    pub quarters: u8,
    /// Certainty of the line direction (along the rows or along the columns), 0 to 1.
    pub axis_confidence: f64,
    /// Certainty of up against down, 0 to 1.
    pub up_confidence: f64,
    /// Clockwise skew in degrees.
    pub skew: f64,
    /// Certainty of the skew, 0 to 1.
    pub skew_confidence: f64,
}

/// Blobs of the size of letters, and their median size.
#[must_use]
pub fn letters(ink: &Ink, width: usize, height: usize) -> (Vec<bool>, f64) {
    let longest = width.max(height) as u32 / 16;
    let size = |b: &Blob| b.width().max(b.height());
    let mut sizes: Vec<u32> =
        ink.blobs.iter().filter(|b| size(b) >= 4 && b.area >= 8 && size(b) <= longest).map(size).collect();
    if sizes.is_empty() {
        return (vec![false; ink.blobs.len()], 0.0);
    }
    sizes.sort_unstable();
    // Specks outnumber letters on a noisy page: take the median by size, not by count.
    let total: u64 = sizes.iter().map(|&s| u64::from(s)).sum();
    let mut seen = 0;
    let median = sizes
        .iter()
        .find(|&&s| {
            seen += u64::from(s);
            seen * 2 >= total
        })
        .map_or(0.0, |&s| f64::from(s));
    let fits = |b: &Blob| {
        let long = f64::from(size(b));
        long >= 0.35 * median && long <= 4.0 * median && b.area >= 6 && long <= f64::from(longest) * 2.0
    };
    (ink.blobs.iter().map(fits).collect(), median)
}

/// Places where ink ends: above, below, left and right of letters.
#[derive(Clone, Debug, Default)]
struct Edges {
    tops: Vec<(f32, f32)>,
    bottoms: Vec<(f32, f32)>,
    lefts: Vec<(f32, f32)>,
    rights: Vec<(f32, f32)>,
}

/// How the text of a mask lies; none where there is too little of it.
#[must_use]
pub fn lie(mask: View<'_>, ink: &Ink) -> Option<Lie> {
    let (is_letter, size) = letters(ink, mask.width, mask.height);
    if is_letter.iter().filter(|&&l| l).count() < FEW {
        return None;
    }
    let edges = edges(mask, ink, &is_letter);
    let (w, h) = (mask.width as f32, mask.height as f32);
    // Rows: y - x tan(skew) is constant along a line of text. Columns: x + y tan(skew).
    let rows = Axis { near: &edges.tops, far: &edges.bottoms, middle: w / 2.0, length: w, depth: h, sign: -1.0 };
    let swap = |points: &[(f32, f32)]| points.iter().map(|&(x, y)| (y, x)).collect::<Vec<_>>();
    let (lefts, rights) = (swap(&edges.lefts), swap(&edges.rights));
    let columns = Axis { near: &lefts, far: &rights, middle: h / 2.0, length: h, depth: w, sign: 1.0 };
    let (row_skew, row_peak, row_floor) = rows.skew();
    let (column_skew, column_peak, column_floor) = columns.skew();
    let (row_rise, column_rise) = (row_peak / row_floor - 1.0, column_peak / column_floor - 1.0);
    let along_rows = row_rise >= column_rise;
    let (axis, skew, rise, other) = if along_rows {
        (&rows, row_skew, row_rise, column_rise)
    } else {
        (&columns, column_skew, column_rise, row_rise)
    };
    // Positive: letters stand on the far side (bottoms, rights) of their line.
    let lean = axis.lean(skew, size as f32);
    let quarters = match (along_rows, lean >= 0.0) {
        (true, true) => 0,
        (true, false) => 2,
        (false, true) => 3,
        (false, false) => 1,
    };
    Some(Lie {
        quarters,
        axis_confidence: ((rise - other) / (rise + other).max(1e-9)).clamp(0.0, 1.0),
        up_confidence: lean.abs().min(1.0),
        skew,
        skew_confidence: (rise / (rise + 0.15)).clamp(0.0, 1.0),
    })
}

fn edges(mask: View<'_>, ink: &Ink, is_letter: &[bool]) -> Edges {
    let mut edges = Edges::default();
    let empty = vec![0; mask.width];
    for run in ink.runs.iter().filter(|r| is_letter[r.blob as usize]) {
        let y = run.y as usize;
        let above = if y > 0 { mask.row(y - 1) } else { &empty };
        let below = if y + 1 < mask.height { mask.row(y + 1) } else { &empty };
        for x in run.start as usize..run.end as usize {
            let middle = x as f32 + 0.5;
            if above[x] == 0 {
                edges.tops.push((middle, y as f32));
            }
            if below[x] == 0 {
                edges.bottoms.push((middle, y as f32 + 1.0));
            }
        }
        let middle = y as f32 + 0.5;
        edges.lefts.push((run.start as f32, middle));
        edges.rights.push((run.end as f32, middle));
    }
    edges
}

/// Ends of ink across one direction of lines: (place along, place across).
struct Axis<'a> {
    near: &'a [(f32, f32)],
    far: &'a [(f32, f32)],
    middle: f32,
    length: f32,
    depth: f32,
    sign: f32,
}

impl Axis<'_> {
    /// Skew in degrees, how sharply the lines stand out there, and how much they do at a wrong angle.
    fn skew(&self) -> (f64, f64, f64) {
        let mut counts = Vec::new();
        let thin = (self.near.len() / 6000).max(1);
        let coarse: Vec<(f64, f64)> = (-22..=22)
            .map(|i| f64::from(i) * 0.5)
            .map(|degrees| (degrees, self.sharpness(degrees, thin, 4.0, &mut counts)))
            .collect();
        let mut sorted: Vec<f64> = coarse.iter().map(|c| c.1).collect();
        sorted.sort_by(f64::total_cmp);
        let floor = sorted[sorted.len() / 4].max(1e-9);
        let peak = coarse.iter().fold((0.0, 0.0), |best, &c| if c.1 > best.1 { c } else { best });
        let mut best = peak.0;
        let thin = (self.near.len() / 20_000).max(1);
        for (step, bin) in [(0.1, 2.0), (0.02, 1.0)] {
            let scores: Vec<f64> = (-6..=6)
                .map(|i| self.sharpness(best + f64::from(i) * step, thin, bin, &mut counts))
                .collect();
            let top = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(6);
            let between = if top > 0 && top + 1 < scores.len() {
                let (l, m, r) = (scores[top - 1], scores[top], scores[top + 1]);
                let bend = l - 2.0 * m + r;
                if bend < 0.0 { (l - r) / (2.0 * bend) } else { 0.0 }
            } else {
                0.0
            };
            best += (top as f64 - 6.0 + between) * step;
        }
        (best.clamp(-WIDEST, WIDEST), peak.1, floor)
    }

    /// How unevenly ends of ink fall on lines at this skew: 1 is even.
    fn sharpness(&self, degrees: f64, thin: usize, bin: f32, counts: &mut Vec<u32>) -> f64 {
        let slope = self.sign * degrees.to_radians().tan() as f32;
        let margin = self.length / 2.0 * slope.abs() + 2.0;
        let scale = 1.0 / bin;
        let bins = ((self.depth + 2.0 * margin) * scale) as usize + 2;
        let mut total = 0.0;
        for points in [self.near, self.far] {
            counts.clear();
            counts.resize(bins, 0);
            for &(along, across) in points.iter().step_by(thin) {
                let at = (across + (along - self.middle) * slope + margin) * scale;
                if let Some(count) = counts.get_mut(at as usize) {
                    *count += 1;
                }
            }
            let n: u64 = counts.iter().map(|&c| u64::from(c)).sum();
            let squares: u64 = counts.iter().map(|&c| u64::from(c) * u64::from(c)).sum();
            total += squares as f64 * bins as f64 / ((n * n).max(1) as f64);
        }
        total / 2.0
    }

    /// From -1 to 1: whether ends of ink gather more sharply on the far side of the lines (positive) or on the near
    /// one. Latin letters stand on their base line, and above they end at three heights and in marks; so the side
    /// where ink ends most evenly is down. Counted apart in stretches of line, so that each line has a vote.
    fn lean(&self, degrees: f64, size: f32) -> f64 {
        let slope = self.sign * degrees.to_radians().tan() as f32;
        let margin = self.length / 2.0 * slope.abs() + 2.0;
        let bins = (self.depth + 2.0 * margin) as usize + 2;
        let stretch = (size * 16.0).max(64.0);
        let stretches = (self.length / stretch) as usize + 1;
        let mut sums = [Vec::new(), Vec::new()];
        for (points, sums) in [self.near, self.far].into_iter().zip(&mut sums) {
            *sums = vec![0.0_f64; stretches * bins];
            for &(along, across) in points {
                let at = (across + (along - self.middle) * slope + margin) as usize;
                let stretch = (along / stretch) as usize;
                if at < bins && stretch < stretches {
                    sums[stretch * bins + at] += 1.0;
                }
            }
        }
        // Windows of about one line pitch vote with the difference of their sharpest ends.
        let window = (size * 1.6).max(4.0) as usize;
        let (mut sum, mut weight) = (0.0, 0.0);
        for (near, far) in sums[0].chunks(window).zip(sums[1].chunks(window)) {
            let peak = |counts: &[f64]| counts.iter().map(|c| c * c).sum::<f64>();
            let (a, b) = (peak(near), peak(far));
            if a + b > 0.0 {
                sum += b - a;
                weight += a + b;
            }
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    }
}
