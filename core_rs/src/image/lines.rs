//! Which way the lines of text run: skew, quarter turns, and which side is up.

use super::View;
use super::blobs::{Blob, Ink};
use super::paper::level;
use super::scratch::Kept;

/// Skew is looked for within so many degrees to either side.
pub const WIDEST: f64 = 11.0;
/// What the ends of letters weigh against marks: 0.05 on a page of text, where marks score 5 to 25.
const LEAN: f64 = 20.0;
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
pub fn letters(ink: &Ink, width: usize, height: usize) -> (Kept<bool>, f64) {
    let longest = width.max(height) as u32 / 16;
    let size = |b: &Blob| b.width().max(b.height());
    let large = |b: &&Blob| size(b) >= 4 && b.area >= 8 && size(b) <= longest;
    let mut sizes = Kept::collect(ink.blobs.len(), ink.blobs.iter().filter(large).map(size));
    if sizes.is_empty() {
        return (Kept::zeros(ink.blobs.len()), 0.0);
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
        long >= 0.35 * median
            && long <= 4.0 * median
            && b.area >= 6
            && long <= f64::from(longest) * 2.0
    };
    (
        Kept::collect(ink.blobs.len(), ink.blobs.iter().map(fits)),
        median,
    )
}

/// Places where ink ends: above, below, left and right of letters.
#[derive(Debug)]
struct Edges {
    tops: Kept<(f32, f32)>,
    bottoms: Kept<(f32, f32)>,
    lefts: Kept<(f32, f32)>,
    rights: Kept<(f32, f32)>,
}

/// How the text of a mask lies; none where there is too little of it.
#[must_use]
pub fn lie(gray: View<'_>, mask: View<'_>, ink: &Ink) -> Option<Lie> {
    let (is_letter, size) = letters(ink, mask.width, mask.height);
    if is_letter.iter().filter(|&&l| l).count() < FEW {
        return None;
    }
    let edges = edges(gray, mask, ink, &is_letter);
    let (w, h) = (mask.width as f32, mask.height as f32);
    // Rows: y - x tan(skew) is constant along a line of text. Columns: x + y tan(skew).
    let rows = Axis {
        near: &edges.tops,
        far: &edges.bottoms,
        middle: w / 2.0,
        length: w,
        depth: h,
        sign: -1.0,
    };
    let swap =
        |points: &[(f32, f32)]| Kept::collect(points.len(), points.iter().map(|&(x, y)| (y, x)));
    let (lefts, rights) = (swap(&edges.lefts), swap(&edges.rights));
    let columns = Axis {
        near: &lefts,
        far: &rights,
        middle: h / 2.0,
        length: h,
        depth: w,
        sign: 1.0,
    };
    let (row_skew, row_rise) = rows.coarse();
    let (column_skew, column_rise) = columns.coarse();
    let along_rows = row_rise >= column_rise;
    let (axis, rough, rise, other) = if along_rows {
        (&rows, row_skew, row_rise, column_rise)
    } else {
        (&columns, column_skew, column_rise, row_rise)
    };
    let skew = axis.fine(rough);
    // Positive: letters stand on the far side (bottoms, rights) of their line. Scans are upright more often than upside
    // down, so the latter needs some evidence.
    let up = LEAN * axis.lean(skew, size as f32) + marks(ink, size, along_rows, skew);
    let quarters = match (along_rows, up >= if along_rows { -0.5 } else { 0.0 }) {
        (true, true) => 0,
        (true, false) => 2,
        (false, true) => 3,
        (false, false) => 1,
    };
    Some(Lie {
        quarters,
        axis_confidence: ((rise - other) / (rise + other).max(1e-9)).clamp(0.0, 1.0),
        up_confidence: (up.abs() / 4.0).tanh(),
        skew,
        skew_confidence: (rise / (rise + 0.15)).clamp(0.0, 1.0),
    })
}

fn edges(gray: View<'_>, mask: View<'_>, ink: &Ink, is_letter: &[bool]) -> Edges {
    let letters = || ink.runs.iter().filter(|r| is_letter[r.blob as usize]);
    let pixels = letters().map(|r| (r.end - r.start) as usize).sum();
    let mut edges = Edges {
        tops: Kept::roomy(pixels),
        bottoms: Kept::roomy(pixels),
        lefts: Kept::roomy(letters().count()),
        rights: Kept::roomy(letters().count()),
    };
    let level = middle_level(gray, mask);
    // How far beyond the middle of an ink pixel the gray of its neighbour says that ink reaches, in pixels.
    let reach = |own: u8, other: u8| {
        let (own, other) = (f32::from(own), f32::from(other));
        if other > own {
            ((level - own) / (other - own)).clamp(0.0, 1.0)
        } else {
            0.5
        }
    };
    for run in letters() {
        let y = run.y as usize;
        let (row, middle) = (gray.row(y), y as f32 + 0.5);
        if y > 0 {
            let (above, light) = (mask.row(y - 1), gray.row(y - 1));
            for x in (run.start as usize..run.end as usize).filter(|&x| above[x] == 0) {
                edges
                    .tops
                    .push((x as f32 + 0.5, middle - reach(row[x], light[x])));
            }
        }
        if y + 1 < mask.height {
            let (below, light) = (mask.row(y + 1), gray.row(y + 1));
            for x in (run.start as usize..run.end as usize).filter(|&x| below[x] == 0) {
                edges
                    .bottoms
                    .push((x as f32 + 0.5, middle + reach(row[x], light[x])));
            }
        }
        let (start, end) = (run.start as usize, run.end as usize);
        if start > 0 {
            edges.lefts.push((
                start as f32 + 0.5 - reach(row[start], row[start - 1]),
                middle,
            ));
        }
        if end < mask.width {
            edges
                .rights
                .push((end as f32 - 0.5 + reach(row[end - 1], row[end]), middle));
        }
    }
    edges
}

/// Half way between ink and paper.
fn middle_level(gray: View<'_>, mask: View<'_>) -> f32 {
    let pick = |wanted: u8| {
        let picked = gray
            .data
            .iter()
            .zip(mask.data)
            .step_by(5)
            .filter(|(_, m)| **m == wanted)
            .map(|(&v, _)| v);
        Kept::collect(mask.data.len() / 5 + 1, picked)
    };
    f32::midpoint(
        f32::from(level(&pick(1), 0.4)),
        f32::from(level(&pick(0), 0.5)),
    )
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
    /// Skew to half a degree, and how much sharper than at a wrong angle the lines stand out there.
    fn coarse(&self) -> (f64, f64) {
        let mut counts = Kept::grown();
        let thin = (self.near.len() / 5000).max(1);
        let mut tried: [(f64, f64); 45] = std::array::from_fn(|i| {
            let degrees = (i as f64 - 22.0) * 0.5;
            (self.sharpness(degrees, thin, 4.0, &mut counts), degrees)
        });
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        let floor = tried[tried.len() / 4].0.max(1e-9);
        let (peak, degrees) = tried[tried.len() - 1];
        (degrees, peak / floor - 1.0)
    }

    /// Skew to a few thousandths of a degree, near a rough one.
    fn fine(&self, rough: f64) -> f64 {
        let mut counts = Kept::grown();
        let mut best = rough;
        let thin = (self.near.len() / 15_000).max(1);
        for (step, bin) in [(0.1, 2.0), (0.02, 1.0)] {
            let scores: [f64; 13] = std::array::from_fn(|i| {
                self.sharpness(best + (i as f64 - 6.0) * step, thin, bin, &mut counts)
            });
            let top = (0..scores.len())
                .max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
                .unwrap_or(6);
            let between = if top > 0 && top + 1 < scores.len() {
                let (l, m, r) = (scores[top - 1], scores[top], scores[top + 1]);
                let bend = l - 2.0 * m + r;
                if bend < 0.0 {
                    (l - r) / (2.0 * bend)
                } else {
                    0.0
                }
            } else {
                0.0
            };
            best += (top as f64 - 6.0 + between) * step;
        }
        best.clamp(-WIDEST, WIDEST)
    }

    /// How unevenly ends of ink fall on lines at this skew: 1 is even.
    fn sharpness(&self, degrees: f64, thin: usize, bin: f32, counts: &mut Kept<u32>) -> f64 {
        let slope = self.sign * degrees.to_radians().tan() as f32;
        let margin = self.length / 2.0 * slope.abs() + 2.0;
        let scale = 1.0 / bin;
        let bins = ((self.depth + 2.0 * margin) * scale) as usize + 2;
        let mut total = 0.0;
        for points in [self.near, self.far] {
            counts.refill(bins + 1, 0);
            for &(along, across) in points.iter().step_by(thin) {
                let at = (across + (along - self.middle) * slope + margin) * scale;
                // Spread over two bins in 64ths, so that no chance of the grid decides.
                let grid = (at * 64.0) as u32;
                let (bin, rest) = ((grid >> 6) as usize, grid & 63);
                if let Some([first, second]) = counts.get_mut(bin..bin + 2) {
                    *first += 64 - rest;
                    *second += rest;
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
    /// where ink ends most evenly is down. Counted apart in stretches of line, and spread over two bins, so that no
    /// chance of the grid decides.
    fn lean(&self, degrees: f64, size: f32) -> f64 {
        let slope = self.sign * degrees.to_radians().tan() as f32;
        let margin = self.length / 2.0 * slope.abs() + 2.0;
        let bins = (self.depth + 2.0 * margin) as usize + 2;
        let stretch = (size * 16.0).max(64.0);
        let stretches = (self.length / stretch) as usize + 1;
        let mut sums = [(); 2].map(|()| Kept::<f64>::zeros(stretches * bins));
        for (points, sums) in [self.near, self.far].into_iter().zip(&mut sums) {
            for &(along, across) in points {
                let at = across + (along - self.middle) * slope + margin;
                let (bin, rest) = (at as usize, f64::from(at.fract()));
                let stretch = (along / stretch) as usize;
                if bin + 1 < bins && stretch < stretches {
                    sums[stretch * bins + bin] += 1.0 - rest;
                    sums[stretch * bins + bin + 1] += rest;
                }
            }
        }
        let peak = |counts: &[f64]| counts.iter().map(|c| c * c).sum::<f64>();
        let (near, far) = (peak(&sums[0]), peak(&sums[1]));
        if near + far > 0.0 {
            (far - near) / (near + far)
        } else {
            0.0
        }
    }
}

/// How many deviations more marks stand before (above) letters than behind them: Vietnamese has acute, grave, hook,
/// tilde, circumflex and the dot of i above, and one dot below.
fn marks(ink: &Ink, size: f64, along_rows: bool, skew: f64) -> f64 {
    let slope = if along_rows { -skew } else { skew }.to_radians().tan();
    // Boxes as (start along the line, end, near side, far side), with the skew taken out.
    let place = |b: &Blob| {
        let (x0, y0, x1, y1) = (
            f64::from(b.x0),
            f64::from(b.y0),
            f64::from(b.x1),
            f64::from(b.y1),
        );
        let (start, end, near, far) = if along_rows {
            (x0, x1, y0, y1)
        } else {
            (y0, y1, x0, x1)
        };
        let shift = f64::midpoint(start, end) * slope;
        [start, end, near + shift, far + shift]
    };
    let mut letters = Kept::<[f64; 4]>::roomy(ink.blobs.len());
    let mut small = Kept::<[f64; 4]>::roomy(ink.blobs.len());
    for blob in &ink.blobs {
        let b = place(blob);
        let (width, height) = (b[1] - b[0], b[3] - b[2]);
        if (0.6..=2.2).contains(&(height / size)) && (0.25..=3.0).contains(&(width / size)) {
            letters.push(b);
        } else if (0.12..=0.62).contains(&(width.max(height) / size)) && blob.area >= 3 {
            small.push(b);
        }
    }
    letters.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
    small.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[2].total_cmp(&b[2])));
    let (mut above, mut below) = (0_u32, 0_u32);
    for (i, mark) in small.iter().enumerate() {
        // Dots in a row lead the eye to a line's end; they are no marks.
        let level = |other: &&[f64; 4]| (other[3] - mark[3]).abs() < 0.1 * size;
        let next = small[i + 1..]
            .iter()
            .take_while(|o| o[0] - mark[1] < 0.7 * size)
            .any(|o| level(&o));
        let last = small[..i]
            .iter()
            .rev()
            .take_while(|o| mark[0] - o[0] < 1.3 * size)
            .any(|o| level(&o));
        if next && last {
            continue;
        }
        let middle = f64::midpoint(mark[0], mark[1]);
        // Letters are at most three sizes wide, so only those that begin there can lie over or under the mark.
        let first = letters.partition_point(|l| l[0] < middle - 3.2 * size);
        let (mut to_next, mut to_last) = (f64::MAX, f64::MAX);
        for letter in letters[first..]
            .iter()
            .take_while(|l| l[0] <= middle + 0.1 * size)
        {
            if letter[1] + 0.1 * size >= middle {
                let near = |gap: f64| {
                    if gap > -0.25 * size && gap < 0.45 * size {
                        gap
                    } else {
                        f64::MAX
                    }
                };
                to_next = to_next.min(near(letter[2] - mark[3]));
                to_last = to_last.min(near(mark[2] - letter[3]));
            }
        }
        above += u32::from(to_next < to_last);
        below += u32::from(to_last < to_next);
    }
    (f64::from(above) - f64::from(below)) / f64::from(above + below + 1).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::threshold::sauvola;
    use super::super::warp::turned;
    use super::super::{Picture, blobs};
    use super::*;

    /// Lines of boxes with a dot over every third one, at a skew.
    fn page(degrees: f64) -> Picture {
        let mut page = Picture::zeros(700, 900, 1);
        page.data.fill(235);
        let mut draw = |x0: usize, y0: f64, width: usize, height: f64| {
            for x in x0..x0 + width {
                let top = y0 + (x as f64 - 350.0) * degrees.to_radians().tan();
                for y in (top - 1.0) as usize..(top + height + 2.0) as usize {
                    // Share of this pixel that lies in the box.
                    let share = (top + height).min(y as f64 + 1.0) - top.max(y as f64);
                    let cell = &mut page.data[y * 700 + x];
                    *cell -= (f64::from(*cell - 30) * share.clamp(0.0, 1.0)) as u8;
                }
            }
        };
        for line in 0..22 {
            for letter in 0..36 - line % 5 {
                let (x, y) = (80 + letter * 15, 120.0 + line as f64 * 30.0);
                draw(x, y, 9, 12.0);
                if (letter + line) % 3 == 0 {
                    draw(x + 3, y - 6.0, 3, 3.0);
                }
            }
        }
        page
    }

    #[test]
    fn turns_and_skew_are_found() {
        for degrees in [0.0, 1.3, -6.0] {
            for quarters in 0..4 {
                let page = turned(page(degrees).view(), quarters);
                let mask = sauvola(page.view(), 31, 0.3).unwrap();
                let ink = blobs::find(mask.view());
                let lie = lie(page.view(), mask.view(), &ink).unwrap();
                assert_eq!(lie.quarters, quarters, "{degrees}");
                assert!(
                    (lie.skew - degrees).abs() < 0.06,
                    "{degrees} {quarters}: {}",
                    lie.skew
                );
                assert!(lie.up_confidence > 0.9 && lie.skew_confidence > 0.5);
            }
        }
    }

    #[test]
    fn a_page_with_few_letters_says_nothing() {
        let mut blank = Picture::zeros(300, 300, 1);
        blank.data.fill(240);
        let mask = sauvola(blank.view(), 31, 0.3).unwrap();
        assert_eq!(
            lie(blank.view(), mask.view(), &blobs::find(mask.view())),
            None
        );
    }
}
