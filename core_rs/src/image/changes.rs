//! What a second encoding changed on strokes and on the paper between them, block by block.

use super::View;
use crate::{Error, Result};

/// Side of a block: a minimum coded unit of JPEG with halved colour.
pub const BLOCK: usize = 16;
/// Pixels of a dot of 2 x 2 with its edge, all around: fewer in a block are no stroke.
const DOT: u32 = 16;

/// Root mean squares in gray levels, one a block, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// Blocks across.
    pub across: usize,
    /// Blocks down; the last ones of a row or column may be narrower.
    pub down: usize,
    /// On ink and its edges; 0 where a block has none.
    pub strokes: Vec<f32>,
    /// Of blocks without any ink; 0 for the others.
    pub paper: Vec<f32>,
}

/// Compare two gray pictures; `near` is 1 on ink and its edges.
///
/// The change of a pixel is taken as the mean of its 3 x 3 neighbourhood (edge pixels repeated): what a single pixel of
/// noise loses averages out, a stroke or a dot of a diacritic that fades does not.
///
/// # Errors
/// [`Error::Usage`] where the three are no gray pictures of one size.
pub fn changes(before: View<'_>, after: View<'_>, near: View<'_>) -> Result<Changes> {
    let (width, height) = (before.width, before.height);
    let same = |v: View<'_>| (v.width, v.height, v.channels) == (width, height, 1);
    if !(same(before) && same(after) && same(near)) {
        return Err(Error::Usage(
            "three gray pictures of one size are needed".into(),
        ));
    }
    let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let mut out = Changes {
        across,
        down,
        strokes: vec![0.0; across * down],
        paper: vec![0.0; across * down],
    };
    let mut apart = vec![0_i16; width + 2];
    let mut sums = [(); 3].map(|()| vec![0_i16; width]);
    let mut across_sum = |y: usize, into: &mut [i16]| {
        for ((to, &a), &b) in apart[1..].iter_mut().zip(after.row(y)).zip(before.row(y)) {
            *to = i16::from(a) - i16::from(b);
        }
        (apart[0], apart[width + 1]) = (apart[1], apart[width]);
        for (to, part) in into.iter_mut().zip(apart.windows(3)) {
            *to = part[0] + part[1] + part[2];
        }
    };
    across_sum(0, &mut sums[1]);
    across_sum(0, &mut sums[0]);
    let mut blocks = vec![Tally::default(); across];
    for y in 0..height {
        across_sum((y + 1).min(height - 1), &mut sums[2]);
        let [above, here, below] = &sums;
        let rows = above
            .chunks(BLOCK)
            .zip(here.chunks(BLOCK))
            .zip(below.chunks(BLOCK))
            .zip(near.row(y).chunks(BLOCK));
        for (block, (((a, h), b), n)) in blocks.iter_mut().zip(rows) {
            block.add(a, h, b, n);
        }
        sums.rotate_left(1);
        if y % BLOCK == BLOCK - 1 || y == height - 1 {
            let at = y / BLOCK * across;
            for (i, block) in blocks.iter_mut().enumerate() {
                (out.strokes[at + i], out.paper[at + i]) = std::mem::take(block).means();
            }
        }
    }
    Ok(out)
}

/// Squares of nine times the change; 256 of at most 2,295² stay below 2^31.
#[derive(Clone, Copy, Default)]
struct Tally {
    strokes: u32,
    stroke_pixels: u32,
    all: u32,
    pixels: u32,
}

impl Tally {
    fn add(&mut self, above: &[i16], here: &[i16], below: &[i16], near: &[u8]) {
        let rows = above.iter().zip(here).zip(below).zip(near);
        for (((&a, &h), &b), &n) in rows {
            let change = i32::from(a + h + b);
            let square = (change * change).unsigned_abs();
            let inked = u32::from(n.min(1));
            self.strokes += square * inked;
            self.stroke_pixels += inked;
            self.all += square;
        }
        self.pixels += here.len() as u32;
    }

    fn means(self) -> (f32, f32) {
        let root = |sum: u32, pixels: u32| (sum as f32 / pixels as f32).sqrt() / 9.0;
        match self.stroke_pixels {
            0 => (0.0, root(self.all, self.pixels)),
            1..DOT => (0.0, 0.0),
            inked => (root(self.strokes, inked), 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(data: &[u8], width: usize) -> View<'_> {
        View::new(width, data.len() / width, 1, data).expect("a picture")
    }

    #[test]
    fn an_even_change_is_itself_in_every_block() {
        let (before, after) = (vec![100; 40 * 40], vec![103; 40 * 40]);
        // ink in the left blocks, a speck of it in the middle ones, none in the narrow right ones
        let near: Vec<u8> = (0..40 * 40)
            .map(|i| u8::from(i % 40 < 10 || i == 20))
            .collect();
        let seen = changes(view(&before, 40), view(&after, 40), view(&near, 40)).expect("sizes");
        assert_eq!((seen.across, seen.down), (3, 3));
        for (block, (&ink, &paper)) in seen.strokes.iter().zip(&seen.paper).enumerate() {
            let want = match block {
                1 => (0.0, 0.0),
                _ if block % 3 == 0 => (3.0, 0.0),
                _ => (0.0, 3.0),
            };
            assert!((ink - want.0).abs() < 1e-5 && (paper - want.1).abs() < 1e-5);
        }
    }

    #[test]
    fn a_lost_pixel_counts_a_ninth_of_a_lost_dot() {
        let before = vec![200; 256];
        let dot = |side: usize| {
            let mut after = before.clone();
            (0..side * side).for_each(|i| after[(6 + i / side) * 16 + 6 + i % side] = 110);
            let near = vec![1; 256];
            changes(view(&before, 16), view(&after, 16), view(&near, 16))
                .expect("sizes")
                .strokes[0]
        };
        // one pixel: nine means of 10; a dot: means of 10 to 90 as the dot enters the window
        assert!((dot(1) - (9.0 * 100.0_f32 / 256.0).sqrt()).abs() < 1e-4);
        let squares: f32 = [1, 2, 3, 2, 1]
            .iter()
            .flat_map(|a| [1, 2, 3, 2, 1].map(|b| (10 * a * b) as f32))
            .map(|v| v * v)
            .sum();
        assert!((dot(3) - (squares / 256.0).sqrt()).abs() < 1e-4);
    }

    #[test]
    fn other_sizes_are_refused() {
        let (a, b) = (vec![0; 12], vec![0; 12]);
        assert!(changes(view(&a, 4), view(&b, 3), view(&a, 4)).is_err());
    }
}
