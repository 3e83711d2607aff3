//! Reading a QR off a picture, as a phone's camera would.

use crate::{Error, Result};

/// The text of the first QR in a PNG, or `None`.
///
/// # Errors
///
/// When it is not a PNG.
pub fn read_qr(png: &[u8]) -> Result<Option<String>> {
    let picture = image::load_from_memory_with_format(png, image::ImageFormat::Png)
        .map_err(|error| Error::Unexpected(format!("a screenshot: {error}")))?
        .to_luma8();
    let width = usize::try_from(picture.width()).unwrap_or_default();
    let height = usize::try_from(picture.height()).unwrap_or_default();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.as_raw()[y * width + x]
    });
    Ok(prepared.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text))
}
