//! Who cosigns a contest's logs, as the party names them before the caucus.

use std::collections::BTreeSet;

use minicbor::decode::Decoder;
use minicbor::encode::{Encoder, Write};
use minicbor::{Decode, Encode};

use crate::log::WitnessKey;

/// The witnesses of a contest's logs, and how many of them have to cosign.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessList {
    /// Their verifier keys, 1 to [`WitnessList::MAX`]; no key and no name twice.
    #[n(1)]
    pub keys: Vec<WitnessKey>,
    /// How many have to cosign: 1 to the number of keys.
    #[n(2)]
    pub needed: u32,
}

/// Why keys and a number are no list of witnesses. The same ones never are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWitnesses {
    /// One key or name is given twice.
    #[error("the witness {0} is named twice: one key is one witness, whatever it is called")]
    Twice(String),
    /// More than fit.
    #[error("there are {0} witnesses; a checkpoint has room for 12 cosignatures")]
    TooMany(usize),
    /// A number that cannot be reached, or asks for nothing.
    #[error("{needed} of {of} witnesses cannot be needed: name a number from 1 to {of}")]
    Needed {
        /// What was asked for.
        needed: usize,
        /// How many there are.
        of: usize,
    },
}

impl WitnessList {
    /// Most witnesses: with a dozen cosignatures a checkpoint fits wherever one is carried.
    pub const MAX: usize = 12;

    /// How many of `of` have to cosign where nobody says: more than half.
    #[must_use]
    pub const fn majority(of: u32) -> u32 {
        of / 2 + 1
    }

    /// Checks number and uniqueness.
    ///
    /// # Errors
    /// [`NotWitnesses`] with the first contradiction.
    pub fn check(&self) -> Result<(), NotWitnesses> {
        let of = self.keys.len();
        if of > Self::MAX {
            return Err(NotWitnesses::TooMany(of));
        }
        let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for witness in &self.keys {
            if !names.insert(witness.name()) || !keys.insert(witness.key().0) {
                return Err(NotWitnesses::Twice(witness.name().to_owned()));
            }
        }
        let needed = usize::try_from(self.needed).unwrap_or(usize::MAX);
        if (1..=of).contains(&needed) { Ok(()) } else { Err(NotWitnesses::Needed { needed, of }) }
    }
}

/// Its text, as people pass it on.
impl<C> Encode<C> for WitnessKey {
    fn encode<W: Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for WitnessKey {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = decoder.position();
        let no_key = |_| minicbor::decode::Error::message("no witness's verifier key").at(at);
        decoder.str()?.parse().map_err(no_key)
    }
}
