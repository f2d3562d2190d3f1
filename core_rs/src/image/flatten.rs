//! Evening the light for the reader: shadows and what shines through from the back. Never for the certified image.
//!
//! The gray level of the blank paper is taken on a grid of cells of 16 x 16 pixels: the lightest of a cell's sixteen
//! means over 4 x 4 pixels, then a closing (what is darker and narrower than 11 mm at 300 dpi is print, not shadow) and
//! two box means. Dividing by it evens the light. Print of the back is faint: where paler ink stands apart from dark
//! ink, its darker part sets the level that becomes white. Whether ink is dark is asked of the page's own pixels: thin
//! rules and thin print are pale in means over 4 x 4, and would be taken for print of the back.

use super::scratch::Kept;
use super::{Picture, View, paper, reduce, simd};
use crate::{Error, Result};

/// Pixels of the page to a pixel of the picture that is looked at, and of these to a cell.
const FINE: usize = 4;
const CELL: usize = 4;
/// Cells that the closing reaches to each side, and that each of the two means does.
const CLOSING: usize = 4;
const MEAN: usize = 3;
/// A cell of less than that share of the page's light paper is a dark picture, and counts as that share.
const DARKEST: f32 = 0.4;
/// Share of the paper's level below which a cell's darkest pixel is ink, and from which on its means hold nothing.
const INK: f32 = 0.6;
const BLANK: f32 = 0.92;
/// What white paper becomes; lighter specks keep a difference.
const WHITE: f32 = 245.0;
/// Faint print is pushed to white up to that share below the paper's level.
const FAINTEST: f32 = 0.62;

/// How a page is lit.
#[derive(Clone, Debug, PartialEq)]
pub struct Light {
    /// How much darker the paper is in the darkest twentieth of the page than in the lightest, 0 to 1.
    pub spread: f32,
    /// Share of the paper without dark print that holds faint print.
    pub faint: f32,
    /// Share of the paper's level at which most of the faint print lies; 1 where there is none.
    level: f32,
    /// Gray level of the paper, a cell a number.
    cells: Kept<f32>,
    columns: usize,
}

/// Look at an RGB page.
///
/// # Errors
/// [`Error::Usage`] for a picture that is not RGB.
pub fn light(view: View<'_>) -> Result<Light> {
    if view.channels != 3 {
        return Err(Error::Usage("an RGB picture is needed".into()));
    }
    let half = reduce::shrink(view, 2);
    let fine = reduce::shrink(reduce::gray(half.view()).view(), FINE / 2);
    let (columns, rows) = (fine.width.div_ceil(CELL), fine.height.div_ceil(CELL));
    let (pale, lightest) = extremes(&fine, columns, rows);
    let closed = spread(
        &spread(&lightest, columns, rows, CLOSING, f32::max),
        columns,
        rows,
        CLOSING,
        f32::min,
    );
    let mut levels = closed.clone();
    let top = quantile(&mut levels, 0.95).max(1.0);
    let held = Kept::collect(closed.len(), closed.iter().map(|v| v.max(DARKEST * top)));
    let cells = smooth(&smooth(&held, columns, rows), columns, rows);
    levels.clone_from(&cells);
    let bottom = quantile(&mut levels, 0.05);
    let ink = darkest(view, columns, rows)?;
    let (faint, level) = shining(&ink, &pale, &cells, columns);
    Ok(Light {
        spread: 1.0 - bottom / quantile(&mut levels, 0.95).max(1.0),
        faint,
        level,
        cells,
        columns,
    })
}

/// The darkest pixel of each cell at the page's own size, in gray.
fn darkest(view: View<'_>, columns: usize, rows: usize) -> Result<Kept<f32>> {
    const SIDE: usize = FINE * CELL;
    let mut out = Kept::filled(columns * rows, 255.0_f32);
    let mut least = Kept::filled(view.width, 255_u8);
    let line = view.width * view.channels;
    for (row, out) in out.chunks_exact_mut(columns).enumerate() {
        let start = (row * SIDE).min(view.height - 1); // narrow pages are not made smaller: cells may lie beyond them
        let end = if row + 1 == rows {
            view.height
        } else {
            ((row + 1) * SIDE).min(view.height)
        };
        let pixels = &view.data[start * line..end * line];
        let band = View::new(view.width, end - start, view.channels, pixels)?;
        least.fill(255);
        for from in reduce::gray(band).data.chunks_exact(view.width) {
            for (least, &v) in least.iter_mut().zip(from) {
                *least = (*least).min(v);
            }
        }
        for (x, cell) in least.chunks(SIDE).enumerate() {
            let to = &mut out[x.min(columns - 1)];
            *to = cell.iter().copied().map(f32::from).fold(*to, f32::min);
        }
    }
    Ok(out)
}

/// The lowest and the highest pixel of each cell.
fn extremes(fine: &Picture, columns: usize, rows: usize) -> (Kept<f32>, Kept<f32>) {
    let (mut low, mut high) = (
        Kept::filled(columns * rows, 255_u8),
        Kept::filled(columns * rows, 0_u8),
    );
    for y in 0..fine.height {
        let cells = y / CELL * columns..(y / CELL + 1) * columns;
        let to = low[cells.clone()].iter_mut().zip(&mut high[cells]);
        for ((low, high), from) in to.zip(fine.row(y).chunks(CELL)) {
            for &v in from {
                (*low, *high) = ((*low).min(v), (*high).max(v));
            }
        }
    }
    let float = |cells: &[u8]| Kept::collect(cells.len(), cells.iter().copied().map(f32::from));
    (float(&low), float(&high))
}

/// For each cell, `pick` over the square of cells within `reach`.
fn spread(
    cells: &[f32],
    columns: usize,
    rows: usize,
    reach: usize,
    pick: impl Fn(f32, f32) -> f32 + Copy,
) -> Kept<f32> {
    let mut along = Kept::copy(cells);
    for (to, from) in along
        .chunks_exact_mut(columns)
        .zip(cells.chunks_exact(columns))
    {
        for (x, to) in to.iter_mut().enumerate() {
            let near = &from[x.saturating_sub(reach)..(x + reach + 1).min(columns)];
            *to = near.iter().copied().fold(near[0], pick);
        }
    }
    let mut out = along.clone();
    for y in 0..rows {
        let to = &mut out[y * columns..(y + 1) * columns];
        for other in y.saturating_sub(reach)..(y + reach + 1).min(rows) {
            for (to, &v) in to.iter_mut().zip(&along[other * columns..]) {
                *to = pick(*to, v);
            }
        }
    }
    out
}

/// Mean over the square of cells within [`MEAN`], cut at the edge.
fn smooth(cells: &[f32], columns: usize, rows: usize) -> Kept<f32> {
    let mut along = Kept::copy(cells);
    for (to, from) in along
        .chunks_exact_mut(columns)
        .zip(cells.chunks_exact(columns))
    {
        for (x, to) in to.iter_mut().enumerate() {
            let near = &from[x.saturating_sub(MEAN)..(x + MEAN + 1).min(columns)];
            *to = near.iter().sum::<f32>() / near.len() as f32;
        }
    }
    let mut out = Kept::<f32>::zeros(cells.len());
    for y in 0..rows {
        let to = &mut out[y * columns..(y + 1) * columns];
        let near = y.saturating_sub(MEAN)..(y + MEAN + 1).min(rows);
        let share = 1.0 / near.len() as f32;
        for other in near {
            for (to, &v) in to.iter_mut().zip(&along[other * columns..]) {
                *to += v * share;
            }
        }
    }
    out
}

/// The value that a `share` of `values` lies at or below.
fn quantile(values: &mut [f32], share: f32) -> f32 {
    let at = ((values.len() - 1) as f32 * share) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

/// The share, of the cells with no dark `ink` in or beside them, that hold faint print; and the level of its darker part.
fn shining(ink: &[f32], palest: &[f32], cells: &[f32], columns: usize) -> (f32, f32) {
    let shares = |of: &[f32]| {
        let ratios = of.iter().zip(cells).map(|(v, c)| v / c.max(1.0));
        Kept::collect(cells.len(), ratios)
    };
    let ratio = shares(palest);
    let near = spread(&shares(ink), columns, cells.len() / columns, 1, f32::min);
    let free = near.iter().filter(|n| **n >= INK).count();
    let pale = ratio
        .iter()
        .zip(&near)
        .filter(|(r, n)| **r < BLANK && **n >= INK);
    let levels = Kept::collect(ratio.len(), pale.map(|(r, _)| (r * 255.0) as u8));
    if levels.is_empty() {
        return (0.0, 1.0);
    }
    let level = f32::from(paper::level(&levels, 0.05)) / 255.0;
    (levels.len() as f32 / free as f32, level.max(FAINTEST))
}

/// Draw the page into `out` as an even light would show it, faint print pushed to white where `faint`.
///
/// # Errors
/// [`Error::Usage`] for a picture that is not RGB or not the one that was looked at, or an `out` of another size.
pub fn flatten(view: View<'_>, light: &Light, faint: bool, out: &mut [u8]) -> Result<()> {
    let cells = |side: usize| (side / FINE).max(1).div_ceil(CELL);
    let known = light.columns == cells(view.width)
        && light.cells.len() == light.columns * cells(view.height);
    if view.channels != 3 || !known || out.len() != view.data.len() {
        return Err(Error::Usage(
            "the page that was looked at and room for it are needed".into(),
        ));
    }
    let white = WHITE / if faint { light.level } else { 1.0 };
    let gains = light.cells.iter().map(|v| (white / v.max(1.0)).min(15.9));
    let gains = Kept::collect(light.cells.len(), gains);
    simd::brighten(view, &gains, light.columns, out);
    Ok(())
}

/// Multiply by gains that are known at the middles of cells; between them straight lines, in steps of four rows.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn brighten_body(view: View<'_>, gains: &[f32], columns: usize, out: &mut [u8]) {
    const ROWS: usize = 4;
    let side = (FINE * CELL) as f32;
    let rows = gains.len() / columns;
    let mut across = Kept::<f32>::zeros(columns);
    // Gains of a row, a number a byte, in 1/4096.
    let mut factors = Kept::<u16>::zeros(view.width * 3);
    for (band, to) in out.chunks_mut(view.width * 3 * ROWS).enumerate() {
        let at = (((band * ROWS + ROWS / 2) as f32) / side - 0.5).clamp(0.0, (rows - 1) as f32);
        let (above, below) = (at as usize, (at as usize + 1).min(rows - 1));
        let pair = gains[above * columns..]
            .iter()
            .zip(&gains[below * columns..]);
        for (to, (&a, &b)) in across.iter_mut().zip(pair) {
            *to = (a + (b - a) * at.fract()) * 4096.0;
        }
        for (x, to) in factors.chunks_exact_mut(3).enumerate() {
            let at = ((x as f32 + 0.5) / side - 0.5).clamp(0.0, (columns - 1) as f32);
            let (left, right) = (at as usize, (at as usize + 1).min(columns - 1));
            to.fill((across[left] + (across[right] - across[left]) * at.fract()) as u16);
        }
        let from = view.data[band * ROWS * view.width * 3..].chunks_exact(view.width * 3);
        for (to, from) in to.chunks_exact_mut(view.width * 3).zip(from) {
            for ((to, &v), &factor) in to.iter_mut().zip(from).zip(&factors) {
                let bright = ((u32::from(v) << 4) * u32::from(factor)) >> 16;
                *to = bright.min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of print on paper whose light is `lit(x, y)` of 240, with faint print of `faint` of it between them.
    fn page(lit: impl Fn(f32, f32) -> f32, faint: f32) -> Picture {
        let mut page = Picture::zeros(600, 800, 3);
        for (i, pixel) in page.data.chunks_exact_mut(3).enumerate() {
            let (x, y) = (i % 600, i / 600);
            let print = (40..560).contains(&x) && x % 11 < 4;
            let ink = match y % 80 {
                20..28 if print => 0.2,
                52..60 if print => faint,
                _ => 1.0,
            };
            pixel.fill((240.0 * lit(x as f32, y as f32) * ink) as u8);
        }
        page
    }

    fn evened(page: &Picture, light: &Light, faint: bool) -> Picture {
        let mut out = Picture::zeros(page.width, page.height, 3);
        flatten(page.view(), light, faint, &mut out.data).unwrap();
        out
    }

    #[test]
    fn an_even_page_has_no_spread_and_nothing_faint() {
        let even = light(page(|_, _| 1.0, 1.0).view()).unwrap();
        assert!(even.spread < 0.02 && even.faint == 0.0, "{even:?}");
    }

    #[test]
    fn a_shadow_is_measured_and_taken_away() {
        let dark = page(|x, _| 1.0 - 0.4 * x / 600.0, 1.0);
        let found = light(dark.view()).unwrap();
        assert!((0.25..0.45).contains(&found.spread), "{}", found.spread);
        let even = evened(&dark, &found, false);
        for y in [4, 8, 400, 790] {
            for x in [30, 200, 400, 570] {
                let v = even.row(y)[x * 3];
                assert!(v >= 228, "{x} {y}: {v}");
            }
        }
        assert!(even.row(24)[5 * 11 * 3] < 80);
    }

    #[test]
    fn faint_print_becomes_paper_and_print_stays() {
        let both = page(|_, _| 1.0, 0.8);
        let found = light(both.view()).unwrap();
        assert!(found.faint > 0.02 && found.spread < 0.02, "{found:?}");
        let even = evened(&both, &found, true);
        assert!(
            even.row(56)[10 * 11 * 3] >= 240,
            "{}",
            even.row(56)[10 * 11 * 3]
        );
        assert!(even.row(24)[10 * 11 * 3] < 90);
        let kept = evened(&both, &found, false);
        assert!(kept.row(56)[10 * 11 * 3] < 215);
    }

    #[test]
    fn thin_rules_and_thin_print_are_not_faint() {
        let mut page = page(|_, _| 1.0, 1.0);
        for (i, pixel) in page.data.chunks_exact_mut(3).enumerate() {
            if i % 600 % 40 == 3 || i / 600 % 50 == 7 {
                pixel.fill(60);
            }
        }
        let found = light(page.view()).unwrap();
        assert!(found.faint < 0.01, "{found:?}");
    }

    #[test]
    fn the_smallest_pages_are_taken_and_gray_is_refused() {
        for (w, h) in (1..50).flat_map(|n| [(n, 1), (n, 17), (n, 30), (1, n), (17, n)]) {
            light(View::new(w, h, 3, &vec![90; w * h * 3]).unwrap()).unwrap();
        }
        for (w, h) in [(1, 1), (3, 2), (17, 33)] {
            let data = vec![90; w * h * 3];
            let view = View::new(w, h, 3, &data).unwrap();
            let found = light(view).unwrap();
            flatten(view, &found, true, &mut vec![0; data.len()]).unwrap();
            assert!(flatten(view, &found, true, &mut [0; 2]).is_err());
        }
        let data = [9; 4];
        assert!(light(View::new(2, 2, 1, &data).unwrap()).is_err());
    }
}
