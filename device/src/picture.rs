//! A picture (PNG or JPEG) of a QR. Pictures come from strangers: their size is bounded before they are unpacked.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};

/// Widest and highest picture, in pixels.
const SIDE_MAX: u32 = 8192;
/// Most bytes that unpacking may take.
const MEMORY_MAX: u64 = 256 << 20;
/// A larger picture is made smaller first: a QR needs no more, and looking takes less long.
const LOOK_AT: u32 = 2400;

/// The text of the first QR that can be read; `None` when there is none, or it is no picture.
pub(crate) fn read_qr(bytes: &[u8]) -> Option<String> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    text_in(&picture).or_else(|| {
        let large = picture.width() > LOOK_AT || picture.height() > LOOK_AT;
        large.then(|| text_in(&picture.thumbnail(LOOK_AT, LOOK_AT))).flatten()
    })
}

fn text_in(picture: &DynamicImage) -> Option<String> {
    let grey = picture.to_luma8();
    let (width, height) =
        (usize::try_from(grey.width()).ok()?, usize::try_from(grey.height()).ok()?);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        grey.as_raw()[y * width + x]
    });
    prepared.detect_grids().iter().find_map(|grid| Some(grid.decode().ok()?.1))
}
