//! What the pixels of one page after the other ask of the system: nothing.
//!
//! What comes out, findings and masks too, lies in the thread's own room (`image::scratch`), so nothing has to be
//! subtracted; only pages are drawn into the caller's room.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
#![allow(clippy::unwrap_used)]

use allocation_counter::measure as count;
use hncert_core::image::geometry::Matrix;
use hncert_core::image::{View, flatten, grain, marks, measure, reduce, survey, threshold, warp};

/// A colour over a pixel: paper, print, seal, pen.
type Rgb = [u8; 3];

/// A page 1.4 degrees askew: on a dark bed and in a shadow (`bed`), or all over the scan.
fn scan(width: usize, height: usize, dpi: f64, bed: bool) -> Vec<u8> {
    let from_scan = Matrix::rotation(-1.4);
    let mut data = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let mm = |v: usize| (v as f64 + 0.5) / dpi * 25.4;
            let (across, down) = from_scan.apply((mm(x), mm(y)));
            let light = if bed && x < width / 8 { 0.6 } else { 1.0 };
            let grain = ((x * 7 + y * 13) % 5) as f64;
            let colour =
                if bed && !((8.0..196.0).contains(&across) && (10.0..280.0).contains(&down)) {
                    [38, 36, 40]
                } else {
                    drawn(across, down)
                };
            data.extend(colour.map(|v| ((f64::from(v) - grain) * light) as u8));
        }
    }
    data
}

/// The colour at a place in millimetres: lines of text that run off the right side, one of them crossed out, a round seal, a
/// framed stamp, a photograph and a signature.
fn drawn(x: f64, y: f64) -> Rgb {
    let from = |cx: f64, cy: f64| (x - cx).hypot(y - cy);
    let within = |l: f64, t: f64, r: f64, b: f64| (l..r).contains(&x) && (t..b).contains(&y);
    let framed = |l: f64, t: f64, r: f64, b: f64| {
        within(l, t, r, b) && !within(l + 0.8, t + 0.8, r - 0.8, b - 0.8)
    };
    let turn = (y - 230.0).atan2(x - 90.0) * 14.0;
    let wave = 238.0 + 7.0 * (x * 0.9).sin() * (x * 0.11).sin();
    if within(130.0, 225.0, 168.0, 250.0) && (y - wave).abs() < 0.5 {
        return [28, 52, 150];
    }
    if (16.6..17.6).contains(&from(90.0, 230.0))
        || ((11.0..14.5).contains(&from(90.0, 230.0)) && turn.sin() > 0.4)
    {
        return [196, 28, 42];
    }
    if framed(130.0, 30.0, 175.0, 44.0) || (within(136.0, 35.0, 170.0, 39.0) && x % 3.0 < 1.2) {
        return [200, 30, 40];
    }
    if within(30.0, 30.0, 60.0, 70.0) {
        let soft = 90.0 + 50.0 * (x * 0.4).sin() * (y * 0.3).cos();
        return [soft as u8, (soft * 0.9) as u8, (soft * 0.8) as u8];
    }
    let (line, along) = (y.rem_euclid(8.0), (x + 1000.0).rem_euclid(4.4));
    let word = ((x + 1000.0) / 4.4) as usize % 6 != (y / 8.0) as usize % 6;
    let text = x > 25.0 && (80.0..205.0).contains(&y) && word;
    let letter = line < 3.6 && (along < 0.8 || (along < 2.8 && line > 2.8));
    if (text && letter) || (within(60.0, 145.4, 95.0, 146.0)) {
        return [40, 40, 44];
    }
    [244, 240, 230]
}

/// Papers, whether one was cut out, marks, and text that is cut.
type Found = (usize, bool, usize, usize);

/// Find the papers, draw each once, even its light, split ink from paper, measure and look for marks.
fn chain(view: View<'_>, dpi: f64, page: &mut [u8], even: &mut [u8]) -> Found {
    let window = (dpi / 5.0) as usize;
    let (mut marked, mut cut) = (0, 0);
    let papers = survey::survey(view).unwrap();
    for paper in &papers {
        let (width, height) = paper.size;
        let bytes = width * height * 3;
        let (page, even) = (&mut page[..bytes], &mut even[..bytes]);
        warp::warp(view, &paper.matrix, width, height, page, paper.fill).unwrap();
        let page = View::new(width, height, 3, page).unwrap();
        let measures = measure::measure(page, &paper.outline).unwrap();
        let found = marks::find(page, dpi).unwrap();
        let light = flatten::light(page).unwrap();
        flatten::flatten(page, &light, true, even).unwrap();
        let gray = reduce::gray(View::new(width, height, 3, even).unwrap());
        let ink = threshold::sauvola(gray.view(), window, 0.3).unwrap();
        assert!(ink.data.contains(&1));
        marked += found.seals.len() + found.signatures.len() + found.portraits.len();
        marked += found.stamps.len() + found.strikes.len() + measures.shadows.len();
        cut += measures.cuts.iter().flatten().count();
    }
    assert!(grain::grain(view).noise_sigma > 0.0);
    (papers.len(), papers[0].cropped, marked, cut)
}

/// The second and the third call of `work` ask for nothing.
fn nothing<T: PartialEq + std::fmt::Debug>(name: &str, mut work: impl FnMut() -> T) -> T {
    let first = work();
    for call in 2..4 {
        let seen = count(|| assert_eq!(work(), first));
        let asked = (seen.count_total, seen.bytes_total);
        println!(
            "{name}, call {call}: {} allocations, {} bytes",
            asked.0, asked.1
        );
        assert_eq!(asked, (0, 0), "{name}, call {call}");
    }
    first
}

#[test]
fn the_whole_chain_allocates_nothing() {
    for (width, height, dpi) in [(1240, 1754, 150.0), (2480, 3508, 300.0)] {
        for bed in [true, false] {
            // A thread of its own, for what another page left there would help.
            let seen = std::thread::spawn(move || {
                let data = scan(width, height, dpi, bed);
                let view = View::new(width, height, 3, &data).unwrap();
                let [mut page, mut even] = [(); 2].map(|()| vec![0; 2 * data.len()]);
                let name = format!("{width} x {height}, {}", if bed { "bed" } else { "full" });
                nothing(&name, || chain(view, dpi, &mut page, &mut even))
            });
            let (papers, cropped, marked, cut) = seen.join().unwrap();
            println!("{papers} paper, cut out: {cropped}, {marked} marks, text cut at {cut} sides");
            assert_eq!((papers, cropped), (1, bed));
            assert!(marked >= 4 && (bed || cut >= 1));
        }
    }
}

#[test]
fn the_other_forms_of_the_kernels_allocate_nothing() {
    let (width, height) = (1240, 1754);
    let data = scan(width, height, 150.0, false);
    let view = View::new(width, height, 3, &data).unwrap();
    let gray = reduce::gray(view);
    let mut out = vec![0; data.len()];
    for k in [2, 3] {
        nothing("shrink", || drop(reduce::shrink(view, k)));
    }
    for window in [31, 401] {
        nothing("packed", || {
            drop(threshold::sauvola_packed(gray.view(), window, 0.3));
        });
        nothing("wolf", || drop(threshold::wolf(gray.view(), window, 0.3)));
    }
    for degrees in [0.0, 1.4, 9.0] {
        let to_page = Matrix::rotation(degrees);
        nothing("warp", || {
            warp::warp(view, &to_page, width, height, &mut out, [255; 3]).unwrap();
        });
    }
}
