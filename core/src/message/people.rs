//! Kind 2: who may do what.

use minicbor::{Decode, Encode};

use super::{Kind, Payload};
use crate::id::PublicKey;

/// A role of design section 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Invites, revokes, opens rooms. Named by the party key only.
    #[n(1)]
    Admin,
    /// Takes reports by phone.
    #[n(2)]
    Operator,
    /// Judges held messages and sources.
    #[n(3)]
    Reviewer,
    /// Releases results. Named by the party key only.
    #[n(4)]
    ReleaseManager,
    /// Watches for a campaign.
    #[n(5)]
    Observer,
}

impl Role {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Reviewer => "reviewer",
            Self::ReleaseManager => "release-manager",
            Self::Observer => "observer",
        }
    }
}

/// A person: a number and a key, no name.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Person {
    /// The person's number at headquarters.
    #[n(1)]
    pub number: u32,
    /// What they may do.
    #[n(2)]
    pub role: Role,
    /// The key they sign with.
    #[n(3)]
    pub key: PublicKey,
}

/// Kind 2, signed by the party key, or by an admin for operators, reviewers and observers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct People {
    /// The people, added to those already known.
    #[n(1)]
    pub people: Vec<Person>,
}

impl Payload for People {
    const KIND: Kind = Kind::People;
}
