//! Print outside of every sheet found: the rest of one that was cut where no edge of paper is.

use super::geometry::{Quad, distance};
use super::paper::Sheet;
use super::shadow::COLOUR;
use super::{Picture, View, ground};

/// Share of the scan that may be print outside of every sheet.
const LEAST: f64 = 0.0003;
/// How far a sheet's shadow reaches, in pixels of the small picture.
const SHADOW: f64 = 6.0;
/// A stroke of print is narrower than twice this many pixels of the small picture (2 mm on A4).
const THIN: usize = 3;
/// A stroke is darker than both its sides by so many gray levels (noise has two or three), and by this part of theirs.
const DARK: (u8, u8) = (12, 5);

/// Whether ink on a ground of nearly the paper's colour lies outside of all `sheets`; `faint` is that of the ground.
#[must_use]
pub fn on_faint(faint: &Picture, sheets: &[Sheet], scale: f64) -> bool {
    let mut out = 0;
    for y in 0..faint.height {
        let ink = |(_, v): &(usize, &u8)| **v >= ground::INK;
        for (x, _) in faint.row(y).iter().enumerate().filter(ink) {
            out += usize::from(!any_near(sheets, x, y, scale));
        }
    }
    out as f64 > LEAST * (faint.width * faint.height) as f64
}

/// Whether thin dark strokes on something of the paper's colour lie outside of all `sheets` on a darker ground.
///
/// A shadow with a hard edge parts a page as a bed does, but print goes on in it; there is none on a bed, and the seams
/// of boards stand on wood.
#[must_use]
pub fn on_plain(small: View<'_>, sheets: &[Sheet], scale: f64) -> bool {
    let (mut paper, mut rest) = (Beside::default(), Beside::default());
    for y in THIN..small.height.saturating_sub(THIN) {
        let [above, here, below] = [y - THIN, y, y + THIN].map(|y| small.row(y));
        for x in THIN..small.width.saturating_sub(THIN) {
            let [left, at, right] = [x - THIN, x, x + THIN].map(|x| 3 * x);
            let green = |row: &[u8], at: usize| row[at + 1];
            let across = green(here, left).min(green(here, right));
            let down = green(above, at).min(green(below, at));
            let sides = across.max(down);
            if sides.saturating_sub(green(here, at)) >= DARK.0.max(sides / DARK.1) {
                let beside = if across >= down {
                    &here[left..]
                } else {
                    &above[at..]
                };
                let on_sheet = any_near(sheets, x, y, scale);
                let to = if on_sheet { &mut paper } else { &mut rest };
                to.add(beside);
            }
        }
    }
    rest.count > LEAST * (small.width * small.height) as f64 && rest.has_colour_of(&paper)
}

/// What lies beside strokes.
#[derive(Default)]
struct Beside {
    count: f64,
    sums: [f64; 3],
}

impl Beside {
    fn add(&mut self, pixel: &[u8]) {
        self.count += 1.0;
        for (sum, &v) in self.sums.iter_mut().zip(pixel) {
            *sum += f64::from(v);
        }
    }

    /// Where `paper` has no print, anything may have its colour.
    fn has_colour_of(&self, paper: &Self) -> bool {
        let share = |of: &Self, channel: usize| of.sums[channel] / of.sums[1].max(1.0);
        paper.count < 1.0
            || [0, 2]
                .iter()
                .all(|&c| (share(self, c) - share(paper, c)).abs() < COLOUR)
    }
}

/// Whether a pixel of the small picture lies on a sheet or in its shadow; sheets have `scale` times its pixels.
fn any_near(sheets: &[Sheet], x: usize, y: usize, scale: f64) -> bool {
    let p = ((x as f64 + 0.5) * scale, (y as f64 + 0.5) * scale);
    sheets.iter().any(|s| near(&s.quad, p, SHADOW * scale))
}

/// Whether `p` lies inside a clockwise quad or within `reach` of the lines of its sides.
fn near(quad: &Quad, p: (f64, f64), reach: f64) -> bool {
    (0..4).all(|i| {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        let inward = (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
        inward > -reach * distance(a, b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 300;
    const SHEET: Sheet = Sheet {
        quad: [(0.0, 0.0), (150.0, 0.0), (150.0, 300.0), (0.0, 300.0)],
        lost: [false; 4],
    };

    /// White on the left, `rest` on the right, with lines of dark strokes on both, and what is seen of them.
    fn seen(rest: [f64; 3], ink: f64) -> bool {
        let mut picture = Picture::zeros(SIZE, SIZE, 3);
        for y in 0..SIZE {
            for (x, pixel) in picture.row_mut(y).chunks_exact_mut(3).enumerate() {
                let print = y % 12 < 5 && x % 6 < 2 && (20..280).contains(&x);
                let paper = if x < 150 { [240.0; 3] } else { rest };
                for (to, v) in pixel.iter_mut().zip(paper) {
                    *to = (if print { ink * v } else { v }) as u8;
                }
            }
        }
        on_plain(picture.view(), &[SHEET], 1.0)
    }

    #[test]
    fn print_goes_on_in_a_shadow_and_not_on_a_bed() {
        assert!(seen([120.0; 3], 0.15) && seen([60.0; 3], 0.3));
        assert!(!seen([120.0; 3], 0.95));
    }

    #[test]
    fn a_scan_narrower_than_a_stroke_has_none() {
        for (width, height) in [(1, 1), (5, 2), (2, 5)] {
            assert!(!on_plain(
                Picture::zeros(width, height, 3).view(),
                &[SHEET],
                1.0
            ));
        }
    }

    #[test]
    fn seams_of_wood_are_no_print() {
        assert!(!seen([150.0, 100.0, 66.0], 0.15));
    }
}
