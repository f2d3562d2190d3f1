//! The hot loops, each in two forms with the same results: for any machine, and for one with AVX2.
//!
//! Each body is a plain function of another file, marked `#[inline(always)]`; here it is compiled a second time with
//! wider registers, and the machine is asked once which form it can run. Bodies hold no instruction of their own and no
//! fused multiply-add, so both forms give the same bits; a test compares them.
//!
//! This is the only file with `unsafe`.
#![allow(unsafe_code)]

use super::geometry::Matrix;
use super::threshold::{self, Job};
use super::{Picture, View, flatten, reduce, rotate, warp};

/// Whether the wide form may run.
fn wide() -> bool {
    #[cfg(test)]
    if tests::PORTABLE.get() {
        return false;
    }
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// A function for each body that takes the widest form this machine can run.
macro_rules! kernels {
    ($($(#[$about:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*) => {$(
        $(#[$about])*
        pub(super) fn $name($($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                unsafe fn with_avx2($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
                if wide() {
                    // SAFETY: the only demand of `with_avx2` is a machine that has AVX2, which `wide` has just asked of
                    // the machine itself. Its body is safe code: borrowed slices with their lengths, no raw pointer.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            $body($($argument),*)
        }
    )*};
}

kernels! {
    /// Ink of a picture by a local threshold.
    fn threshold(view: View<'_>, job: &Job, out: &mut [u8]) = threshold::body;
    /// The largest spread of any window.
    fn widest(view: View<'_>, job: &Job) -> f32 = threshold::widest_body;
    /// Gray of RGB pixels.
    fn gray(rgb: &[u8], out: &mut [u8]) = reduce::gray_body;
    /// Means of blocks.
    fn shrink(view: View<'_>, factor: usize, out: &mut Picture) = reduce::shrink_body;
    /// A page with the gains of its cells.
    fn brighten(view: View<'_>, gains: &[f32], columns: usize, out: &mut [u8]) = flatten::brighten_body;
    /// A small rotation in two passes.
    fn rotate(view: View<'_>, from_page: &Matrix, width: usize, out: &mut [u8], fill: [u8; 3]) = rotate::body;
    /// Any homography, sixteen taps a pixel.
    fn resample(view: View<'_>, from_page: &Matrix, width: usize, out: &mut [u8], fill: [u8; 3]) = warp::resample;
}

/// Running sums of `columns` and `squares`, from zero on; all four have one length. They may wrap.
pub(super) fn running(columns: &[u16], squares: &[u32], sums: &mut [u32], square_sums: &mut [u32]) {
    let n = columns.len();
    let (squares, sums, square_sums) = (&squares[..n], &mut sums[..n], &mut square_sums[..n]);
    let (mut done, mut sum, mut square_sum) = (0, 0_u32, 0_u32);
    #[cfg(target_arch = "x86_64")]
    if wide() {
        // SAFETY: the machine has AVX2, as `wide` has just asked it.
        (done, sum, square_sum) = unsafe { running_avx2(columns, squares, sums, square_sums) };
    }
    for i in done..n {
        sum = sum.wrapping_add(u32::from(columns[i]));
        square_sum = square_sum.wrapping_add(squares[i]);
        (sums[i], square_sums[i]) = (sum, square_sum);
    }
}

/// The same for whole eights of columns: how many were done, and both sums after them. A compiler adds one number after
/// the other here; in a register, three shifted additions do it for eight (Hillis and Steele 1986).
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn running_avx2(
    columns: &[u16],
    squares: &[u32],
    sums: &mut [u32],
    square_sums: &mut [u32],
) -> (usize, u32, u32) {
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepu16_epi32, _mm256_cvtsi256_si32,
        _mm256_loadu_si256, _mm256_permute2x128_si256, _mm256_permutevar8x32_epi32,
        _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shuffle_epi32, _mm256_slli_si256,
        _mm256_storeu_si256,
    };
    let n = columns
        .len()
        .min(squares.len())
        .min(sums.len())
        .min(square_sums.len())
        / 8
        * 8;
    // SAFETY: AVX2 is there, as the caller promises. `i` is a multiple of 8 below `n`, which is at most the length of
    // each slice, so eight numbers from `i` on lie inside it; loads and stores ask for no alignment.
    unsafe {
        let scan = |v: __m256i| {
            let v = _mm256_add_epi32(v, _mm256_slli_si256::<4>(v));
            let v = _mm256_add_epi32(v, _mm256_slli_si256::<8>(v));
            // Both halves are done; the upper one lacks the last number of the lower one.
            let last = _mm256_shuffle_epi32::<0xff>(v);
            _mm256_add_epi32(v, _mm256_permute2x128_si256::<0x08>(last, last))
        };
        let eighth = _mm256_set1_epi32(7);
        let (mut sum, mut square_sum) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for i in (0..n).step_by(8) {
            let v = scan(_mm256_cvtepu16_epi32(_mm_loadu_si128(
                columns.as_ptr().add(i).cast(),
            )));
            let w = scan(_mm256_loadu_si256(squares.as_ptr().add(i).cast()));
            _mm256_storeu_si256(sums.as_mut_ptr().add(i).cast(), _mm256_add_epi32(v, sum));
            _mm256_storeu_si256(
                square_sums.as_mut_ptr().add(i).cast(),
                _mm256_add_epi32(w, square_sum),
            );
            sum = _mm256_add_epi32(sum, _mm256_permutevar8x32_epi32(v, eighth));
            square_sum = _mm256_add_epi32(square_sum, _mm256_permutevar8x32_epi32(w, eighth));
        }
        (
            n,
            _mm256_cvtsi256_si32(sum) as u32,
            _mm256_cvtsi256_si32(square_sum) as u32,
        )
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(super) static PORTABLE: Cell<bool> = const { Cell::new(false) };
    }

    /// The result of `call` with the form for any machine.
    pub(crate) fn portable<T>(call: impl FnOnce() -> T) -> T {
        PORTABLE.set(true);
        let result = call();
        PORTABLE.set(false);
        result
    }

    #[test]
    fn both_forms_of_the_other_loops_give_the_same_bits() {
        let (width, height) = (331, 257);
        let data: Vec<u8> = (0..width * height * 3)
            .map(|i| ((i * 2_654_435_761_usize) >> 13) as u8)
            .collect();
        let view = View::new(width, height, 3, &data).unwrap();
        let draw = |degrees: f64| {
            let to_page = Matrix::rotation(degrees).then(&Matrix::shift(3.3, -2.1));
            let mut out = vec![0; data.len()];
            warp::warp(view, &to_page, width, height, &mut out, [1, 2, 3]).unwrap();
            out
        };
        let all = || {
            let light = flatten::light(view).unwrap();
            let mut even = vec![0; data.len()];
            flatten::flatten(view, &light, true, &mut even).unwrap();
            let shrunk = [2, 3, 5].map(|factor| reduce::shrink(view, factor));
            (
                draw(0.7),
                draw(-2.9),
                draw(20.0),
                reduce::gray(view),
                shrunk,
                even,
            )
        };
        assert!(all() == portable(all));
    }

    #[test]
    fn running_sums_wrap_and_take_any_length() {
        for n in [0, 1, 7, 8, 9, 40] {
            let columns: Vec<u16> = (0..n).map(|i| 65_535 - i).collect();
            let squares: Vec<u32> = (0..u32::from(n)).map(|i| u32::MAX - i * i).collect();
            let run = || {
                let (mut sums, mut square_sums) = (vec![0; n.into()], vec![0; n.into()]);
                running(&columns, &squares, &mut sums, &mut square_sums);
                (sums, square_sums)
            };
            assert_eq!(run(), portable(run));
        }
    }
}
