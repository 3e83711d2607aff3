//! What does not hold, and what that means.

use countersign_core::id::{KeyId, MessageId};
use countersign_core::log::tile::NotABundle;
use countersign_core::message::{Kind, NotBegunAgain};
use countersign_core::refusal::Refusal;

use crate::publish::cells;

/// The first thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The checkpoint is none.
    #[error("{0} is not a checkpoint")]
    NotACheckpoint(String),
    /// No package in the log is signed by the party key.
    #[error(
        "no package in the log is signed by the party key {party}; {others} packages are by other keys, or cannot be read"
    )]
    NoPackage {
        /// The key that was given.
        party: KeyId,
        /// Entries of packages that do not count.
        others: usize,
    },
    /// The package has no log of the room, or the checkpoint is of another one.
    #[error("the checkpoint is of the log {found}, the party's package names {expected}")]
    OtherLog {
        /// The checkpoint's origin.
        found: String,
        /// That of the package.
        expected: String,
    },
    /// No key of the log signed the checkpoint.
    #[error("the checkpoint is not signed by a key that the party named for the log {0}")]
    CheckpointSignature(String),
    /// A witness's line is not its signature.
    #[error("the cosignature under the name of a witness is not its signature")]
    Cosignature,
    /// None of the witnesses cosigned.
    #[error("none of the witnesses that you named cosigned the checkpoint")]
    NotWitnessed,
    /// Entries are missing.
    #[error("{0} is missing: the checkpoint promises its entries")]
    BundleMissing(String),
    /// Entries cannot be read.
    #[error("{name}: {what}")]
    Bundle {
        /// The file.
        name: String,
        /// What is wrong.
        what: NotABundle,
    },
    /// Entries and checkpoint do not belong together.
    #[error("the {size} entries do not give the root that the checkpoint signs{}", first_other(*first))]
    Root {
        /// Size of the checkpoint.
        size: u64,
        /// The first entry whose hash is not the one in the hash tiles.
        first: Option<u64>,
    },
    /// A hash tile is missing.
    #[error("{0} is missing")]
    TileMissing(String),
    /// A hash tile holds other hashes.
    #[error("{name} does not hold the hashes that the entries give, from hash {at} on")]
    Tile {
        /// The file.
        name: String,
        /// The first hash that differs.
        at: u64,
    },
    /// What was known is not signed by the log.
    #[error("{0} is not signed by a key of this log, or does not prove what it names")]
    KnownSignature(String),
    /// What was known is of another log.
    #[error("{name} is of the log {found}, this is {expected}")]
    KnownOther {
        /// Which file.
        name: String,
        /// Its origin.
        found: String,
        /// The log's.
        expected: String,
    },
    /// The log is shorter than what was known.
    #[error("{name} is of {known} entries, the log has {size}")]
    Shorter {
        /// Which file.
        name: String,
        /// Its size.
        known: u64,
        /// The log's.
        size: u64,
    },
    /// The log does not go on from what was known.
    #[error("the first {known} entries are not those of {name}")]
    Fork {
        /// Which file.
        name: String,
        /// Its size.
        known: u64,
    },
    /// Time goes back.
    #[error("entry {index} has an earlier time than the entry before it")]
    Time {
        /// Its index.
        index: u64,
    },
    /// A message was entered twice.
    #[error("entry {index} enters a message for a second time")]
    Twice {
        /// Its index.
        index: u64,
    },
    /// The log does not begin as its origin says.
    #[error("the log {0} does not begin as its number says")]
    Beginning(String),
    /// Its first entry does not prove that the log was begun again.
    #[error("the log's first entry does not prove that it was begun again: {0}")]
    BegunAgain(NotBegunAgain),
    /// The bytes of a message are not those that were entered.
    #[error("the bytes of the {kind} {id} (entry {index}) are not those that were entered")]
    OtherBytes {
        /// Index of the entry.
        index: u64,
        /// Kind of the message.
        kind: Kind,
        /// Its id.
        id: MessageId,
    },
    /// A message that everyone ought to be able to read.
    #[error("the {kind} {id} (entry {index}){} ought to be public and cannot be read", of_precinct(precinct.as_deref()))]
    Missing {
        /// Index of the entry.
        index: u64,
        /// Kind of the message.
        kind: Kind,
        /// Its id.
        id: MessageId,
        /// The precinct whose released numbers rest on it.
        precinct: Option<String>,
    },
    /// More enrolments cannot be read than unreleased precincts can have.
    #[error(
        "{missing} enrolments cannot be read; precincts that are not released can have {most} at most"
    )]
    TooManyMissing {
        /// Enrolments that cannot be read.
        missing: u64,
        /// The most that can be unreleased.
        most: u64,
    },
    /// A message that should never have been entered.
    #[error("the {kind} {id} should not stand at entry {index}: {}{}", refusal.title(), behind(*missing))]
    Refused {
        /// Index of the entry.
        index: u64,
        /// Kind of the message.
        kind: Kind,
        /// Its id.
        id: MessageId,
        /// Why not.
        refusal: Refusal,
        /// Messages before it that cannot be read.
        missing: u64,
    },
    /// A published number is another one, or a page says something else.
    #[error("{file} says {published} for {cell}; the log gives {worked_out}")]
    Cell {
        /// The file.
        file: String,
        /// Which number.
        cell: String,
        /// What the file says.
        published: String,
        /// What the log gives.
        worked_out: String,
    },
    /// A file of numbers cannot be read.
    #[error("{file} cannot be compared: {what}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// A document is not the one whose hash is listed.
    #[error("{document} does not have the hash that {list} lists")]
    Hash {
        /// The list.
        list: String,
        /// The document.
        document: String,
    },
    /// A list of hashes is not signed as it stands.
    #[error(
        "{file} is not the list beside it signed by the key {name}, which the party named for it"
    )]
    HashListSignature {
        /// The file.
        file: String,
        /// The key's name.
        name: String,
    },
    /// A page or table of what is not released, or not any more.
    #[error("{file} is there, and nothing that is released has it")]
    Leftover {
        /// The file.
        file: String,
    },
    /// A published receipt does not prove its message's entry.
    #[error("{file} is no receipt of the {kind} {id} (entry {index}): {what}")]
    Receipt {
        /// The file.
        file: String,
        /// Index of the entry.
        index: u64,
        /// Kind of the message.
        kind: Kind,
        /// Its id.
        id: MessageId,
        /// What is wrong.
        what: String,
    },
}

fn first_other(first: Option<u64>) -> String {
    first.map_or_else(String::new, |index| {
        format!("; entry {index} is the first that differs from the hash tiles")
    })
}

fn of_precinct(precinct: Option<&str>) -> String {
    precinct.map_or_else(String::new, |id| format!(", which the results of {id} rest on,"))
}

fn behind(missing: u64) -> String {
    match missing {
        0 => String::new(),
        some => format!(" ({some} messages before it cannot be read)"),
    }
}

impl Difference {
    /// A number in a file that is another one than what was worked out.
    pub(super) fn cell(file: &str, other: cells::Difference) -> Self {
        Self::Cell {
            file: file.to_owned(),
            cell: other.cell.to_string(),
            published: other.theirs,
            worked_out: other.ours,
        }
    }

    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotACheckpoint(_) => "not-a-checkpoint",
            Self::NoPackage { .. } => "no-package",
            Self::OtherLog { .. } => "other-log",
            Self::CheckpointSignature(_) => "checkpoint-signature",
            Self::Cosignature => "cosignature",
            Self::NotWitnessed => "not-witnessed",
            Self::BundleMissing(_) => "bundle-missing",
            Self::Bundle { .. } => "bundle",
            Self::Root { .. } => "root",
            Self::TileMissing(_) => "tile-missing",
            Self::Tile { .. } => "tile",
            Self::KnownSignature(_) => "known-signature",
            Self::KnownOther { .. } => "known-other-log",
            Self::Shorter { .. } => "shorter",
            Self::Fork { .. } => "fork",
            Self::Time { .. } => "time",
            Self::Twice { .. } => "twice",
            Self::Beginning(_) | Self::BegunAgain(_) => "beginning",
            Self::OtherBytes { .. } => "other-bytes",
            Self::Missing { .. } => "missing",
            Self::TooManyMissing { .. } => "too-many-missing",
            Self::Refused { refusal, .. } => refusal.code(),
            Self::Cell { .. } => "cell",
            Self::File { .. } => "file",
            Self::Hash { .. } => "hash",
            Self::HashListSignature { .. } => "hash-list-signature",
            Self::Leftover { .. } => "leftover",
            Self::Receipt { .. } => "receipt",
        }
    }

    /// Index of the entry that it is about.
    #[must_use]
    pub const fn entry(&self) -> Option<u64> {
        match self {
            Self::Time { index }
            | Self::Twice { index }
            | Self::OtherBytes { index, .. }
            | Self::Missing { index, .. }
            | Self::Receipt { index, .. }
            | Self::Refused { index, .. } => Some(*index),
            Self::Root { first, .. } => *first,
            _ => None,
        }
    }

    /// Whether it may come from messages that became public while they were read.
    pub(super) const fn may_be_passing(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::TooManyMissing { .. }
                | Self::Refused { .. }
                | Self::Cell { .. }
                | Self::Leftover { .. }
        )
    }

    /// What it means, in plain words.
    #[must_use]
    pub const fn means(&self) -> &'static str {
        match self {
            Self::NotACheckpoint(_) => {
                "What is published there is no log. Look whether the address is the party's public one."
            }
            Self::NoPackage { .. } => {
                "The log does not belong to the party whose key you gave, or it holds nothing that the party signed. Look whether \
                 the key is the one that the party announced."
            }
            Self::OtherLog { .. } => {
                "Somebody publishes another log in the place of the one that the party named: another contest's, the other \
                 room's, or an older one."
            }
            Self::CheckpointSignature(_) => {
                "Nobody whom the party named answers for these entries: anybody could have written them."
            }
            Self::Cosignature => {
                "Somebody put a witness's name under a checkpoint that the witness did not cosign."
            }
            Self::NotWitnessed => {
                "Without a cosignature others may be shown another log than you. Ask again in a minute, and the witness what it saw."
            }
            Self::BundleMissing(_) | Self::Bundle { .. } => {
                "The log cannot be read whole. If it is a copy, make it anew; if it is the party's own, entries are kept back."
            }
            Self::Root { .. } => {
                "The entries that are shown are not those that the log signed: something was changed, added or left out."
            }
            Self::TileMissing(_) | Self::Tile { .. } => {
                "The entries are good; the hashes that are published beside them are not, so whoever checks a single entry by \
                 them is led astray. If it is a copy, make it anew."
            }
            Self::KnownSignature(_) | Self::KnownOther { .. } => {
                "What you hold is not from this log, so it says nothing about it. Compare with what you were given."
            }
            Self::Shorter { .. } => {
                "Entries are missing that the log once signed: an older copy is shown, or entries were taken away. Keep your \
                 file; it is the proof."
            }
            Self::Fork { .. } => {
                "The log's own key signed two histories: it was rewritten, or others are shown something else than you. Keep your \
                 file; it is the proof."
            }
            Self::Time { .. } | Self::Twice { .. } => {
                "A log of this program never does that: it was written by something else, or put together afterwards."
            }
            Self::Beginning(_) | Self::BegunAgain(_) => {
                "It is not proven that this log rightly takes the place of the one before it."
            }
            Self::OtherBytes { .. } => {
                "The message that is shown is not the one that was signed and entered: it was changed, or damaged on the way."
            }
            Self::Missing { .. } => {
                "A message is kept back that the rules publish, so what rests on it cannot be checked."
            }
            Self::TooManyMissing { .. } => {
                "Messages of precincts that are released are kept back: there may be reports of them that nobody is shown."
            }
            Self::Refused { refusal, .. } => match refusal {
                Refusal::BadSignature => {
                    "It is forged: the key that it names did not sign it. Whatever rests on it is not to be believed."
                }
                Refusal::SamePerson
                | Refusal::WindowOpen
                | Refusal::Stopped
                | Refusal::OwnEntry => {
                    "The rules were broken: a release without two people, without its window, during a stop, or by whoever had a \
                     part in the numbers. What it released is not to be believed."
                }
                Refusal::OpenFinding => {
                    "Something impossible in the numbers was answered by no reviewer, and they were released all the same. What the \
                     finding says of them is to be looked at before they are believed."
                }
                Refusal::ChangedSince
                | Refusal::UnknownSubject
                | Refusal::WrongSupersedes
                | Refusal::QuestionClosed
                | Refusal::InquiriesOpen => {
                    "It rests on messages that are not there or are not what counted then: something was left out, or it was \
                     entered against the rules."
                }
                _ => {
                    "Nobody entitled to it signed it, as far as the public messages show: the chain from the party key to it is \
                     broken."
                }
            },
            Self::Cell { .. } => {
                "What is published there does not follow from what was signed and entered. The log is right or wrong by itself; \
                 this file is not what it gives."
            }
            Self::File { .. } => "Published numbers are in a form that they should not have.",
            Self::Hash { .. } => {
                "The document or the list was changed after they were made. Its numbers are compared by themselves; if it is a copy, \
                 make it anew."
            }
            Self::HashListSignature { .. } => {
                "The party's server did not publish this list for this release: it was changed, moved from another release, or \
                 signed by somebody else."
            }
            Self::Leftover { .. } => {
                "It shows numbers that were withdrawn, or that nobody released, and nothing on it says so. If it is a copy, make it \
                 anew."
            }
            Self::Receipt { .. } => {
                "Whoever keeps this file holds no proof of that entry. The entry itself is in the log. If it is a copy, make it anew."
            }
        }
    }
}
