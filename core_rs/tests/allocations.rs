//! What the pixels of one page after the other ask of the system: the outputs, and little else.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
#![allow(clippy::unwrap_used)]

use allocation_counter::measure as count;
use hncert_core::image::geometry::{Matrix, corners};
use hncert_core::image::{View, flatten, grain, measure, reduce, survey, threshold, warp};

const WIDTH: usize = 1240;
const HEIGHT: usize = 1754;

/// Lines of text, 1.4 degrees askew, on paper that darkens to the right.
fn page() -> Vec<u8> {
    let mut data = Vec::with_capacity(WIDTH * HEIGHT * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let across = y as f64 - x as f64 * 0.0244;
            let (line, along) = (across.rem_euclid(48.0), x % 26);
            let word = (x / 26 + (across / 48.0).floor() as usize * 7) % 6 != 0;
            let inside = (120..1120).contains(&x) && (150.0..1600.0).contains(&across);
            let ink = inside && word && line < 22.0 && (along < 5 || (along < 17 && line < 5.0));
            let level = if ink {
                60
            } else {
                240 - x / 20 + (x * 7 + y * 13) % 5
            };
            data.extend([level as u8; 3]);
        }
    }
    data
}

/// The third and the fourth call of `work` allocate the same, and at most `times` times and `bytes` bytes.
fn steady(name: &str, times: u64, bytes: u64, mut work: impl FnMut()) {
    (0..2).for_each(|_| work());
    for _ in 0..2 {
        let seen = count(&mut work);
        println!(
            "{name}: {} allocations, {} bytes",
            seen.count_total, seen.bytes_total
        );
        assert!(
            seen.count_total <= times && seen.bytes_total <= bytes,
            "{name}: {} allocations, {} bytes",
            seen.count_total,
            seen.bytes_total
        );
    }
}

#[test]
fn the_hot_loops_allocate_nothing() {
    let data = page();
    let view = View::new(WIDTH, HEIGHT, 3, &data).unwrap();
    let gray = reduce::gray(view);
    let mut out = vec![0; data.len()];
    steady("gray", 0, 0, || drop(reduce::gray(view)));
    for k in [2, 3] {
        steady("shrink", 0, 0, || drop(reduce::shrink(view, k)));
    }
    for window in [31, 401] {
        steady("sauvola", 0, 0, || {
            drop(threshold::sauvola(gray.view(), window, 0.3));
        });
        steady("packed", 0, 0, || {
            drop(threshold::sauvola_packed(gray.view(), window, 0.3));
        });
        steady("wolf", 0, 0, || {
            drop(threshold::wolf(gray.view(), window, 0.3));
        });
    }
    steady("flatten", 0, 0, || {
        let light = flatten::light(view).unwrap();
        flatten::flatten(view, &light, true, &mut out).unwrap();
    });
    for degrees in [0.0, 1.4, 9.0] {
        let to_page = Matrix::rotation(degrees);
        steady("warp", 0, 0, || {
            warp::warp(view, &to_page, WIDTH, HEIGHT, &mut out, [255; 3]).unwrap();
        });
    }
    steady("grain", 4, 256, || _ = grain::grain(view));
}

#[test]
fn the_chain_allocates_little_but_its_outputs() {
    let data = page();
    let view = View::new(WIDTH, HEIGHT, 3, &data).unwrap();
    let all = corners(0.0, 0.0, WIDTH as f64, HEIGHT as f64);
    steady("survey", 1200, 7_000_000, || drop(survey::survey(view)));
    steady("measure", 150, 1_500_000, || {
        drop(measure::measure(view, &all));
    });
}
