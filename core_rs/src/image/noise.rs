//! Noise of the paper: how far its pixels scatter about a plane laid through them.

use super::grain::TILE;
use super::scratch::Kept;

/// Side of the blocks through which planes are laid.
const SIDE: usize = 8;
/// A plane through 64 pixels takes three degrees of freedom.
const FREE: f64 = (SIDE * SIDE - 3) as f64;
/// Pairs of neighbours in a block.
const PAIRS: f64 = (2 * SIDE * (SIDE - 1)) as f64;
/// Of the blocks, ordered by scatter, the one at this share is taken: ink and pattern lie above it.
const SHARE: f64 = 0.25;
/// What the lower quartile of a deviation estimated from 61 free pixels is of the true one.
const LOWER_QUARTILE: f64 = 0.94;

/// What was seen of one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    scatter: f32,
    mean: f32,
    /// Deviation of neighbours' differences over that of independent ones; none where white has cut off pixels.
    rough: Option<f32>,
}

/// Scatter and level of blocks.
#[derive(Clone, Debug)]
pub struct Noise {
    blocks: Kept<Block>,
}

impl Noise {
    /// Nothing seen yet, of at most so many tiles.
    #[must_use]
    pub fn new(tiles: usize) -> Self {
        Self {
            blocks: Kept::roomy(tiles * (TILE / SIDE).pow(2)),
        }
    }

    /// Take in the blocks of a tile.
    pub fn add(&mut self, tile: &[i16; TILE * TILE]) {
        for top in (0..TILE).step_by(SIDE) {
            for left in (0..TILE).step_by(SIDE) {
                let row = |y: usize| &tile[(top + y) * TILE + left..(top + y) * TILE + left + SIDE];
                let (mut sum, mut squares, mut along, mut down, mut clipped) =
                    (0_i32, 0_i32, 0_i32, 0_i32, false);
                for y in 0..SIDE {
                    for (x, &v) in row(y).iter().enumerate() {
                        let v = i32::from(v);
                        clipped |= v == 255;
                        sum += v;
                        squares += v * v;
                        along += (2 * x as i32 - 7) * v;
                        down += (2 * y as i32 - 7) * v;
                    }
                }
                let mean = f64::from(sum) / (SIDE * SIDE) as f64;
                // The sums of squares of the two slopes' regressors (-7, -5 … 7) are 8 * 168.
                let slopes = (f64::from(along).powi(2) + f64::from(down).powi(2)) / 1344.0;
                let left_over = f64::from(squares) - f64::from(sum) * mean - slopes;
                let scatter = if clipped {
                    lower_half((0..SIDE).flat_map(row))
                } else {
                    (left_over.max(0.0) / FREE).sqrt()
                };
                let rough = (!clipped && left_over > 0.0).then(|| {
                    let variance = left_over / FREE;
                    (f64::from(steps(tile, top, left)) / PAIRS / (2.0 * variance)).sqrt() as f32
                });
                self.blocks.push(Block {
                    scatter: scatter as f32,
                    mean: mean as f32,
                    rough,
                });
            }
        }
    }

    /// Deviation in gray levels over the lighter blocks, 0 where there are none; and how rough it is: 1 where each pixel
    /// has noise of its own, less where neighbours share theirs; 1 where nothing can be said.
    #[must_use]
    pub fn sigma(mut self) -> (f64, f64) {
        if self.blocks.is_empty() {
            return (0.0, 1.0);
        }
        self.blocks
            .sort_unstable_by(|a, b| a.mean.total_cmp(&b.mean));
        let paper = self.blocks[self.blocks.len() * 3 / 4].mean;
        // What lies far below the paper is ink, a bed, or a picture.
        let ink = self.blocks.partition_point(|b| b.mean < 0.75 * paper);
        let blocks = &mut self.blocks[ink..];
        blocks.sort_unstable_by(|a, b| a.scatter.total_cmp(&b.scatter));
        let at = (blocks.len() as f64 * SHARE) as usize;
        let sigma = blocks
            .get(at)
            .map_or(0.0, |b| f64::from(b.scatter) / LOWER_QUARTILE);
        let near = &blocks[at / 2..(2 * at).min(blocks.len())];
        let mut rough = Kept::collect(near.len(), near.iter().filter_map(|b| b.rough));
        rough.sort_unstable_by(f32::total_cmp);
        (
            sigma,
            rough.get(rough.len() / 2).map_or(1.0, |&v| f64::from(v)),
        )
    }
}

/// Sum of the squares of differences between neighbours in a block, along and down.
fn steps(tile: &[i16; TILE * TILE], top: usize, left: usize) -> i32 {
    let mut sum = 0;
    for y in top..top + SIDE {
        for x in left..left + SIDE {
            let here = i32::from(tile[y * TILE + x]);
            if x + 1 < left + SIDE {
                sum += (i32::from(tile[y * TILE + x + 1]) - here).pow(2);
            }
            if y + 1 < top + SIDE {
                sum += (i32::from(tile[(y + 1) * TILE + x]) - here).pow(2);
            }
        }
    }
    sum
}

/// Deviation from the pixels at or below the median, for white has cut off the others; 0 where white is the median.
fn lower_half<'a>(pixels: impl Iterator<Item = &'a i16>) -> f64 {
    let mut values = [0; SIDE * SIDE];
    for (to, &v) in values.iter_mut().zip(pixels) {
        *to = v;
    }
    values.sort_unstable();
    let middle = values[values.len() / 2];
    let lower = &values[..values.len() / 2];
    let squares: i32 = lower.iter().map(|&v| i32::from(middle - v).pow(2)).sum();
    (f64::from(squares) / lower.len() as f64).sqrt()
}
