//! Spots that a lamp has burnt out.

use super::geometry::{Quad, corners};
use super::scratch::Kept;
use super::{Picture, blobs, grow, paper, reduce};

/// Share of pixels that a lamp, mirrored in foil or gloss, has burnt out, and the boxes of these spots: white ones that
/// fade into darker paper.
/// What is white with a sharp edge was printed or laid so; on white paper glare cannot be told.
#[must_use]
pub fn find(small: &Picture) -> (f64, Kept<Quad>) {
    const LEAST: f64 = 0.003;
    let gray = reduce::gray(small.view());
    let paper = paper::level(&gray.data, 0.5);
    let total = gray.data.len() as f64;
    let mut mask = Picture::zeros(gray.width, gray.height, 1);
    for (to, &v) in mask.data.iter_mut().zip(&gray.data) {
        *to = u8::from(v >= 253);
    }
    if paper > 242 || mask.data.iter().map(|&v| f64::from(v)).sum::<f64>() < LEAST * total {
        return (0.0, Kept::default());
    }
    let ink = blobs::find(mask.view());
    let (mut burnt, mut quads) = (0.0, Kept::grown());
    for (index, blob) in ink.blobs.iter().enumerate() {
        if f64::from(blob.area) >= LEAST * total
            && fades(&gray, &ink, index as u32, f64::from(paper))
        {
            burnt += f64::from(blob.area);
            let [l, t, r, b] = [blob.x0, blob.y0, blob.x1, blob.y1].map(f64::from);
            quads.push(corners(l, t, r, b));
        }
    }
    (burnt / total, quads)
}

/// Whether the paper some pixels away from a white spot is still lighter than elsewhere.
fn fades(gray: &Picture, ink: &blobs::Ink, index: u32, paper: f64) -> bool {
    let mut spot = Picture::zeros(gray.width, gray.height, 1);
    for run in ink.runs.iter().filter(|r| r.blob == index) {
        spot.row_mut(run.y as usize)[run.start as usize..run.end as usize].fill(1);
    }
    let (Ok(inner), Ok(outer)) = (grow::grow(spot.view(), 8.0), grow::grow(spot.view(), 10.0))
    else {
        return false;
    };
    let rim = gray.data.iter().zip(&inner.data).zip(&outer.data);
    let seen = rim.filter(|((_, a), b)| **a == 0 && **b == 1);
    let values = Kept::collect(gray.data.len(), seen.map(|((&v, _), _)| v));
    !values.is_empty() && f64::from(paper::level(&values, 0.5)) - paper >= 0.2 * (255.0 - paper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(soft: f64) -> Picture {
        let mut picture = Picture::zeros(300, 400, 3);
        for (i, pixel) in picture.data.chunks_exact_mut(3).enumerate() {
            let r = ((i % 300) as f64 - 150.0).hypot((i / 300) as f64 - 200.0);
            let share = ((40.0 + soft - r) / soft).clamp(0.0, 1.0);
            pixel.fill((205.0 + 50.0 * share) as u8);
        }
        picture
    }

    #[test]
    fn a_spot_that_fades_is_glare_and_a_white_box_is_not() {
        let (share, quads) = find(&spot(30.0));
        assert!(share > 0.03);
        assert!(quads.len() == 1 && (quads[0][0].0 - 108.0).abs() < 4.0);
        assert_eq!(find(&spot(0.5)).0, 0.0);
        let mut white = spot(30.0);
        white.data.fill(250);
        assert_eq!(find(&white).0, 0.0);
    }
}
