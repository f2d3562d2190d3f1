//! Rules of tables and frames: long thin runs of ink along rows or columns.

use super::Picture;
use super::blobs::Ink;
use super::scratch::Kept;

/// Runs of ink longer than that, in sizes of letters, along rows and along columns, are rules where they are thin.
const LONG: (f32, f32) = (4.0, 5.0);
/// Pixels of paper that a rule along a column may have in it.
const GAP: u16 = 2;
/// A rule is at most so thick, in sizes of letters.
const THIN: f32 = 0.35;

/// A part of a rule: row or column, start, end, and whether it runs along a row.
type Part = (u32, u32, u32, bool);

/// Take the rules off a mask of letters of `size` and give their pixels, where they are nobody's, to `rule`; whether
/// there were any.
pub fn take(mask: &mut Picture, ink: &Ink, size: f32, rule: u16, owners: &mut [u16]) -> bool {
    let thin = (THIN * size).max(3.0) as usize;
    let mut found = Kept::<Part>::grown();
    let least = (LONG.0 * size) as u32;
    for run in ink.runs.iter().filter(|r| r.end - r.start >= least) {
        if is_thin(mask, (run.y, run.start, run.end, true), thin) {
            found.push((run.y, run.start, run.end, true));
        }
    }
    down(mask, (LONG.1 * size) as u16, thin, &mut found);
    if found.is_empty() {
        return false;
    }
    let off = pixels(mask, &found);
    for ((ink, &off), owner) in mask.data.iter_mut().zip(off.iter()).zip(owners) {
        if off != 0 {
            *ink = 0;
            if *owner == 0 {
                *owner = rule;
            }
        }
    }
    true
}

/// Whether most of a part is at most `thin` pixels thick.
fn is_thin(mask: &Picture, (line, start, end, along): Part, thin: usize) -> bool {
    let (width, height) = (mask.width, mask.height);
    let thickness = |at: usize, step: usize, before: usize, after: usize| {
        let ink =
            |i: usize, back: bool| mask.data[if back { at - i * step } else { at + i * step }] != 0;
        let up = (1..=before.min(thin + 1)).take_while(|&i| ink(i, true));
        let on = (1..=after.min(thin + 1)).take_while(|&i| ink(i, false));
        up.count() + on.count() + 1
    };
    let slim = |i: usize| {
        let (line, at) = (
            line as usize,
            start as usize + (2 * i + 1) * (end - start) as usize / 14,
        );
        let (x, y) = if along { (at, line) } else { (line, at) };
        let place = y * width + x;
        thin >= if along {
            thickness(place, width, y, height - y - 1)
        } else {
            thickness(place, 1, x, width - x - 1)
        }
    };
    (0..7).filter(|&i| slim(i)).count() >= 4
}

/// Rules down the columns, over the gaps that a threshold leaves in thin ones.
fn down(mask: &Picture, least: u16, thin: usize, found: &mut Kept<Part>) {
    let width = mask.width;
    // Length so far and gap at its end.
    let mut runs = Kept::<(u16, u16)>::zeros(width);
    let mut ended = |x: usize, y: usize, (count, gap): (u16, u16)| {
        let part = (
            x as u32,
            (y - usize::from(count)) as u32,
            (y - usize::from(gap)) as u32,
            false,
        );
        if is_thin(mask, part, thin) {
            found.push(part);
        }
    };
    for y in 0..mask.height {
        for (x, (run, &ink)) in runs.iter_mut().zip(mask.row(y)).enumerate() {
            if ink != 0 {
                *run = (run.0.saturating_add(1), 0);
            } else if run.0 != 0 {
                if run.1 == GAP {
                    if run.0 >= least {
                        ended(x, y, *run);
                    }
                    *run = (0, 0);
                } else {
                    *run = (run.0.saturating_add(1), run.1 + 1);
                }
            }
        }
    }
    for (x, &run) in runs.iter().enumerate().filter(|(_, run)| run.0 >= least) {
        ended(x, mask.height, run);
    }
}

/// The pixels of rules with their ragged edges; letters that touch them stay.
fn pixels(mask: &Picture, found: &[Part]) -> Kept<u8> {
    let (width, height) = (mask.width, mask.height);
    let mut off = Kept::<u8>::zeros(width * height);
    for &(line, start, end, along) in found {
        let (step, of, size) = if along {
            (width, 1, height)
        } else {
            (1, width, width)
        };
        let line = line as usize;
        for i in start as usize..end as usize {
            let at = line * step + i * of;
            off[at] = 1;
            if line >= 2 && mask.data[at - step] != 0 && mask.data[at - 2 * step] == 0 {
                off[at - step] = 1;
            }
            if line + 2 < size && mask.data[at + step] != 0 && mask.data[at + 2 * step] == 0 {
                off[at + step] = 1;
            }
        }
    }
    off
}

#[cfg(test)]
mod tests {
    use super::super::blobs;
    use super::*;

    #[test]
    fn rules_go_and_the_letter_that_touches_one_stays() {
        let mut mask = Picture::zeros(200, 120, 1);
        for y in 0..120 {
            for x in 0..200 {
                let (across, along) = ((20..22).contains(&x), (60..62).contains(&y));
                let letter = (100..104).contains(&x) && (48..60).contains(&y);
                mask.data[y * 200 + x] = u8::from(across || along || letter);
            }
        }
        mask.data[80 * 200 + 20] = 0;
        mask.data[80 * 200 + 21] = 0;
        let ink = blobs::find(mask.view());
        let mut owners = vec![0; mask.data.len()];
        assert!(take(&mut mask, &ink, 12.0, 9, &mut owners));
        assert_eq!(blobs::find(mask.view()).blobs.len(), 1);
        assert_eq!(
            (
                owners[30 * 200 + 20],
                owners[60 * 200 + 150],
                owners[50 * 200 + 101]
            ),
            (9, 9, 0)
        );
        let rest = blobs::find(mask.view());
        assert!(!take(&mut mask, &rest, 12.0, 9, &mut owners));
    }
}
