//! A folder of files in memory: names, bytes, and how long a copy of each may be kept.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use axum::body::Bytes;
use countersign_core::id::{MessageId, sha256};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// What a file consists of.
#[derive(Debug, Clone)]
pub enum Body {
    /// Text, compressed (gzip) so that a night's pages fit in memory and go out as they are.
    Text(Bytes),
    /// The bytes of a message, which lie in the log already.
    Message(MessageId),
    /// The receipt of a message against the log's newest checkpoint.
    Receipt(MessageId),
}

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    /// What it consists of.
    pub body: Body,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether what stands under its name never changes.
    pub immutable: bool,
    /// Changes with its content (RFC 9110, section 8.8.3), quotes included. Receipts have none.
    pub tag: Option<String>,
}

impl File {
    /// A text file.
    #[must_use]
    pub fn text(text: &str, media_type: &'static str, immutable: bool) -> Self {
        let tag = format!("\"{}\"", &HEXLOWER.encode(&sha256(text.as_bytes()))[..16]);
        Self { body: Body::Text(compress(text).into()), media_type, immutable, tag: Some(tag) }
    }

    /// The text of a file, none of what lies in the log.
    ///
    /// # Errors
    /// When the bytes are not what [`File::text`] made.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        match &self.body {
            Body::Text(compressed) => expand(compressed),
            Body::Message(_) | Body::Receipt(_) => Ok(Vec::new()),
        }
    }

    /// The bytes of a message.
    #[must_use]
    pub fn message(id: MessageId) -> Self {
        Self {
            body: Body::Message(id),
            media_type: "application/cose",
            // Withholding is rare, and a copy elsewhere is not called back.
            immutable: false,
            tag: Some(format!("\"{id}\"")),
        }
    }

    /// A message's receipt.
    #[must_use]
    pub fn receipt(id: MessageId) -> Self {
        let media_type = "text/plain; charset=utf-8";
        Self { body: Body::Receipt(id), media_type, immutable: false, tag: None }
    }
}

fn compress(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::new(5));
    let done = out.write_all(text.as_bytes()).and_then(|()| out.finish());
    done.expect("writing into memory does not fail")
}

/// The text that was compressed.
///
/// # Errors
/// When the bytes are not what [`File::text`] made.
pub fn expand(compressed: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    GzDecoder::new(compressed).read_to_end(&mut text)?;
    Ok(text)
}

/// Files by name; folders are separated by `/`. A copy is cheap.
pub type Files = BTreeMap<String, Arc<File>>;

/// Takes texts as they are made.
pub(crate) trait Texts {
    /// Takes one: its name, itself, its media type, and whether what stands under its name never changes.
    fn take(&mut self, name: String, text: &str, media_type: &'static str, immutable: bool);
}

impl Texts for Files {
    fn take(&mut self, name: String, text: &str, media_type: &'static str, immutable: bool) {
        put(self, name, File::text(text, media_type, immutable));
    }
}

impl Texts for BTreeMap<String, String> {
    fn take(&mut self, name: String, text: &str, _: &'static str, _: bool) {
        self.insert(name, text.to_owned());
    }
}

/// Adds a file.
pub(super) fn put(files: &mut Files, name: impl Into<String>, file: File) {
    files.insert(name.into(), Arc::new(file));
}
