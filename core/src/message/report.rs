//! Kind 7: a precinct's report.

use minicbor::{Decode, Decoder, Encode, decode};

use super::{Kind, Payload};
use crate::checks::Figures;
use crate::contest::Contest;
use crate::id::{MessageId, PhotoDigest, PrecinctNumber};
use crate::rules::LotOutcome;

/// The largest number a cell may hold.
pub const COUNT_MAX: u32 = 100_000;

/// Characters that a reason in words may have.
const REASON_CHARS_MAX: usize = 60;

/// A reason: a code of the contest's list; `other` adds words that everyone will be able to read.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reason {
    /// The code.
    #[n(1)]
    pub code: String,
    /// 1 to 60 characters, only with the code `other`.
    #[n(2)]
    pub text: Option<String>,
}

/// How a lot was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LotMethod {
    /// A coin.
    #[n(1)]
    Coin,
    /// The higher card.
    #[n(2)]
    HighCard,
    /// Another way the room agreed on.
    #[n(3)]
    Other,
}

impl LotMethod {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Coin, Self::HighCard, Self::Other];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Coin => "coin",
            Self::HighCard => "highCard",
            Self::Other => "other",
        }
    }
}

/// Who drew: a role, no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LotDrawer {
    /// The chair.
    #[n(1)]
    Chair,
    /// The secretary.
    #[n(2)]
    Secretary,
    /// A captain.
    #[n(3)]
    Captain,
}

impl LotDrawer {
    /// Everybody who may draw.
    pub const ALL: [Self; 3] = [Self::Chair, Self::Secretary, Self::Captain];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chair => "chair",
            Self::Secretary => "secretary",
            Self::Captain => "captain",
        }
    }
}

/// A tie settled by lot.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lot {
    /// How many of the groups the lot favours.
    #[n(1)]
    pub seats: u32,
    /// Groups in the tie, ballot indices in rising order.
    #[n(2)]
    pub groups: Vec<u8>,
    /// How it was drawn.
    #[n(3)]
    pub method: LotMethod,
    /// The favoured groups, ballot indices in rising order.
    #[n(4)]
    pub winners: Vec<u8>,
    /// Who drew.
    #[n(5)]
    pub drawn_by: LotDrawer,
}

/// A finding that the room saw and kept, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Acknowledged {
    /// Number of the check: 1 for C01 … 10 for C10.
    #[n(1)]
    pub check: u8,
    /// The group it concerns, by ballot index.
    #[n(2)]
    pub group: Option<u8>,
    /// Why it was kept.
    #[n(3)]
    pub reason: Reason,
}

/// Who attests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Attester {
    /// The caucus chair.
    #[n(1)]
    Chair,
    /// The caucus secretary.
    #[n(2)]
    Secretary,
    /// A viable group's captain.
    #[n(3)]
    Captain,
}

/// Somebody in the room stands by the figures, or objects. No names.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attestation {
    /// Who.
    #[n(1)]
    pub who: Attester,
    /// A captain's group, by ballot index.
    #[n(2)]
    pub group: Option<u8>,
    /// Absent: stands by it.
    #[n(3)]
    pub objection: Option<Reason>,
}

/// The road by which the figures came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Channel {
    /// Typed on the precinct's tablet.
    #[n(1)]
    Tablet,
    /// Taken down by a hotline operator.
    #[n(2)]
    Hotline,
    /// Typed from paper that came late.
    #[n(3)]
    Paper,
    /// Typed from the photo of a worksheet.
    #[n(4)]
    Transcription,
}

/// Kind 7: what the room did, as announced in the room.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Report {
    /// The package it was made by; judged by that one.
    #[n(1)]
    pub package: MessageId,
    /// The precinct.
    #[n(2)]
    pub precinct: PrecinctNumber,
    /// 1, and one more for each correction.
    #[n(3)]
    pub revision: u32,
    /// The report of the same key that this one replaces; present from revision 2 on.
    #[n(4)]
    pub supersedes: Option<MessageId>,
    /// Why it was corrected; present from revision 2 on.
    #[n(5)]
    pub reason: Option<Reason>,
    /// People who attended, at most [`COUNT_MAX`].
    #[n(6)]
    pub attendees: u32,
    /// One array for each count of the contest, in its order; each in ballot order, each number at most
    /// [`COUNT_MAX`].
    #[cbor(n(7), decode_with = "read_counts")]
    pub counts: Vec<Vec<u32>>,
    /// Ties settled by lot, in the order the rules met them.
    #[n(8)]
    pub lots: Vec<Lot>,
    /// Findings kept, with reasons.
    #[n(9)]
    pub acknowledged: Vec<Acknowledged>,
    /// Who stood by it.
    #[n(10)]
    pub attestations: Vec<Attestation>,
    /// Photos of the signed worksheet, at most 8.
    #[n(11)]
    pub photos: Vec<PhotoDigest>,
    /// The road it came by.
    #[n(12)]
    pub channel: Channel,
    /// Rises by one with each report of the device key.
    #[n(13)]
    pub device_sequence: u64,
    /// Device time, milliseconds since the Unix epoch; believed by nobody.
    #[n(14)]
    pub device_time_ms: u64,
    /// Version of the app, at most 32 bytes.
    #[n(15)]
    pub app_version: String,
}

/// Reads counts without growing each of them number by number: whole logs are read so.
fn read_counts<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u32>>, decode::Error> {
    list(d, |d| list(d, |d| d.u32()))
}

/// Reads a list of known length; another has not the one spelling.
fn list<T>(
    d: &mut Decoder<'_>,
    mut item: impl FnMut(&mut Decoder<'_>) -> Result<T, decode::Error>,
) -> Result<Vec<T>, decode::Error> {
    let length = d.array()?.ok_or_else(|| decode::Error::message("a list without its length"))?;
    let length = usize::try_from(length).map_err(decode::Error::custom)?;
    // Each item has a byte at least, so that no length makes room for more than what is there.
    let mut items = Vec::with_capacity(length.min(d.input().len() - d.position()));
    for _ in 0..length {
        items.push(item(d)?);
    }
    Ok(items)
}

impl Lot {
    /// What it decided, as the delegate rules want to know it.
    #[must_use]
    pub fn outcome(&self) -> LotOutcome {
        let indices = |groups: &[u8]| groups.iter().map(|&group| usize::from(group)).collect();
        LotOutcome {
            groups: indices(&self.groups),
            seats: self.seats,
            winners: indices(&self.winners),
        }
    }
}

impl Payload for Report {
    const KIND: Kind = Kind::Report;
}

/// A report whose lengths or numbers do not fit its contest. Trying again cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The precinct is not in the package.
    #[error("the package has no such precinct")]
    Precinct,
    /// An array has not the contest's length, or names a group that is not there.
    #[error("an array does not have the contest's length")]
    Length,
    /// A number or a text is over its limit.
    #[error("a number or a text is over its limit")]
    Limit,
    /// Revision, supersedes and reason do not belong together.
    #[error("a first report supersedes nothing, a correction names what it replaces and why")]
    Revision,
    /// A reason code that the contest does not have, or words where none belong.
    #[error("a reason is not one of the contest's")]
    Reason,
}

impl Report {
    /// Whether lengths, numbers and codes fit the contest of the package it names. Says nothing about sums: what
    /// the room did is never refused for its arithmetic.
    ///
    /// # Errors
    /// The first [`ShapeError`] met.
    pub fn check_shape(&self, contest: &Contest) -> Result<(), ShapeError> {
        if contest.precinct(self.precinct.0).is_none() {
            return Err(ShapeError::Precinct);
        }
        let groups = contest.groups.len();
        if self.counts.len() != contest.counts.len()
            || self.counts.iter().any(|count| count.len() != groups)
        {
            return Err(ShapeError::Length);
        }
        let over = |&number: &u32| number > COUNT_MAX;
        if over(&self.attendees)
            || self.counts.iter().flatten().any(over)
            || self.lots.len() > groups
            || self.acknowledged.len() > 10 * groups.max(1)
            || self.attestations.len() > groups + 2
            || self.photos.len() > 8
            || self.app_version.len() > 32
        {
            return Err(ShapeError::Limit);
        }
        let correction = self.revision > 1;
        if self.revision == 0
            || self.supersedes.is_some() != correction
            || self.reason.is_some() != correction
        {
            return Err(ShapeError::Revision);
        }
        let known = |&group: &u8| usize::from(group) < groups;
        for lot in &self.lots {
            if !lot.groups.iter().all(known)
                || !lot.groups.is_sorted_by(|a, b| a < b)
                || !lot.winners.is_sorted_by(|a, b| a < b)
                || !lot.winners.iter().all(|winner| lot.groups.contains(winner))
                || lot.winners.len() != lot.seats as usize
            {
                return Err(ShapeError::Length);
            }
        }
        if !self.acknowledged.iter().all(|a| a.group.as_ref().is_none_or(known))
            || !self.attestations.iter().all(|a| {
                a.group.as_ref().is_none_or(known)
                    && a.group.is_some() == (a.who == Attester::Captain)
            })
        {
            return Err(ShapeError::Length);
        }
        let objections = self.attestations.iter().filter_map(|a| a.objection.as_ref());
        let kept = self.acknowledged.iter().map(|a| &a.reason);
        if objections.chain(kept).chain(&self.reason).all(|reason| reason.fits(contest)) {
            Ok(())
        } else {
            Err(ShapeError::Reason)
        }
    }
}

impl Report {
    /// Its figures, as the checks want them: every cell filled, people in the room only.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let filled = |count: &Vec<u32>| count.iter().copied().map(Some).collect();
        Figures {
            attendees: Some(self.attendees),
            counts: self.counts.iter().map(filled).collect(),
        }
    }
}

impl Reason {
    /// Whether the contest has this code, and words stand only with `other`, 1 to 60 characters of them.
    #[must_use]
    pub fn fits(&self, contest: &Contest) -> bool {
        let known = contest.reasons.iter().any(|reason| reason.code == self.code);
        let words = match &self.text {
            None => self.code != "other",
            Some(text) => {
                self.code == "other" && (1..=REASON_CHARS_MAX).contains(&text.chars().count())
            }
        };
        known && words
    }
}
