//! Passkeys: instead of a printed code, beside the password. The password stays, since it seals the person's key.
//!
//! The two checks of Web Authentication Level 3 (sections 7.1 and 7.2) that are needed here, over ring, minicbor and serde_json,
//! which are here anyway: no attestation is asked for, so there are no certificates to judge. The crate `webauthn_rp` does far more
//! and brings second implementations of SHA-2, P-256, P-384, Ed25519 and RSA; ring is the one crypto library of this house.
//!
//! An authenticator holds a passkey together with its person (*discoverable*), so a challenge for signing in names nobody, and asking
//! for one tells nothing about a name. What somebody then brings is answered as a code would be: see `account.rs`.

mod ceremony;
mod challenges;
mod key;
mod origin;
mod own;
mod show;

pub(super) use ceremony::{Assertion, Used};
pub(super) use challenges::Challenges;
pub use origin::{NotAnOrigin, PageOrigin};
pub(super) use own::{add, begin_adding, list, remove};
pub(super) use show::{Shown, challenge, ways};

use crate::http::Problem;

/// The server does not know for which address its passkeys would be.
const NONE_HERE: Problem = Problem::new(
    409,
    "no-passkeys",
    "This server does not know the address of its own pages, so there are no passkeys. Printed codes are the way.",
);

/// Why what an authenticator gave is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// What the browser says of it cannot be read.
    #[error("the client data cannot be read")]
    ClientData,
    /// It is another ceremony's.
    #[error("it is another ceremony's")]
    Kind,
    /// It was made on another page.
    #[error("it was made for another page")]
    Origin,
    /// The challenge was not given out for this, was used, or is too old.
    #[error("the challenge is not good")]
    Challenge,
    /// What the authenticator says cannot be read.
    #[error("the authenticator's data cannot be read")]
    Data,
    /// It was made for another host.
    #[error("it was made for another host")]
    Host,
    /// Nobody touched the authenticator.
    #[error("nobody was there")]
    Presence,
    /// The authenticator did not make sure who was there.
    #[error("the authenticator did not verify its user")]
    Verification,
    /// The key is of no kind that is taken.
    #[error("the key is of no kind that is taken")]
    Key,
    /// The person has no such passkey.
    #[error("the person has no such passkey")]
    Unknown,
    /// The signature is not the passkey's.
    #[error("the signature is not the passkey's")]
    Signature,
    /// It counts fewer signatures than before: there may be a copy of it.
    #[error("its counter did not go on: there may be a copy of it")]
    Counter,
}
