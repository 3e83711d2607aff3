//! Every release and what became of it: `releases.json`, and the part about each release as `status.json` in its folder.

use countersign_core::results::ProposedRelease;
use serde::{Deserialize, Serialize};

use super::Unreadable;
use crate::publish::pages::{Effective, Night};

const FORM: &str = "JSON of releases";

/// The document of all of them, in the order in which they took effect.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Document {
    /// Version of this form.
    format: u32,
    contest: String,
    made_up: bool,
    room: String,
    releases: Vec<Entry>,
}

/// What a release is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    /// Its numbers count, but where a later release has others.
    InEffect,
    /// It counts no more.
    Withdrawn,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    format: u32,
    number: usize,
    name: String,
    /// Id of its message.
    message: String,
    /// Folder of its documents.
    folder: String,
    layer: String,
    precincts: usize,
    effective_ms: u64,
    /// Whether it changed numbers that had been released before.
    corrects: bool,
    status: Status,
    /// When it was withdrawn, and why; absent while it is in effect.
    withdrawn_ms: Option<u64>,
    why: Option<String>,
    /// Numbers of later releases that changed numbers of this one and were not withdrawn themselves.
    corrected_by: Vec<usize>,
}

fn entry(night: &Night<'_>, one: &Effective<'_>) -> Entry {
    let id = one.release.signed.id;
    let stands = |later: &&Effective<'_>| later.release.withdrawal.is_none();
    let changed = |later: &&Effective<'_>| {
        let mut changes = night.changes.iter();
        changes.any(|it| it.release == later.release.signed.id && it.before_release == id)
    };
    let later = night.releases.iter().filter(stands).filter(changed);
    let ProposedRelease { withdrawal, .. } = one.release;
    Entry {
        format: 1,
        number: one.named.sequence,
        name: one.named.name.clone(),
        message: one.named.id.clone(),
        folder: one.folder.clone(),
        layer: one.layer.code().to_owned(),
        precincts: one.precincts,
        effective_ms: one.at_ms,
        corrects: one.named.corrects,
        status: if withdrawal.is_some() { Status::Withdrawn } else { Status::InEffect },
        withdrawn_ms: withdrawal.as_ref().map(|it| it.approval.signed.entered_ms),
        why: withdrawal.as_ref().map(|it| night.why_withdrawn(it)),
        corrected_by: later.map(|later| later.named.sequence).collect(),
    }
}

/// Every release of the folder.
///
/// # Errors
/// [`Unreadable`] when the document does not say, read back, what was worked out.
pub(in crate::publish) fn all(night: &Night<'_>) -> Result<String, Unreadable> {
    written(&Document {
        format: 1,
        contest: night.contest.id.clone(),
        made_up: night.contest.is_made_up(),
        room: night.state.room().to_string(),
        releases: night.releases.iter().map(|one| entry(night, one)).collect(),
    })
}

/// One of them.
///
/// # Errors
/// As [`all`].
pub(in crate::publish) fn one(
    night: &Night<'_>,
    release: &Effective<'_>,
) -> Result<String, Unreadable> {
    written(&entry(night, release))
}

fn written<D>(document: &D) -> Result<String, Unreadable>
where
    D: Serialize + for<'de> Deserialize<'de> + PartialEq,
{
    let mut text = serde_json::to_string(document).expect("numbers and text always encode");
    let read: D = serde_json::from_str(&text).map_err(|error| Unreadable::form(FORM, error))?;
    if read != *document {
        return Err(Unreadable::form(FORM, "it reads back as another one"));
    }
    text.push('\n');
    Ok(text)
}
