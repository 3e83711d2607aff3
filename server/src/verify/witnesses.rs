//! Which of the contest's witnesses cosigned, as far as the checkpoints that are shown carry it. Whom the contest names is the party
//! key's word, like everything else in its package.
//!
//! A release that fewer than needed have cosigned is said and is no difference: witnesses may have cosigned checkpoints that nobody
//! shows any more, and the half hour after which it goes out without them is the server's clock.

use std::fmt::Write;

use countersign_core::contest::WitnessList;
use countersign_core::log::{WitnessKey, cosignatures};
use countersign_core::results::RoomState;
use serde::Serialize;

use super::difference::Difference;
use super::public_log::PublicLog;
use crate::clock::utc;

/// The contest's witnesses, as its newest package names them.
#[derive(Debug, Clone, Serialize)]
pub struct ContestWitnesses {
    /// How many have to cosign.
    pub needed: u32,
    /// Every one of them.
    pub each: Vec<ContestWitness>,
}

/// A witness of the contest.
#[derive(Debug, Clone, Serialize)]
pub struct ContestWitness {
    /// Its name.
    pub name: String,
    /// Its verifier key.
    pub key: String,
    /// Entries of the largest checkpoint shown here that it cosigned; 0 for none.
    pub size: u64,
    /// When, by its own clock, seconds since the Unix epoch.
    pub time_s: Option<u64>,
}

/// A release that fewer witnesses than needed have cosigned, as far as what is shown says.
#[derive(Debug, Clone, Serialize)]
pub struct NotWitnessed {
    /// Its number among those that took effect, from 1.
    pub number: usize,
    /// What it is called.
    pub name: String,
    /// Entry of its approval.
    pub entry: u64,
    /// Witnesses that cosigned a checkpoint with that entry.
    pub by: usize,
    /// How many had to, by the package in force then.
    pub needed: u32,
    /// The others.
    pub silent: Vec<String>,
}

/// A witness that whoever verifies asked for, and that cosigned the head.
#[derive(Debug, Clone, Serialize)]
pub struct CosignedBy {
    /// Its name.
    pub name: String,
    /// When, by its own clock, seconds since the Unix epoch.
    pub time_s: u64,
}

/// Which of these witnesses cosigned a signed head, and names of those that did not.
pub(super) fn cosigned(
    note: &str,
    keys: &[WitnessKey],
) -> Result<(Vec<CosignedBy>, Vec<String>), Difference> {
    let found = cosignatures(note, keys).map_err(|_| Difference::Cosignature)?;
    let (mut by, mut silent) = (Vec::new(), Vec::new());
    for (at, key) in keys.iter().enumerate() {
        let name = key.name().to_owned();
        match found.iter().find(|cosigned| cosigned.witness == at) {
            Some(cosigned) => by.push(CosignedBy { name, time_s: cosigned.time_s }),
            None => silent.push(name),
        }
    }
    Ok((by, silent))
}

/// The contest's witnesses and what they cosigned; `None` where it names nobody.
pub(super) fn of_contest(
    log: &PublicLog,
    state: &RoomState,
) -> Result<Option<ContestWitnesses>, Difference> {
    let list = state.package().and_then(|package| package.contest.witnesses.as_ref());
    let Some(WitnessList { keys, needed }) = list else { return Ok(None) };
    let each = keys.iter().zip(log.seen_by(keys)?).map(|(key, seen)| ContestWitness {
        name: key.name().to_owned(),
        key: key.to_string(),
        size: seen.map_or(0, |seen| seen.size),
        time_s: seen.map(|seen| seen.time_s),
    });
    Ok(Some(ContestWitnesses { needed: *needed, each: each.collect() }))
}

/// Releases that fewer witnesses than needed have cosigned, each by the list in force at its approval.
pub(super) fn not_witnessed(
    log: &PublicLog,
    state: &RoomState,
) -> Result<Vec<NotWitnessed>, Difference> {
    let review = state.review();
    let mut found = Vec::new();
    for (number, release) in (1..).zip(review.effective()) {
        let Some(entry) = release.approval.map(|approval| approval.signed.index) else { continue };
        let package = state.package_by(entry);
        let list = package.and_then(|package| package.contest.witnesses.as_ref());
        let Some(WitnessList { keys, needed }) = list else { continue };
        let seen = log.seen_by(keys)?;
        let has_seen = |at: usize| seen[at].is_some_and(|seen| seen.size > entry);
        let silent: Vec<&WitnessKey> =
            (0..keys.len()).filter(|&at| !has_seen(at)).map(|at| &keys[at]).collect();
        let by = keys.len() - silent.len();
        if by < usize::try_from(*needed).unwrap_or(usize::MAX) {
            let preview = review.previews().get(release.preview);
            found.push(NotWitnessed {
                number,
                name: preview.map_or_else(String::new, |one| one.preview.name.clone()),
                entry,
                by,
                needed: *needed,
                silent: silent.into_iter().map(|key| key.name().to_owned()).collect(),
            });
        }
    }
    Ok(found)
}

impl ContestWitnesses {
    pub(super) fn write(&self, text: &mut String) -> std::fmt::Result {
        let Self { needed, each } = self;
        let by = each.iter().filter(|one| one.size > 0).count();
        writeln!(
            text,
            "{by} of the contest's {} witnesses cosigned, {needed} are needed",
            each.len()
        )?;
        for ContestWitness { name, size, time_s, .. } in each {
            match time_s {
                Some(at) => {
                    let at = utc(at.saturating_mul(1000));
                    writeln!(text, "  {name}: {size} entries, at {at}")?;
                }
                None => writeln!(text, "  {name}: silent, nothing that is shown here")?,
            }
        }
        Ok(())
    }
}

impl NotWitnessed {
    pub(super) fn write(&self, text: &mut String) -> std::fmt::Result {
        let Self { number, name, entry, by, needed, silent } = self;
        let silent = silent.join(", ");
        writeln!(
            text,
            "NOT WITNESSED, as far as is shown here: release {number}, {name}, approved by entry {entry}: {by} cosigned it, {needed} are needed; silent: {silent}"
        )
    }
}
