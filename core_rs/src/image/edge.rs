//! Text that runs off the page.

use super::blobs::{Blob, Ink};
use super::geometry::{Quad, bounds, corners, distance};
use super::scratch::Kept;

/// Ink that ends within so many work pixels of the outline touches it.
const TOUCH: f64 = 1.6;

/// Boxes of the text that is cut at the left, the top, the right and the bottom side of `outline`.
///
/// A side counts where pieces of the size of letters touch it *and* belong to text: along the top and bottom at least
/// four near each other, along the left and right one that has letters of its line beside it. Ink that touches all
/// along a side from corner to corner is a border of the paper or a shadow of the scanner, not text.
#[must_use]
pub fn cuts(ink: &Ink, is_letter: &[bool], text: f64, outline: &Quad) -> [Option<Quad>; 4] {
    let mut found = [None; 4];
    if text <= 0.0 {
        return found;
    }
    let written = ink.blobs.iter().zip(is_letter).filter(|(_, l)| **l);
    let letters = Kept::collect(ink.blobs.len(), written.map(|(b, _)| *b));
    for (side, (a, b)) in [(3, 0), (0, 1), (1, 2), (2, 3)].into_iter().enumerate() {
        let (a, b) = (outline[a], outline[b]);
        let length = distance(a, b).max(1.0);
        let along = ((b.0 - a.0) / length, (b.1 - a.1) / length);
        // Distance to the inner side of the line from a to b, which runs clockwise.
        let depth = |x: f64, y: f64| along.0 * (y - a.1) - along.1 * (x - a.0);
        let place = |x: f64, y: f64| along.0 * (x - a.0) + along.1 * (y - a.1);
        let mut touching = Kept::<u32>::grown();
        for run in &ink.runs {
            let near = [f64::from(run.start), f64::from(run.end)]
                .into_iter()
                .any(|x| {
                    [f64::from(run.y), f64::from(run.y + 1)]
                        .into_iter()
                        .any(|y| depth(x, y) <= TOUCH)
                });
            if near && touching.last() != Some(&run.blob) {
                touching.push(run.blob);
            }
        }
        touching.sort_unstable();
        touching.dedup();
        let along_side = |b: &Blob| {
            let middle = |from: u32, to: u32| f64::midpoint(f64::from(from), f64::from(to));
            place(middle(b.x0, b.x1), middle(b.y0, b.y1))
        };
        let is_text = |b: &Blob| {
            let (w, h) = (f64::from(b.width()), f64::from(b.height()));
            // What reaches less deep into the page is a sliver of the bed or of a frame, and in a corner there is
            // no text.
            let deep = if side % 2 == 1 { h } else { w };
            let at = along_side(b);
            let in_corner = at < 3.0 * text || at > length - 3.0 * text;
            w.max(h) <= 4.0 * text
                && w.max(h) >= 0.4 * text
                && deep >= 0.3 * text
                && b.area >= 6
                && !in_corner
        };
        let blobs = touching.iter().map(|&i| ink.blobs[i as usize]);
        let pieces = Kept::collect(touching.len(), blobs.filter(is_text));
        let mut places = Kept::collect(pieces.len(), pieces.iter().map(along_side));
        places.sort_unstable_by(f64::total_cmp);
        if runs_through(&places, length, text) {
            continue;
        }
        let is_cut = |p: &&Blob| {
            if side % 2 == 1 {
                neighbours(p, &pieces, text, 12.0) >= 4
            } else {
                f64::from(p.height()) >= 0.5 * text && neighbours(p, &letters, text, 20.0) >= 4
            }
        };
        let mut cut = pieces.iter().filter(is_cut).peekable();
        if cut.peek().is_some() {
            let (l, t, r, b) = bounds(cut.flat_map(|b| {
                [
                    (f64::from(b.x0), f64::from(b.y0)),
                    (f64::from(b.x1), f64::from(b.y1)),
                ]
            }));
            found[side] = Some(corners(l, t, r, b));
        }
    }
    found
}

/// How many blobs share the line of `piece` (itself among them, if listed), within `reach` letter heights to each side
/// and without a gap of more than four.
fn neighbours(piece: &Blob, others: &[Blob], text: f64, reach: f64) -> usize {
    let middle = f64::midpoint(piece.y0.into(), piece.y1.into());
    let beside = others.iter().filter(|b| {
        let own = f64::midpoint(b.y0.into(), b.y1.into());
        let near = f64::from(b.x0) - f64::from(piece.x1) <= reach * text
            && f64::from(piece.x0) - f64::from(b.x1) <= reach * text;
        near && (own - middle).abs() <= 0.9 * text
    });
    let ends = beside.map(|b| (f64::from(b.x0), f64::from(b.x1)));
    let mut line = Kept::collect(others.len(), ends);
    line.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Only the unbroken stretch around the piece.
    let mut count = 0;
    let mut end = f64::MIN;
    let mut holds = false;
    for &(x0, x1) in &line {
        if x0 > end + 4.0 * text {
            if holds {
                return count;
            }
            count = 0;
        }
        count += 1;
        holds |=
            x0 <= f64::from(piece.x0) && x1 >= f64::from(piece.x0) || x0 >= f64::from(piece.x0);
        end = end.max(x1);
    }
    if holds { count } else { 0 }
}

/// Whether touching ink goes from corner to corner: it comes near both, and letter heights around its pieces cover most
/// of the side. A column of text does not, for it keeps away from the corners.
fn runs_through(places: &[f64], length: f64, text: f64) -> bool {
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else {
        return false;
    };
    let covered: f64 = places
        .windows(2)
        .map(|p| (p[1] - p[0]).min(3.0 * text))
        .sum();
    first <= 5.0 * text && last >= length - 5.0 * text && covered >= 0.75 * length
}
