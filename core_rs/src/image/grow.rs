//! Growing ink, so that marks keep their distance.

use super::scratch::Kept;
use super::{Picture, View};
use crate::{Error, Result};

/// Dilate a mask by a disc: a pixel is set where a set pixel's centre lies at most `radius` pixels away.
///
/// # Errors
/// [`Error::Usage`] where the mask has more than one byte a pixel or `radius` is not within 0..=200.
pub fn grow(mask: View<'_>, radius: f32) -> Result<Picture> {
    if mask.channels != 1 || !(0.0..=200.0).contains(&radius) {
        return Err(Error::Usage(
            "a mask and a radius of 0 to 200 are needed".into(),
        ));
    }
    let (width, height) = (mask.width, mask.height);
    let r = radius as usize;
    let mut out = Picture::zeros(width, height, 1);
    let mut line = Kept::<u8>::zeros(width);
    for y in 0..height {
        let row = mask.row(y);
        if row.iter().all(|&v| v == 0) {
            continue;
        }
        let mut last = usize::MAX;
        for dy in 0..=r {
            // Half the chord of the disc at this height.
            let chord = (radius * radius - (dy * dy) as f32).max(0.0).sqrt() as usize;
            if chord != last {
                widen(row, chord, &mut line);
                last = chord;
            }
            for target in [
                y.checked_sub(dy),
                (y + dy < height && dy > 0).then_some(y + dy),
            ]
            .into_iter()
            .flatten()
            {
                for (to, &v) in out.row_mut(target).iter_mut().zip(&line) {
                    *to |= v;
                }
            }
        }
    }
    Ok(out)
}

/// Set `line` where `row` has a set pixel within `reach`.
fn widen(row: &[u8], reach: usize, line: &mut [u8]) {
    line.fill(0);
    let mut x = 0;
    while let Some(start) = row[x..].iter().position(|&v| v != 0).map(|n| n + x) {
        let end = row[start..]
            .iter()
            .position(|&v| v == 0)
            .map_or(row.len(), |n| n + start);
        line[start.saturating_sub(reach)..(end + reach).min(row.len())].fill(1);
        x = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_becomes_a_disc() {
        for radius in [0.0, 1.0, 1.5, 3.5, 6.0] {
            let mut mask = Picture::zeros(17, 15, 1);
            mask.row_mut(7)[8] = 1;
            mask.row_mut(0)[16] = 1;
            let grown = grow(mask.view(), radius).unwrap();
            for y in 0..15_i32 {
                for x in 0..17_i32 {
                    let near = [(8, 7), (16, 0)].iter().any(|&(cx, cy)| {
                        let d2 = ((x - cx) * (x - cx) + (y - cy) * (y - cy)) as f32;
                        d2 <= radius * radius
                    });
                    assert_eq!(
                        grown.row(y as usize)[x as usize],
                        u8::from(near),
                        "{x} {y} r{radius}"
                    );
                }
            }
        }
    }
}
