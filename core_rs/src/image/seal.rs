//! Red round seals: 36 mm for most offices (Circular 34/2024/TT-BCA knows 20 to 42 mm).

use super::{Picture, View, blobs, grow};

/// Find red round seals in a small RGB picture of a page (long side about 900 pixels); boxes of left, top, right, bottom.
#[must_use]
pub fn find(small: View<'_>) -> Vec<(f64, f64, f64, f64)> {
    let (w, h) = (small.width, small.height);
    let red: Vec<u8> = small
        .data
        .chunks_exact(3)
        .map(|p| u8::from(is_red(p)))
        .collect();
    let mask = Picture {
        width: w,
        height: h,
        channels: 1,
        data: red,
    };
    let Ok(grown) = grow::grow(mask.view(), 2.0) else {
        return Vec::new();
    };
    let long = w.max(h) as f64;
    let mut found: Vec<(f64, f64, f64, f64)> = Vec::new();
    let mut candidates = blobs::find(grown.view()).blobs;
    candidates.sort_by_key(|b| std::cmp::Reverse(b.width()));
    for blob in candidates {
        let (bw, bh) = (
            f64::from(blob.width()) - 4.0,
            f64::from(blob.height()) - 4.0,
        );
        // 18 to 45 mm on A4; a paper of half that size has the same seal.
        if bw.min(bh) < 0.05 * long || bw.max(bh) > 0.34 * long || bw.min(bh) < 0.78 * bw.max(bh) {
            continue;
        }
        let (cx, cy) = (
            f64::from(blob.x0 + blob.x1) / 2.0,
            f64::from(blob.y0 + blob.y1) / 2.0,
        );
        // The inner rings of a seal are not seals.
        let inside = found
            .iter()
            .any(|&(l, t, r, b)| (l..r).contains(&cx) && (t..b).contains(&cy));
        if !inside && ring_share(&mask, cx, cy, (bw + bh) / 4.0) >= 0.6 {
            found.push((cx - bw / 2.0, cy - bh / 2.0, cx + bw / 2.0, cy + bh / 2.0));
        }
    }
    found
}

/// Seal ink: red clearly above green and blue, also where it is faint.
fn is_red(p: &[u8]) -> bool {
    let (r, g, b) = (i32::from(p[0]), i32::from(p[1]), i32::from(p[2]));
    let rest = g.max(b);
    r >= 100 && r - rest >= 35 && (r - rest) * 5 >= r && (g - b).abs() <= 70
}

/// Share of 72 directions in which red lies near the rim.
fn ring_share(mask: &Picture, cx: f64, cy: f64, radius: f64) -> f64 {
    let hits = (0..72).filter(|i| {
        let (sin, cos) = (f64::from(*i) * std::f64::consts::TAU / 72.0).sin_cos();
        let steps = ((radius * 0.17) as usize).max(3) * 2;
        (0..=steps).any(|s| {
            let r = radius * (0.86 + 0.17 * s as f64 / steps as f64);
            let (x, y) = ((cx + r * cos).floor(), (cy + r * sin).floor());
            x >= 0.0
                && y >= 0.0
                && (x as usize) < mask.width
                && (y as usize) < mask.height
                && mask.row(y as usize)[x as usize] == 1
        })
    });
    hits.count() as f64 / 72.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(draw: impl Fn(f64, f64) -> bool, colour: [u8; 3]) -> Picture {
        let mut picture = Picture::zeros(620, 877, 3);
        for y in 0..877 {
            for x in 0..620 {
                let at = (y * 620 + x) * 3;
                let c = if draw(x as f64, y as f64) {
                    colour
                } else {
                    [250, 248, 240]
                };
                picture.data[at..at + 3].copy_from_slice(&c);
            }
        }
        picture
    }

    fn ring(x: f64, y: f64) -> bool {
        let r = (x - 400.0).hypot(y - 700.0);
        (48.0..53.0).contains(&r) || (r < 35.0 && (y as i32 % 12) < 4)
    }

    #[test]
    fn a_red_ring_is_a_seal() {
        for colour in [[200, 30, 40], [225, 150, 150]] {
            let found = find(page(ring, colour).view());
            assert_eq!(found.len(), 1);
            let (l, t, r, b) = found[0];
            assert!((l - 347.5).abs() < 3.0 && (t - 647.5).abs() < 3.0);
            assert!((r - 453.5).abs() < 3.0 && (b - 753.5).abs() < 3.0);
        }
    }

    #[test]
    fn black_rings_and_red_boxes_are_none() {
        assert!(find(page(ring, [30, 30, 30]).view()).is_empty());
        let frame = |x: f64, y: f64| {
            let d = (x - 300.0).abs().max((y - 400.0).abs());
            (60.0..64.0).contains(&d)
        };
        let found = find(page(frame, [200, 30, 40]).view());
        assert!(found.is_empty(), "{found:?}");
    }
}
