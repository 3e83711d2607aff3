//! The contest itself: groups, counts, addresses, reasons, limits.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::early::EarlyVotes;
use super::place::{County, CountyKind, National, Precinct, PrecinctKind};
use super::regulation::Rules;
use super::release_rules::ReleaseRules;
use super::witness_list::WitnessList;
use super::worksheet::Worksheet;
use crate::id::{PrecinctNumber, PublicKey};
use crate::room::Room;

/// Everything that was fixed about a contest before the caucus.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contest {
    /// Stable id, such as `iowa-2020`: 1 to 32 lower-case letters, digits and hyphens.
    #[n(1)]
    pub id: String,
    /// Title as people read it.
    #[n(2)]
    pub title: String,
    /// Caucus day, `YYYY-MM-DD`, in the contest's time zone.
    #[n(3)]
    pub date: String,
    /// IANA name of the time zone, such as `America/Chicago`.
    #[n(4)]
    pub time_zone: String,
    /// The party.
    #[n(5)]
    pub party: String,
    /// Preference groups in ballot order; every count has one number for each.
    #[n(6)]
    pub groups: Vec<Group>,
    /// What is counted, in the order in which the room counts it.
    #[n(7)]
    pub counts: Vec<CountKind>,
    /// The rules.
    #[n(8)]
    pub rules: Rules,
    /// Counties and satellite pools.
    #[n(9)]
    pub counties: Vec<County>,
    /// National delegates at stake, where the contest decides any.
    #[n(10)]
    pub national: Option<National>,
    /// Precincts and satellite sites. A precinct's *number* is its index here.
    #[n(11)]
    pub precincts: Vec<Precinct>,
    /// Languages of the screens (`en`, `es`), the first one being what a tablet starts with.
    #[n(12)]
    pub languages: Vec<String>,
    /// Telephone number of the hotline, as people dial it.
    #[n(13)]
    pub hotline: String,
    /// Addresses of the party server; filled in when the package is made.
    #[n(14)]
    pub servers: Vec<Server>,
    /// Certificates (DER) that a TLS connection to the servers must lead to; empty for the public ones. Filled in when
    /// the package is made.
    #[n(15)]
    pub tls_roots: Vec<minicbor::bytes::ByteVec>,
    /// Log of each room; filled in when the package is made.
    #[n(16)]
    pub logs: Vec<RoomLog>,
    /// While it lasts a tablet keeps the package and app it rehearsed with.
    #[n(17)]
    pub freeze: Span,
    /// Outside this span the package is out of date.
    #[n(18)]
    pub valid: Span,
    /// Reasons that a secretary may choose from; `other` is the last.
    #[n(19)]
    pub reasons: Vec<Reason>,
    /// Limits on what a report may say.
    #[n(20)]
    pub limits: Limits,
    /// When messages of the official room are published. Rehearsals are always live.
    #[n(21)]
    pub publish: Publish,
    /// Counts of real precincts to rehearse with; empty where the contest brings none.
    #[n(22)]
    pub worksheets: Vec<Worksheet>,
    /// How results are released; absent: [`ReleaseRules::DEFAULT`].
    #[n(23)]
    pub release: Option<ReleaseRules>,
    /// Early votes, by precinct in rising order; absent where the contest has none, or none yet.
    #[n(24)]
    pub early_votes: Option<Vec<EarlyVotes>>,
    /// What its numbers are, where they are not those of a caucus.
    #[n(25)]
    pub data: Option<Data>,
    /// Who cosigns its logs; absent where the party names nobody.
    #[n(26)]
    pub witnesses: Option<WitnessList>,
    /// Keys that sign the lists of hashes of published documents, one for each room at most; absent where lists are not
    /// signed. Filled in when the package is made.
    #[n(27)]
    pub results_keys: Option<Vec<ResultsKey>>,
}

/// What the numbers of a contest are, where they are not those of a caucus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Data {
    /// Made up, to show something. Whatever is published of it says so.
    #[n(1)]
    MadeUp,
}

/// A preference group.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Group {
    /// Stable key, such as `sanders`: lower-case letters, digits and hyphens.
    #[n(1)]
    pub key: String,
    /// Short name for lists, in the contest's first language.
    #[n(2)]
    pub name: String,
    /// Full name, in the contest's first language.
    #[n(3)]
    pub full_name: String,
    /// What it stands for.
    #[n(4)]
    pub kind: GroupKind,
    /// Names in other languages, where they differ.
    #[n(5)]
    pub translations: Vec<GroupName>,
}

/// A group's names in one more language.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct GroupName {
    /// The language, such as `es`.
    #[n(1)]
    pub language: String,
    /// Short name.
    #[n(2)]
    pub name: String,
    /// Full name.
    #[n(3)]
    pub full_name: String,
}

/// What a preference group stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// A candidate.
    #[n(1)]
    Candidate,
    /// Names that are not on the list, together.
    #[n(2)]
    Other,
    /// People who want to stay uncommitted.
    #[n(3)]
    Uncommitted,
}

/// What a count counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "camelCase")]
pub enum CountKind {
    /// People at first alignment.
    #[n(1)]
    FirstAlignment,
    /// People at final alignment.
    #[n(2)]
    FinalAlignment,
    /// Delegates, as announced in the room.
    #[n(3)]
    Delegates,
}

impl CountKind {
    /// Whether people are counted, in the room and, where there are any, among those who voted early.
    #[must_use]
    pub const fn is_of_people(self) -> bool {
        !matches!(self, Self::Delegates)
    }

    /// Every kind, in the order of a caucus.
    pub const ALL: [Self; 3] = [Self::FirstAlignment, Self::FinalAlignment, Self::Delegates];

    /// The word for it in contest files and in the commands of a screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstAlignment => "firstAlignment",
            Self::FinalAlignment => "finalAlignment",
            Self::Delegates => "delegates",
        }
    }
}

/// An address of the party server.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Server {
    /// `https://…` without a path; `http://` for a loopback address only.
    #[n(1)]
    pub address: String,
}

/// The log of a room.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RoomLog {
    /// The room.
    #[n(1)]
    pub room: Room,
    /// Origin line of its checkpoints.
    #[n(2)]
    pub origin: String,
    /// Keys that may sign its checkpoints: the one in use, then the spare.
    #[n(3)]
    pub keys: Vec<PublicKey>,
}

/// The key that signs the lists of hashes of a room's published documents, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ResultsKey {
    /// The room.
    #[n(1)]
    pub room: Room,
    /// The key's name in signed notes: without spaces and plus signs, at most 128 bytes.
    #[n(2)]
    pub name: String,
    /// The key.
    #[n(3)]
    pub key: PublicKey,
}

/// A span of time, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Span {
    /// First millisecond in it.
    #[n(1)]
    pub from_ms: u64,
    /// First millisecond after it.
    #[n(2)]
    pub until_ms: u64,
}

impl Span {
    /// Whether `at_ms` lies in the span.
    #[must_use]
    pub const fn contains(self, at_ms: u64) -> bool {
        self.from_ms <= at_ms && at_ms < self.until_ms
    }
}

/// A reason that a secretary may choose.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reason {
    /// Stable code, such as `recount`.
    #[n(1)]
    pub code: String,
    /// Its text in each language of the contest.
    #[n(2)]
    pub labels: Vec<Label>,
}

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Label {
    /// The language.
    #[n(1)]
    pub language: String,
    /// The text.
    #[n(2)]
    pub text: String,
}

/// Limits on what a report may say. They may be stricter than the format's own (100 000, 60 characters), never wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Limits {
    /// Largest number of people or delegates in a cell.
    #[n(1)]
    pub count_max: u32,
    /// Longest text beside the reason `other`, in characters.
    #[n(2)]
    pub reason_text_max: u32,
    /// Tablets that one invitation may enrol in each room, while this package is the newest.
    #[n(3)]
    pub tablets_per_invitation: u32,
}

impl Limits {
    /// The widest limits that message version 1 allows.
    pub const WIDEST: Self =
        Self { count_max: 100_000, reason_text_max: 60, tablets_per_invitation: 3 };
}

/// When messages of the official room are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum Publish {
    /// With the release that names the precinct.
    #[n(1)]
    Release,
    /// At once, marked *not reviewed*.
    #[n(2)]
    Live,
}

impl Contest {
    /// The code that may carry free text.
    pub const OTHER_REASON: &'static str = "other";

    /// Whether its numbers are made up.
    #[must_use]
    pub fn is_made_up(&self) -> bool {
        self.data == Some(Data::MadeUp)
    }

    /// How results are released.
    #[must_use]
    pub fn release_rules(&self) -> ReleaseRules {
        self.release.unwrap_or(ReleaseRules::DEFAULT)
    }

    /// The number of every precinct, in the roster's order.
    pub fn precinct_numbers(&self) -> impl Iterator<Item = PrecinctNumber> + use<> {
        (0..u32::try_from(self.precincts.len()).unwrap_or(u32::MAX)).map(PrecinctNumber)
    }

    /// The precinct with this number.
    #[must_use]
    pub fn precinct(&self, number: u32) -> Option<&Precinct> {
        self.precincts.get(usize::try_from(number).ok()?)
    }

    /// Number and precinct of a stable id. Looks at every precinct: index them yourself for many look-ups.
    #[must_use]
    pub fn precinct_by_id(&self, id: &str) -> Option<(u32, &Precinct)> {
        let index = self.precincts.iter().position(|precinct| precinct.id == id)?;
        Some((u32::try_from(index).ok()?, &self.precincts[index]))
    }

    /// County or satellite pool of a precinct.
    #[must_use]
    pub fn county_of(&self, precinct: &Precinct) -> Option<&County> {
        self.counties.get(usize::from(precinct.county))
    }

    /// Congressional district in which a precinct counts for national delegates: its own, else its county's. `None` where it
    /// counts statewide only.
    #[must_use]
    pub fn district_of(&self, precinct: &Precinct) -> Option<u8> {
        precinct.congressional_district.or_else(|| self.county_of(precinct)?.congressional_district)
    }

    /// What people call the place above a precinct: `Polk County`, `Carson City`, `CD1 Satellite`.
    #[must_use]
    pub fn county_display(&self, precinct: &Precinct) -> String {
        match self.county_of(precinct) {
            Some(county) if county.kind == CountyKind::County => format!("{} County", county.name),
            Some(county) => county.name.clone(),
            None => String::new(),
        }
    }

    /// Delegates that a precinct elects: its fixed number, or for a satellite what the rules give for `attendees`.
    /// `None` while a satellite's attendance is not known, where nobody knows a precinct's number, or when there is no such
    /// precinct.
    #[must_use]
    pub fn delegates_to_elect(&self, number: u32, attendees: Option<u32>) -> Option<u32> {
        let precinct = self.precinct(number)?;
        match (precinct.kind, precinct.delegates) {
            (_, Some(fixed)) => Some(u32::from(fixed)),
            (PrecinctKind::Satellite, None) => {
                Some(self.rules.satellite.as_ref()?.delegates(attendees?))
            }
            (PrecinctKind::Precinct, None) => None,
        }
    }

    /// Whether its delegates stand for state delegate equivalents: it elects delegates, and how many state delegates its
    /// counties have is known of any.
    #[must_use]
    pub fn has_sde(&self) -> bool {
        self.count_index(CountKind::Delegates).is_some()
            && self.counties.iter().any(|county| county.state_delegates > 0)
    }

    /// Index of a group in ballot order.
    #[must_use]
    pub fn group_index(&self, key: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.key == key)
    }

    /// Index of a count among [`Contest::counts`].
    #[must_use]
    pub fn count_index(&self, kind: CountKind) -> Option<usize> {
        self.counts.iter().position(|count| *count == kind)
    }

    /// The reason with this code.
    #[must_use]
    pub fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// The log of a room.
    #[must_use]
    pub fn log(&self, room: Room) -> Option<&RoomLog> {
        self.logs.iter().find(|log| log.room == room)
    }

    /// The key that signs a room's lists of hashes; `None` where they are not signed.
    #[must_use]
    pub fn results_key(&self, room: Room) -> Option<&ResultsKey> {
        self.results_keys.as_deref()?.iter().find(|key| key.room == room)
    }
}

impl Group {
    /// Short name in a language, or in the contest's first one where there is none.
    #[must_use]
    pub fn name_in(&self, language: &str) -> &str {
        self.translation(language).map_or(&self.name, |name| &name.name)
    }

    /// Full name in a language, or in the contest's first one where there is none.
    #[must_use]
    pub fn full_name_in(&self, language: &str) -> &str {
        self.translation(language).map_or(&self.full_name, |name| &name.full_name)
    }

    fn translation(&self, language: &str) -> Option<&GroupName> {
        self.translations.iter().find(|name| name.language == language)
    }
}

impl Reason {
    /// Its text in a language, or the first one where there is none; the code where there is no text at all.
    #[must_use]
    pub fn label_in(&self, language: &str) -> &str {
        self.labels
            .iter()
            .find(|label| label.language == language)
            .or_else(|| self.labels.first())
            .map_or(&self.code, |label| &label.text)
    }
}
