//! Shadows on paper: a lid's edge, a hand, the fold of a book.

use super::geometry::{Point, Quad, corners};
use super::scratch::Kept;
use super::{Picture, blobs, paper, reduce};

/// Side of a cell in pixels of the small picture (about 4 mm on A4).
const CELL: usize = 12;
/// Paper that is darkened by less is evenly lit, for the eye and for the reader.
const LEAST: f64 = 0.15;
/// What keeps less light than this is no paper in shadow but bed, ink, or black border.
const MOST: f64 = 0.85;
/// A shadow covers at least this share of the page.
const SMALLEST: f64 = 0.01;
/// A shadow leaves colour alone: the channels' shares differ by less than this from the paper's.
pub const COLOUR: f64 = 0.09;

/// What lies in shadow; shares of the page, places in pixels of the small picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shadow {
    /// Share of the page that is darkened by 15 % and more.
    pub share: f64,
    /// Darkening that a quarter of the shadow exceeds: 0 none, 1 black.
    pub depth: f64,
    /// Boxes of the parts, largest first.
    pub quads: Kept<Quad>,
}

#[derive(Clone, Copy)]
struct Cell {
    level: f64,
    colour: [f64; 2],
    inside: bool,
}

/// Find the shadows on a small RGB picture of a page, within `outline`.
///
/// The paper's own light in a cell is what its lighter pixels have. A shadow is darker, has the paper's colour, and
/// comes from the page's edge, for whatever throws it lies beside or across the page.
#[must_use]
pub fn find(small: &Picture, outline: &Quad) -> Shadow {
    let (across, down) = (small.width / CELL, small.height / CELL);
    if across < 6 || down < 6 {
        return Shadow::default();
    }
    let gray = reduce::gray(small.view());
    let grid = (0..across * down).map(|i| cell(small, &gray, i % across, i / across, outline));
    let cells = Kept::collect(across * down, grid);
    let inside = cells.iter().filter(|c| c.inside);
    let mut levels = Kept::collect(cells.len(), inside.clone().map(|c| c.level));
    levels.sort_unstable_by(f64::total_cmp);
    let Some(&light) = levels.get(levels.len() * 4 / 5) else {
        return Shadow::default();
    };
    let colour = [0, 1].map(|i| {
        let lit = inside.clone().filter(|c| c.level >= 0.9 * light);
        let mut shares = Kept::collect(levels.len(), lit.map(|c| c.colour[i]));
        shares.sort_unstable_by(f64::total_cmp);
        shares.get(shares.len() / 2).copied().unwrap_or(1.0)
    });
    let darkened = |c: &Cell| 1.0 - c.level / light.max(1.0);
    let in_shadow = cells.iter().map(|c| {
        let same = (0..2).all(|i| (c.colour[i] - colour[i]).abs() < COLOUR);
        u8::from(c.inside && same && (LEAST..=MOST).contains(&darkened(c)))
    });
    let mask = Picture {
        width: across,
        height: down,
        channels: 1,
        data: Kept::collect(cells.len(), in_shadow),
    };
    let parts = blobs::find(mask.view());
    let total = levels.len() as f64;
    let mut kept = Kept::<(u32, Quad)>::grown();
    let mut depths = Kept::roomy(cells.len());
    for (index, part) in parts.blobs.iter().enumerate() {
        let runs = || parts.runs.iter().filter(|r| r.blob as usize == index);
        let at_edge: usize = runs()
            .flat_map(|r| (r.start..r.end).map(move |x| (x as usize, r.y as usize)))
            .filter(|&(x, y)| borders(&cells, across, down, x, y))
            .count();
        if f64::from(part.area) < SMALLEST * total || at_edge < 4 {
            continue;
        }
        depths.extend(runs().flat_map(|r| {
            let row = r.y as usize * across;
            cells[row + r.start as usize..row + r.end as usize]
                .iter()
                .map(darkened)
        }));
        let side = CELL as f64;
        kept.push((
            part.area,
            corners(
                f64::from(part.x0) * side,
                f64::from(part.y0) * side,
                f64::from(part.x1) * side,
                f64::from(part.y1) * side,
            ),
        ));
    }
    kept.sort_by_key(|(area, _)| std::cmp::Reverse(*area));
    depths.sort_unstable_by(f64::total_cmp);
    Shadow {
        share: depths.len() as f64 / total,
        depth: depths.get(depths.len() * 3 / 4).copied().unwrap_or(0.0),
        quads: Kept::collect(kept.len(), kept.iter().map(|(_, quad)| *quad)),
    }
}

fn cell(small: &Picture, gray: &Picture, cx: usize, cy: usize, outline: &Quad) -> Cell {
    let columns = cx * CELL..(cx + 1) * CELL;
    let mut values = [0_u8; CELL * CELL];
    for (to, y) in values.chunks_exact_mut(CELL).zip(cy * CELL..) {
        to.copy_from_slice(&gray.row(y)[columns.clone()]);
    }
    let level = paper::level(&values, 0.75);
    let mut sums = [1.0_f64; 3];
    for y in cy * CELL..(cy + 1) * CELL {
        for (&v, rgb) in gray.row(y)[columns.clone()]
            .iter()
            .zip(small.row(y)[columns.start * 3..].chunks_exact(3))
        {
            if v >= level {
                sums.iter_mut()
                    .zip(rgb)
                    .for_each(|(to, &c)| *to += f64::from(c));
            }
        }
    }
    let middle = |i: usize| (i as f64 + 0.5) * CELL as f64;
    Cell {
        level: f64::from(level),
        colour: [sums[0] / sums[1], sums[2] / sums[1]],
        inside: holds(outline, (middle(cx), middle(cy))),
    }
}

/// Whether a clockwise outline holds the cell around `at`.
fn holds(outline: &Quad, at: Point) -> bool {
    (0..4).all(|i| {
        let (a, b) = (outline[i], outline[(i + 1) % 4]);
        let length = (b.0 - a.0).hypot(b.1 - a.1).max(1e-9);
        ((b.0 - a.0) * (at.1 - a.1) - (b.1 - a.1) * (at.0 - a.0)) / length >= 0.49 * CELL as f64
    })
}

/// Whether a cell lies at the edge of the picture or of the outline, or one away from it.
fn borders(cells: &[Cell], across: usize, down: usize, x: usize, y: usize) -> bool {
    x == 0
        || y == 0
        || x + 1 == across
        || y + 1 == down
        || !(cells[y * across + x - 1].inside
            && cells[y * across + x + 1].inside
            && cells[(y - 1) * across + x].inside
            && cells[(y + 1) * across + x].inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(light: impl Fn(usize, usize) -> f64) -> Picture {
        let mut picture = Picture::zeros(600, 840, 3);
        for y in 0..840 {
            for x in 0..600 {
                let ink = y % 30 < 8 && x % 9 < 4 && (60..540).contains(&x);
                let paper = if ink {
                    [40.0, 40.0, 44.0]
                } else {
                    [244.0, 240.0, 230.0]
                };
                for (to, v) in picture.row_mut(y)[3 * x..3 * x + 3].iter_mut().zip(paper) {
                    *to = (v * light(x, y)) as u8;
                }
            }
        }
        picture
    }

    const WHOLE: Quad = [(0.0, 0.0), (600.0, 0.0), (600.0, 840.0), (0.0, 840.0)];

    #[test]
    fn a_lid_s_edge_has_the_share_and_depth_it_was_drawn_with() {
        let found = find(&page(|x, _| if x < 120 { 0.5 } else { 1.0 }), &WHOLE);
        assert!((found.share - 0.2).abs() < 0.02, "{found:?}");
        assert!((found.depth - 0.5).abs() < 0.02, "{found:?}");
        assert_eq!(found.quads[0], corners(0.0, 0.0, 120.0, 840.0));
    }

    #[test]
    fn slow_light_and_dark_pictures_inside_the_page_are_no_shadow() {
        let none = Shadow::default();
        assert_eq!(find(&page(|_, _| 1.0), &WHOLE), none);
        assert_eq!(find(&page(|x, _| 0.88 + x as f64 / 6000.0), &WHOLE), none);
        let inside = |x: usize, y: usize| (200..400).contains(&x) && (300..500).contains(&y);
        assert_eq!(
            find(&page(|x, y| if inside(x, y) { 0.4 } else { 1.0 }), &WHOLE),
            none
        );
    }

    #[test]
    fn a_coloured_band_at_the_edge_is_no_shadow() {
        let mut picture = page(|_, _| 1.0);
        for row in picture.data.chunks_exact_mut(1800).take(100) {
            row.chunks_exact_mut(3)
                .for_each(|p| p.copy_from_slice(&[190, 60, 60]));
        }
        assert_eq!(find(&picture, &WHOLE), Shadow::default());
    }
}
