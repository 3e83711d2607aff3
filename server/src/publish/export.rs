//! Writing the folder for any web host.

use std::io;
use std::path::Path;

use countersign_core::id::MessageId;

use super::files::{Body, expand};
use super::{Site, stale};
use crate::public_folder::{self, Writer};

/// The page by which `verify` tells how old the others are.
const FIRST_PAGE: &str = "index.html";

/// Why a folder cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] public_folder::ExportError),
    /// A file is not what was made.
    #[error("{name}: {source}")]
    Broken {
        /// Its name.
        name: String,
        /// What is wrong.
        #[source]
        source: io::Error,
    },
    /// A message that a page leads to cannot be read.
    #[error("message {0} cannot be read from the log; run `fsck`")]
    Message(MessageId),
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files of the folder.
    pub files: usize,
    /// Those of them that were written, because they were not there or said something else.
    pub written: usize,
    /// Files of earlier exports that were taken away, because the folder has them no more.
    pub taken_away: usize,
    /// Bytes of the whole folder.
    pub bytes: u64,
}

/// Where messages and receipts come from. `None` for what may not be read, or is not there.
pub trait Messages {
    /// A message's bytes.
    fn message(&self, id: MessageId) -> Option<Vec<u8>>;
    /// A message's receipt.
    fn receipt(&self, id: MessageId) -> Option<String>;
}

/// Writes every file of the folder. Each is whole or as it was before: it is written under another name and renamed. Files that
/// are there and say the same are left alone. The first page comes last, since `verify` takes all others to be as old as it; then
/// what earlier exports wrote and the folder has no more is taken away.
///
/// # Errors
/// [`ExportError`].
pub fn export(site: &Site, messages: &dyn Messages, to: &Path) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let mut writer = Writer::new(to);
    let (first, others): (Vec<_>, Vec<_>) =
        site.files.iter().partition(|(name, _)| name.as_str() == FIRST_PAGE);
    for (name, file) in others.into_iter().chain(first) {
        let bytes = match &file.body {
            Body::Text(compressed) => expand(compressed)
                .map_err(|source| ExportError::Broken { name: name.clone(), source })?,
            Body::Message(id) => messages.message(*id).ok_or(ExportError::Message(*id))?,
            Body::Receipt(id) => {
                messages.receipt(*id).ok_or(ExportError::Message(*id))?.into_bytes()
            }
        };
        exported.files += 1;
        exported.bytes += bytes.len() as u64;
        exported.written += usize::from(writer.put(name, &bytes)?);
    }
    for name in stale::names(to, &site.files) {
        exported.taken_away += usize::from(writer.take_away(&name)?);
    }
    Ok(exported)
}
