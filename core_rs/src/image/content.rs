//! Whether a page carries anything: letters in lines, pictures; not specks, not a frame alone.

use super::blobs::{Blob, Ink};
use super::scratch::Kept;

/// So many letters in lines are enough to call a page written; nobody needs to count on.
pub const ENOUGH: usize = 60;

/// Letters that stand in a line with at least two others, up to [`ENOUGH`].
#[must_use]
pub fn letters_in_lines(ink: &Ink, is_letter: &[bool]) -> usize {
    let high = ink
        .blobs
        .iter()
        .zip(is_letter)
        .filter(|(b, l)| **l && b.height() >= 4);
    let mut letters = Kept::collect(ink.blobs.len(), high.map(|(b, _)| *b));
    letters.sort_unstable_by_key(|b| b.y0 + b.y1);
    let mut count = 0;
    for (i, letter) in letters.iter().enumerate() {
        let near = |other: &&Blob| alike(letter, other);
        let reach = 2 * letter.height();
        let within = |other: &&Blob| (other.y0 + other.y1).abs_diff(letter.y0 + letter.y1) <= reach;
        let before = letters[..i]
            .iter()
            .rev()
            .take_while(within)
            .filter(near)
            .take(2)
            .count();
        let after = letters[i + 1..]
            .iter()
            .take_while(within)
            .filter(near)
            .take(2)
            .count();
        count += usize::from(before + after >= 2);
        if count >= ENOUGH {
            break;
        }
    }
    count
}

/// Whether two blobs could be neighbours in a line: as high within a factor of 2, overlapping rows, less than two
/// heights apart.
fn alike(a: &Blob, b: &Blob) -> bool {
    let (low, high) = (a.height().min(b.height()), a.height().max(b.height()));
    let overlap = i64::from(a.y1.min(b.y1)) - i64::from(a.y0.max(b.y0));
    let gap = i64::from(a.x0.max(b.x0)) - i64::from(a.x1.min(b.x1));
    high <= 2 * low && 2 * overlap >= i64::from(low) && gap <= i64::from(2 * high) && gap >= 0
}

/// Share of a page of `total` pixels that is ink but neither specks nor rules and frames.
#[must_use]
pub fn share(ink: &Ink, total: usize) -> f64 {
    let solid = |b: &&Blob| {
        let (long, short) = (b.width().max(b.height()), b.width().min(b.height()));
        // A frame is a wide box that its ink hardly fills; a rule is thin and long.
        let filled = f64::from(b.area) / (f64::from(b.width()) * f64::from(b.height()));
        long >= 4 && b.area >= 8 && !(long >= 150 && (short <= 8 || filled < 0.05))
    };
    let area: u64 = ink
        .blobs
        .iter()
        .filter(solid)
        .map(|b| u64::from(b.area))
        .sum();
    area as f64 / total as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Picture, blobs, lines};

    fn measured(mask: &Picture) -> (usize, f64) {
        let ink = blobs::find(mask.view());
        let (is_letter, _) = lines::letters(&ink, mask.width, mask.height);
        (
            letters_in_lines(&ink, &is_letter),
            share(&ink, mask.width * mask.height),
        )
    }

    fn fill(mask: &mut Picture, (x, y, w, h): (usize, usize, usize, usize)) {
        for row in y..y + h {
            mask.row_mut(row)[x..x + w].fill(1);
        }
    }

    #[test]
    fn a_line_of_letters_is_counted_and_scattered_specks_are_not() {
        let mut mask = Picture::zeros(900, 1200, 1);
        for i in 0..20 {
            fill(&mut mask, (100 + 14 * i, 300, 8, 12));
        }
        assert_eq!(measured(&mask).0, 20);
        let mut specks = Picture::zeros(900, 1200, 1);
        for i in 0..60 {
            fill(&mut specks, (i * 257 % 880, i * 463 % 1180, 4 + i % 3, 4));
        }
        assert!(measured(&specks).0 < 4);
    }

    #[test]
    fn a_frame_alone_is_no_content() {
        let mut mask = Picture::zeros(900, 1200, 1);
        for (x, y, w, h) in [
            (50, 50, 800, 4),
            (50, 1146, 800, 4),
            (50, 50, 4, 1100),
            (846, 50, 4, 1100),
        ] {
            fill(&mut mask, (x, y, w, h));
        }
        assert_eq!(measured(&mask), (0, 0.0));
        fill(&mut mask, (200, 200, 300, 300));
        assert!(measured(&mask).1 > 0.08);
    }
}
