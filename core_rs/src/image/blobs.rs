//! Connected ink.

use super::View;
use super::scratch::Kept;

/// A stretch of ink in one row: columns `start..end`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// Row.
    pub y: u32,
    /// First column.
    pub start: u32,
    /// Column after the last.
    pub end: u32,
    /// Index of its blob.
    pub blob: u32,
}

/// Ink that hangs together, diagonal neighbours included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blob {
    /// Left edge.
    pub x0: u32,
    /// Upper edge.
    pub y0: u32,
    /// After the right edge.
    pub x1: u32,
    /// After the lower edge.
    pub y1: u32,
    /// Ink pixels.
    pub area: u32,
}

impl Blob {
    /// Width of its box.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.x1 - self.x0
    }

    /// Height of its box.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.y1 - self.y0
    }
}

/// All ink of a mask, in runs and in blobs.
#[derive(Clone, Debug, Default)]
pub struct Ink {
    /// In reading order.
    pub runs: Kept<Run>,
    /// In the order of their first pixel.
    pub blobs: Kept<Blob>,
}

/// Find the connected ink of `mask`.
#[must_use]
pub fn find(mask: View<'_>) -> Ink {
    let mut runs = Kept::<Run>::grown();
    let mut parents = Kept::<u32>::grown();
    let (mut above, mut current) = (0..0, 0..0);
    for y in 0..mask.height {
        let first = runs.len();
        let row = mask.row(y);
        let mut x = 0;
        while let Some(start) = next(row, x, true) {
            let end = next(row, start, false).unwrap_or(row.len());
            let label = parents.len() as u32;
            parents.push(label);
            runs.push(Run {
                y: y as u32,
                start: start as u32,
                end: end as u32,
                blob: label,
            });
            x = end;
        }
        current.start = first;
        current.end = runs.len();
        join(&runs, &above, &current, &mut parents);
        above = current.clone();
    }
    let mut names = Kept::filled(parents.len(), u32::MAX);
    let mut blobs = Kept::<Blob>::grown();
    for run in &mut runs {
        let root = root(&mut parents, run.blob) as usize;
        if names[root] == u32::MAX {
            names[root] = blobs.len() as u32;
            blobs.push(Blob {
                x0: run.start,
                y0: run.y,
                x1: run.end,
                y1: run.y + 1,
                area: 0,
            });
        }
        run.blob = names[root];
        let blob = &mut blobs[run.blob as usize];
        blob.x0 = blob.x0.min(run.start);
        blob.x1 = blob.x1.max(run.end);
        blob.y1 = run.y + 1;
        blob.area += run.end - run.start;
    }
    Ink { runs, blobs }
}

/// The next column from `x` on that is ink, or is not; empty stretches are skipped 16 pixels at a time.
fn next(row: &[u8], mut x: usize, ink: bool) -> Option<usize> {
    if ink {
        while row.len() - x >= 16 && row[x..x + 16] == [0; 16] {
            x += 16;
        }
    }
    row[x..]
        .iter()
        .position(|&v| (v != 0) == ink)
        .map(|n| n + x)
}

fn join(
    runs: &[Run],
    above: &std::ops::Range<usize>,
    current: &std::ops::Range<usize>,
    parents: &mut [u32],
) {
    let mut i = above.start;
    for j in current.clone() {
        let run = runs[j];
        while i < above.end && runs[i].end < run.start {
            i += 1;
        }
        let mut k = i;
        while k < above.end && runs[k].start <= run.end {
            let (a, b) = (root(parents, runs[k].blob), root(parents, run.blob));
            let (low, high) = (a.min(b), a.max(b));
            parents[high as usize] = low;
            k += 1;
        }
    }
}

fn root(parents: &mut [u32], mut label: u32) -> u32 {
    while parents[label as usize] != label {
        let up = parents[parents[label as usize] as usize];
        parents[label as usize] = up;
        label = up;
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagonal_neighbours_belong_together() {
        #[rustfmt::skip]
        let mask = [
            1, 0, 0, 0, 1,
            0, 1, 0, 0, 1,
            1, 0, 0, 0, 0,
            0, 0, 0, 1, 1,
        ];
        let ink = find(View::new(5, 4, 1, &mask).unwrap());
        assert_eq!(
            *ink.blobs,
            [
                Blob {
                    x0: 0,
                    y0: 0,
                    x1: 2,
                    y1: 3,
                    area: 3
                },
                Blob {
                    x0: 4,
                    y0: 0,
                    x1: 5,
                    y1: 2,
                    area: 2
                },
                Blob {
                    x0: 3,
                    y0: 3,
                    x1: 5,
                    y1: 4,
                    area: 2
                },
            ]
        );
    }

    #[test]
    fn arms_that_meet_late_are_one() {
        let mask = [1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1];
        let ink = find(View::new(5, 3, 1, &mask).unwrap());
        assert_eq!(
            *ink.blobs,
            [Blob {
                x0: 0,
                y0: 0,
                x1: 5,
                y1: 3,
                area: 11
            }]
        );
    }
}
