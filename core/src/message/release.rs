//! Kinds 12 to 15, 18 and 19: how numbers become results, and how they are taken back (design sections 6 and 9).
//!
//! A preview shows observers which report of which precinct is to be released. A release names a preview, so that
//! nothing is ever released that was not shown. It takes effect when a second release manager approves it.

use minicbor::{Decode, Encode};

use super::words::{is_line, is_why};
use super::{Kind, Payload};
use crate::id::{MessageId, PrecinctNumber};

/// Most characters of a release's name.
pub const NAME_MAX: usize = 60;

/// Longest stop in minutes: a day.
pub const STOP_MINUTES_MAX: u32 = 24 * 60;

/// How final numbers are, from caucus night on. The results of a layer are what the releases of it and of those before
/// it say; any two can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Layer {
    /// As reported on caucus night and in the days after.
    #[n(1)]
    Night,
    /// After the party's own corrections.
    #[n(2)]
    Corrected,
    /// After the recanvass: worksheets were compared again.
    #[n(3)]
    Recanvass,
    /// After the recount: preference cards were counted again.
    #[n(4)]
    Recount,
    /// As certified; nothing comes after.
    #[n(5)]
    Certified,
}

impl Layer {
    /// Every layer, in order.
    pub const ALL: [Self; 5] =
        [Self::Night, Self::Corrected, Self::Recanvass, Self::Recount, Self::Certified];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Night => "night",
            Self::Corrected => "corrected",
            Self::Recanvass => "recanvass",
            Self::Recount => "recount",
            Self::Certified => "certified",
        }
    }
}

/// Why a precinct's released numbers change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Cause {
    /// The precinct corrected its own report.
    #[n(1)]
    Precinct,
    /// A number had been typed wrongly at headquarters.
    #[n(2)]
    Typing,
    /// Comparison with the signed worksheet.
    #[n(3)]
    Sheet,
    /// The batch itself was wrong.
    #[n(4)]
    Batch,
    /// An objection was right.
    #[n(5)]
    Objection,
    /// The recanvass.
    #[n(6)]
    Recanvass,
    /// The recount.
    #[n(7)]
    Recount,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 7] = [
        Self::Precinct,
        Self::Typing,
        Self::Sheet,
        Self::Batch,
        Self::Objection,
        Self::Recanvass,
        Self::Recount,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Precinct => "precinct",
            Self::Typing => "typing",
            Self::Sheet => "sheet",
            Self::Batch => "batch",
            Self::Objection => "objection",
            Self::Recanvass => "recanvass",
            Self::Recount => "recount",
        }
    }
}

/// What a preview says of one precinct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PreviewedPrecinct {
    /// The precinct.
    #[n(1)]
    pub precinct: PrecinctNumber,
    /// The report whose numbers are to be released: the precinct's candidate. Absent: released numbers are taken out.
    #[n(2)]
    pub report: Option<MessageId>,
    /// The precinct's last decision, where there is one.
    #[n(3)]
    pub decision: Option<MessageId>,
    /// Why released numbers change; present only where the precinct has released numbers, and there always, but where a later layer
    /// names the same report again.
    #[n(4)]
    pub cause: Option<Cause>,
}

/// Kind 12, signed by a release manager: what observers of every campaign see before it is released.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Preview {
    /// 1 for a room's first preview, and one more for each.
    #[n(1)]
    pub number: u32,
    /// What the release will be called, 1 to 60 characters.
    #[n(2)]
    pub name: String,
    /// Its layer.
    #[n(3)]
    pub layer: Layer,
    /// Its precincts, in rising order; at least one.
    #[n(4)]
    pub precincts: Vec<PreviewedPrecinct>,
    /// Why it is shown although the checks across precincts find something wrong with all that is new taken together, such as
    /// shifted columns: 1 to 200 characters. Absent where they find nothing.
    #[n(5)]
    pub despite: Option<String>,
}

impl Payload for Preview {
    const KIND: Kind = Kind::Preview;
}

impl Preview {
    /// Whether lengths are within their limits and the precincts stand in order.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_line(&self.name, NAME_MAX)
            && !self.precincts.is_empty()
            && self.precincts.is_sorted_by(|a, b| a.precinct < b.precinct)
            && self.despite.as_deref().is_none_or(is_why)
    }

    /// What it says of a precinct.
    #[must_use]
    pub fn of(&self, precinct: PrecinctNumber) -> Option<&PreviewedPrecinct> {
        let index = self.precincts.binary_search_by_key(&precinct, |named| named.precinct).ok()?;
        Some(&self.precincts[index])
    }
}

/// Kind 13, signed by a release manager: a preview is released. It takes effect when another release manager approves it
/// after the preview's window.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Release {
    /// Id of the preview.
    #[n(1)]
    pub preview: MessageId,
    /// Precincts of the preview that are not released, in rising order; never all of them.
    #[n(2)]
    pub left_out: Vec<PrecinctNumber>,
}

impl Payload for Release {
    const KIND: Kind = Kind::Release;
}

impl Release {
    /// Whether what is left out is in order and part, not all, of the preview.
    #[must_use]
    pub fn is_part_of(&self, preview: &Preview) -> bool {
        self.left_out.is_sorted_by(|a, b| a < b)
            && self.left_out.len() < preview.precincts.len()
            && self.left_out.iter().all(|&precinct| preview.of(precinct).is_some())
    }

    /// What it says of a precinct; `None` where it leaves the precinct out, or its preview does not name it.
    #[must_use]
    pub fn of<'a>(
        &self,
        preview: &'a Preview,
        precinct: PrecinctNumber,
    ) -> Option<&'a PreviewedPrecinct> {
        preview.of(precinct).filter(|named| !self.leaves_out(named.precinct))
    }

    fn leaves_out(&self, precinct: PrecinctNumber) -> bool {
        self.left_out.binary_search(&precinct).is_ok()
    }

    /// The precincts that it releases.
    pub fn precincts<'a>(
        &'a self,
        preview: &'a Preview,
    ) -> impl Iterator<Item = &'a PreviewedPrecinct> {
        preview.precincts.iter().filter(|named| !self.leaves_out(named.precinct))
    }
}

/// Kind 14, signed by a release manager: a release is no longer in effect once a second one approves. It stays readable.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Withdraw {
    /// Id of the release.
    #[n(1)]
    pub release: MessageId,
    /// Why, in 1 to 200 characters.
    #[n(2)]
    pub why: String,
}

impl Payload for Withdraw {
    const KIND: Kind = Kind::Withdraw;
}

impl Withdraw {
    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.why)
    }
}

/// What happens to releasing as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum StopChange {
    /// No release takes effect for a while.
    #[n(1)]
    Begin,
    /// A stop ends before its time.
    #[n(2)]
    End,
}

/// Kind 15, signed by a release manager: releases stop, or a stop ends; in effect once a second person approves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Stop {
    /// What happens.
    #[n(1)]
    pub change: StopChange,
    /// Minutes until it ends by itself, counted from the approval, 1 to 1,440; only with [`StopChange::Begin`].
    #[n(2)]
    pub minutes: Option<u32>,
    /// The stop that ends; only with [`StopChange::End`].
    #[n(3)]
    pub stop: Option<MessageId>,
    /// Why, in 1 to 200 characters.
    #[n(4)]
    pub why: String,
    /// 1 for a room's first message of this kind, and one more for each, through all rounds, so that the same can be said again later.
    #[n(5)]
    pub number: u32,
}

impl Payload for Stop {
    const KIND: Kind = Kind::Stop;
}

impl Stop {
    /// Whether what it says belongs together and is within its limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let fits = match self.change {
            StopChange::Begin => {
                self.stop.is_none()
                    && self.minutes.is_some_and(|minutes| (1..=STOP_MINUTES_MAX).contains(&minutes))
            }
            StopChange::End => self.stop.is_some() && self.minutes.is_none(),
        };
        fits && is_why(&self.why)
    }
}

/// Kind 18, signed by an admin: the bytes of a message are no longer published, once a second person approves. Its entry
/// stays in the log, and its numbers count as before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Withhold {
    /// Id of the message.
    #[n(1)]
    pub message: MessageId,
    /// Why, in 1 to 200 characters.
    #[n(2)]
    pub why: String,
}

impl Payload for Withhold {
    const KIND: Kind = Kind::Withhold;
}

impl Withhold {
    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.why)
    }
}

/// Kind 19, signed by another person than what it approves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Approve {
    /// Id of the release, withdrawal, stop or withholding.
    #[n(1)]
    pub approves: MessageId,
}

impl Payload for Approve {
    const KIND: Kind = Kind::Approve;
}
