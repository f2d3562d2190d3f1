//! The grid that JPEG's blocks leave, and pixels that were written several times.

use super::grain::TILE;

const BLOCK: usize = 8;
/// Steps beyond that are edges of ink, not of blocks.
const INK: i16 = 64;
/// Where three steps together are less, paper lies flat and no block's border can show: hard JPEG leaves much of it.
const FLAT: i16 = 4;
/// Factors of enlarging that are looked for.
const MOST: usize = 6;

/// Steps between neighbours along one axis, by their place in the grid.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    excess: [i64; BLOCK],
    count: [i64; BLOCK],
    edges: [[u32; MOST]; MOST + 1],
}

impl Grid {
    /// Take in a tile whose first column is `start` of the picture.
    pub fn add(&mut self, tile: &[i16; TILE * TILE], start: usize) {
        for row in tile.chunks_exact(TILE) {
            let mut steps = [0_i16; TILE];
            for x in 1..TILE {
                steps[x] = (row[x] - row[x - 1]).abs();
            }
            for x in 2..TILE - 1 {
                let (before, here, after) = (steps[x - 1], steps[x], steps[x + 1]);
                if before < INK && here < INK && after < INK && before + here + after >= FLAT {
                    let phase = (start + x) % BLOCK;
                    self.excess[phase] += i64::from(2 * here - before - after);
                    self.count[phase] += 1;
                } else if here >= INK {
                    for k in 2..=MOST {
                        self.edges[k][(start + x) % k] += 1;
                    }
                }
            }
        }
    }

    /// Gray levels that steps at the most raised place of eight are above those beside it, less what they are at the next,
    /// where anything changes at all.
    ///
    /// JPEG raises one place in eight; enlarging two or four times raises four or two of them alike.
    #[must_use]
    pub fn blocking(&self) -> f64 {
        if self.count.iter().any(|&n| n < 100) {
            return 0.0;
        }
        let mean = |i: usize| self.excess[i] as f64 / (2 * self.count[i]) as f64;
        let mut means: [f64; BLOCK] = std::array::from_fn(mean);
        means.sort_unstable_by(f64::total_cmp);
        means[BLOCK - 1] - means[BLOCK - 2]
    }

    /// The largest factor on whose grid nine of ten edges lie; 1 where there is none, or too few edges to tell.
    #[must_use]
    pub fn repeats(&self) -> usize {
        (2..=MOST)
            .rev()
            .find(|&k| {
                let all: u32 = self.edges[k].iter().sum();
                let most = self.edges[k].iter().max().copied().unwrap_or(0);
                all >= 200 && 10 * most >= 9 * all
            })
            .unwrap_or(1)
    }
}
