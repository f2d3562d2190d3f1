//! Mutated input for everything that parses: an answer or an error, never a panic, and no more room than was given.
//!
//! Seeds are pinned, so that what is found comes back; `HNCERT_SOAK=1` tries a hundred times as many.

use hncert_core::cms::{self, Parts};
use hncert_core::{code, image::png};

/// A small generator (`SplitMix64`), so that a seed means the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or(0)
    }
}

fn rounds(usual: u64) -> u64 {
    if std::env::var_os("HNCERT_SOAK").is_some() {
        usual * 100
    } else {
        usual
    }
}

/// `good` with one to four wounds: bits, extreme numbers, parts dropped or doubled, an early end.
fn wounded(good: &[u8], seed: u64) -> Vec<u8> {
    const EXTREME: [u32; 8] = [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF];
    let mut chance = Chance(seed);
    let mut data = good.to_vec();
    for _ in 0..=chance.below(4) {
        if data.is_empty() {
            break;
        }
        let at = chance.below(data.len());
        let end = (at + [1, 2, 4, 30, 300][chance.below(5)]).min(data.len());
        match chance.below(6) {
            0 | 1 => data[at] ^= 1 << chance.below(8),
            2 => {
                let bytes = EXTREME[chance.below(8)].to_be_bytes();
                for (to, from) in data[at..end].iter_mut().zip(&bytes) {
                    *to = *from;
                }
            }
            3 => drop(data.drain(at..end)),
            4 => {
                let part = data[at..end].to_vec();
                let to = chance.below(data.len());
                data.splice(to..to, part);
            }
            _ => data.truncate(at),
        }
    }
    data
}

fn pictures() -> Vec<Vec<u8>> {
    use ::png::{BitDepth, ColorType, Encoder};
    let mut made = Vec::new();
    for (colour, depth, row) in [
        (ColorType::Rgb, BitDepth::Eight, 21),
        (ColorType::Rgba, BitDepth::Sixteen, 56),
        (ColorType::Grayscale, BitDepth::One, 1),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, 14),
        (ColorType::Indexed, BitDepth::Two, 2),
    ] {
        let mut data = Vec::new();
        let mut encoder = Encoder::new(&mut data, 7, 9);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == ColorType::Indexed {
            encoder.set_palette((0..12).collect::<Vec<u8>>());
            encoder.set_trns(vec![0, 128]);
        }
        let pixels: Vec<u8> = (0..=250).cycle().step_by(37).take(row * 9).collect();
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&pixels).expect("pixels");
        drop(writer);
        made.push(data);
    }
    made
}

#[test]
fn pictures_are_decoded_into_their_room_or_refused() {
    for (which, good) in (0..).zip(&pictures()) {
        let mut room = vec![0; 7 * 9 * 3];
        png::decode(good, 7, 9, &mut room).expect("a good picture");
        let (mut decoded, mut refused) = (0, 0);
        for seed in 0..rounds(20_000) {
            match png::decode(&wounded(good, seed * 8 + which), 7, 9, &mut room) {
                Ok(()) => decoded += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(decoded > 100 && refused > 100, "{decoded} {refused}");
    }
}

/// The signatures of the copies that were released, taken out of their files.
fn signatures() -> Vec<Vec<u8>> {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/0.1.0");
    let mark = b"/Contents <";
    let mut found = Vec::new();
    for kind in ["ecdsa", "rsa-pss", "rsa-v15"] {
        let copy = std::fs::read(format!("{golden}/{kind}/copy.pdf")).expect("a released copy");
        for at in (0..copy.len() - mark.len()).filter(|&at| copy[at..].starts_with(mark)) {
            let hex = copy[at + mark.len()..]
                .chunk_by(|a, b| a.is_ascii_hexdigit() == b.is_ascii_hexdigit());
            let hex = std::str::from_utf8(hex.into_iter().next().unwrap_or(&[])).unwrap_or("");
            let der: Vec<u8> = (0..hex.len() / 2)
                .filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
                .collect();
            if let [0x30, 0x82, high, low, ..] = der[..] {
                let length = 4 + usize::from(u16::from_be_bytes([high, low]));
                found.push(der[..length].to_vec());
            }
        }
    }
    assert!(found.len() >= 6, "two signatures in each copy");
    found
}

#[test]
fn signatures_are_parsed_or_refused() {
    for (which, good) in (0..).zip(&signatures()) {
        let certificate = Parts::parse(good)
            .expect("a good signature")
            .certificate
            .to_vec();
        for seed in 0..rounds(1_500) {
            let seed = seed * 64 + which;
            let data = wounded(good, seed);
            if let Ok(parts) = Parts::parse(&data) {
                let _ = parts.verify(Some(&[7; 32]));
                let _ = parts.finish();
            }
            let _ = Parts::strict(&data);
            let wound = wounded(&certificate, seed);
            let _ = cms::spki_of(&wound);
            let _ = cms::verify_issued(&wound, &certificate, false);
            let _ = cms::verify_issued(&certificate, &wound, false);
            let _ = cms::verify_issued(&wound, &certificate, true);
            let _ = cms::SigningKey::from_pkcs8(&wound);
            let _ = cms::unfixed(&wound);
            let _ = cms::fixed(&wound, 32);
        }
    }
}

#[test]
fn codes_are_understood_or_refused() {
    let good = code::from_random(&[9; 32]).expect("a code");
    for seed in 0..rounds(50_000) {
        let data = wounded(good.as_bytes(), seed);
        if let Ok(found) = code::normalise(&String::from_utf8_lossy(&data)) {
            assert_eq!(code::normalise(&code::shown(&found)), Ok(found));
        }
    }
}
