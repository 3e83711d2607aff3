//! Kind 1: the package, the contest's facts signed by the party.

use minicbor::{Decode, Encode};

use super::{Kind, Message, NotCanonical, Payload, Scope};
use crate::contest::Contest;
use crate::crypto::SigningKey;
use crate::id::PublicKey;

/// Kind 1, signed by the party key. A tablet never goes back to a lower number.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Package {
    /// Number of the package: 1, 2, …
    #[n(1)]
    pub number: u32,
    /// The party key. Believed only where it is pinned, or its fingerprint came with an invitation.
    #[n(2)]
    pub party_key: PublicKey,
    /// The contest.
    #[n(3)]
    pub contest: Contest,
}

impl Payload for Package {
    const KIND: Kind = Kind::Package;
}

/// A package that cannot be believed. Trying again cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// Not a package.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The signature is not the party key's.
    #[error("the package is not signed by the party key it names")]
    Signature,
}

impl Package {
    /// Signs the package with the party key, whose public half it names.
    #[must_use]
    pub fn sign(number: u32, contest: Contest, party: &SigningKey) -> Message {
        let package = Self { number, party_key: party.public(), contest };
        Message::sign(party, Scope::any(&package.contest.id), &package)
    }

    /// Reads a package and checks that the party key it names signed it. Whether that key is the right one is for
    /// the caller to compare.
    ///
    /// # Errors
    /// [`PackageError`].
    pub fn read(bytes: &[u8]) -> Result<(Message, Self), PackageError> {
        let message = Message::parse(bytes)?;
        let package: Self = message.decode()?;
        if message.verify(&package.party_key, Scope::any(&package.contest.id)) {
            Ok((message, package))
        } else {
            Err(PackageError::Signature)
        }
    }
}
