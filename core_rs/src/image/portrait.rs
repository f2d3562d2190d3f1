//! Photographs on the paper: upright boxes of 2 x 3 to 4 x 6 cm, filled with soft shades.

use super::geometry::{Quad, corners};
use super::inks::Inks;
use super::scratch::Kept;
use super::{Picture, blobs};

/// Densities from which a cell counts as covered: on white paper, on a tinted card, on a dark one.
const COVERED: [u8; 3] = [5, 14, 26];
/// Sides in millimetres of what can be a photograph.
const WIDTH_MM: (f64, f64) = (14.0, 46.0);
const HEIGHT_MM: (f64, f64) = (18.0, 68.0);

/// Photographs in pixels of [`Inks`], with how sure it is.
#[must_use]
pub fn find(inks: &Inks) -> Kept<(Quad, f64)> {
    let amounts = inks
        .black
        .data
        .iter()
        .zip(&inks.red.data)
        .zip(&inks.blue.data)
        .map(|((&k, &r), &b)| k.saturating_add(r.max(b)));
    let density = Picture {
        width: inks.black.width,
        height: inks.black.height,
        channels: 1,
        data: Kept::collect(inks.black.data.len(), amounts),
    };
    let cell = (inks.per_mm.round() as usize).max(1);
    let mut found = Kept::<(Quad, f64)>::grown();
    for grid in covered(&density, cell) {
        for blob in &blobs::find(grid.view()).blobs {
            let mm = |cells: u32| f64::from(cells) * cell as f64 / inks.per_mm;
            let (w, h) = (mm(blob.width()), mm(blob.height()));
            let aspect = h / w;
            if !(WIDTH_MM.0..WIDTH_MM.1).contains(&w)
                || !(HEIGHT_MM.0..HEIGHT_MM.1).contains(&h)
                || !(1.2..1.75).contains(&aspect)
            {
                continue;
            }
            let filled = f64::from(blob.area) / f64::from(blob.width() * blob.height());
            let edges = [blob.x0, blob.y0, blob.x1, blob.y1].map(|c| c as usize * cell);
            let (spread, rough) = texture(&density, edges);
            if filled < 0.5 || spread < 10.0 || rough > 0.16 {
                continue;
            }
            let [l, t, r, b] = edges.map(|c| c as f64);
            let quad = corners(l, t, r, b);
            let again = found
                .iter()
                .any(|(q, _)| (q[0].0.max(l) < q[2].0.min(r)) && (q[0].1.max(t) < q[2].1.min(b)));
            if !again {
                found.push((quad, (0.3 + 0.7 * filled).min(1.0)));
            }
        }
    }
    found
}

/// For each level of [`COVERED`] the cells of `cell` pixels of which four fifths are at least so dense.
fn covered(density: &Picture, cell: usize) -> [Picture; 3] {
    let (w, h) = (density.width / cell, density.height / cell);
    let mut grids = COVERED.map(|_| Picture::zeros(w.max(1), h.max(1), 1));
    let mut counts = Kept::<[u16; 3]>::zeros(w);
    for gy in 0..h {
        counts.fill([0; 3]);
        // every second row is enough
        for y in (gy * cell..(gy + 1) * cell).step_by(2) {
            for (count, part) in counts.iter_mut().zip(density.row(y).chunks_exact(cell)) {
                for &v in part {
                    for (n, level) in count.iter_mut().zip(COVERED) {
                        *n += u16::from(v >= level);
                    }
                }
            }
        }
        let all = cell * cell.div_ceil(2);
        for (grid, level) in grids.iter_mut().zip(0..3) {
            for (to, count) in grid.row_mut(gy).iter_mut().zip(&counts) {
                *to = u8::from(usize::from(count[level]) * 5 >= all * 4);
            }
        }
    }
    grids
}

/// Standard deviation of the densities in a box, and the share of places with a sharp step beside them.
fn texture(density: &Picture, [l, t, r, b]: [usize; 4]) -> (f64, f64) {
    let (mut n, mut sum, mut squares, mut steps) = (0.0, 0.0, 0.0, 0.0);
    for y in t..b.min(density.height) {
        let row = &density.row(y)[l..r.min(density.width)];
        for pair in row.windows(3) {
            let v = f64::from(pair[0]);
            n += 1.0;
            sum += v;
            squares += v * v;
            steps += f64::from(u8::from(pair[0].abs_diff(pair[2]) > 40));
        }
    }
    if n < 1.0 {
        return (0.0, 1.0);
    }
    let mean = sum / n;
    ((squares / n - mean * mean).max(0.0).sqrt(), steps / n)
}
