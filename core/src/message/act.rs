//! Kind 20: audited acts that no other kind is for. A log is begun again after a disaster (design section 6, "The log"), or
//! somebody else's copy of the results was compared.

use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::words::is_why;
use super::{CopyCompared, Kind, Message, Payload, People, Role, Scope};
use crate::crypto::SigningKey;
use crate::id::{KeyId, PublicKey};
use crate::log::{Checkpoint, CheckpointError, Hash, Origin};
use crate::room::Room;

/// Largest signed checkpoint that is named, in bytes: one with a dozen cosignatures fits.
const NOTE_MAX: usize = 4 << 10;

/// Kind 20. Encoded as a map of one pair, whose key is the number of the sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// 1: a log begins again. Signed by an admin.
    BegunAgain(BegunAgain),
    /// 2: a copy was compared. Signed by a release manager or an admin.
    CopyCompared(CopyCompared),
}

impl<C> Encode<C> for Act {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.map(1)?;
        match self {
            Self::BegunAgain(begun_again) => begun_again.encode(e.u8(1)?, ctx),
            Self::CopyCompared(compared) => compared.encode(e.u8(2)?, ctx),
        }
    }
}

impl<'b, C> Decode<'b, C> for Act {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let one = d.map()? == Some(1);
        match d.u8()? {
            1 if one => BegunAgain::decode(d, ctx).map(Self::BegunAgain),
            2 if one => CopyCompared::decode(d, ctx).map(Self::CopyCompared),
            _ => Err(minicbor::decode::Error::message("not one act of a known sort")),
        }
    }
}

impl Payload for Act {
    const KIND: Kind = Kind::Act;
}

/// Why a log was begun again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum BeginReason {
    /// An older copy had to be used: somebody holds a checkpoint that it does not lead to.
    #[n(1)]
    Restored,
    /// Nothing was left but the keys.
    #[n(2)]
    Lost,
    /// The log was there and is damaged.
    #[n(3)]
    Damaged,
    /// Another reason, in words.
    #[n(4)]
    Other,
}

impl BeginReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Restored, Self::Lost, Self::Damaged, Self::Other];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Lost => "lost",
            Self::Damaged => "damaged",
            Self::Other => "other",
        }
    }
}

/// How much of the old log is entered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Carried {
    /// Its first so many entries: their messages follow in the same order, but for the one that began the old log itself.
    #[n(1)]
    pub size: u64,
    /// Root of the old log's tree of that size.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub root: Hash,
}

/// The first entry of a log that takes another one's place. It can be believed from the party key alone: it brings the
/// message by which the party named the admin who signs it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BegunAgain {
    /// Origin of the log that begins with this entry.
    #[n(1)]
    pub begins: String,
    /// Origin of the log whose place it takes.
    #[n(2)]
    pub from: String,
    /// The largest signed checkpoint known of a log of this series; absent where none is known.
    #[n(3)]
    pub known: Option<String>,
    /// How much of the old log is entered again.
    #[n(4)]
    pub carried: Carried,
    /// Why.
    #[n(5)]
    pub reason: BeginReason,
    /// Why, in words: with [`BeginReason::Other`] and only then; 1 to 200 characters.
    #[n(6)]
    pub why: Option<String>,
    /// The people of the room (kind 2), as the party key signed them; the signer is one of their admins.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub people: Vec<u8>,
}

/// A message that begins no log. Trying again with the same message cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBegunAgain {
    /// Not an act that begins a log, in its one form.
    #[error("the message is not an act that begins a log, in its one accepted form")]
    NotCanonical,
    /// The new log does not come after the old one in one series.
    #[error("the new log's origin does not come after the old one's")]
    Origins,
    /// A reason in words is missing, too long, or stands beside a code that needs none.
    #[error("the reason is not given as it should be")]
    Why,
    /// The checkpoint named is none of an earlier log of the series.
    #[error("the checkpoint that is named is not one of an earlier log: {0}")]
    Known(CheckpointError),
    /// The party did not name the signer an admin of this room.
    #[error("the party did not name the signer as an admin")]
    NotAnAdmin,
    /// The signature does not fit.
    #[error("the signature does not fit the message")]
    Signature,
}

impl BegunAgain {
    /// Signs it as the first entry of its log.
    #[must_use]
    pub fn sign(self, contest: &str, room: Room, admin: &SigningKey) -> Message {
        Message::sign(admin, Scope::room(contest, room), &Act::BegunAgain(self))
    }

    /// The key of the admin with this id, as the party named it in [`BegunAgain::people`].
    ///
    /// # Errors
    /// [`NotBegunAgain::NotAnAdmin`].
    pub fn authority(
        &self,
        key: KeyId,
        contest: &str,
        room: Room,
        party: &PublicKey,
    ) -> Result<PublicKey, NotBegunAgain> {
        let people = Message::parse(&self.people).map_err(|_| NotBegunAgain::NotAnAdmin)?;
        let named: People = people.decode().map_err(|_| NotBegunAgain::NotAnAdmin)?;
        let admin = named
            .people
            .iter()
            .find(|person| person.role == Role::Admin && person.key.id() == key)
            .filter(|_| people.verify(party, Scope::room(contest, room)));
        admin.map(|person| person.key).ok_or(NotBegunAgain::NotAnAdmin)
    }

    /// What needs no key: origins of one series in their order, the reason, sizes.
    ///
    /// # Errors
    /// [`NotBegunAgain::Origins`], [`NotBegunAgain::Why`] or [`NotBegunAgain::Known`].
    pub fn check_shape(&self) -> Result<(), NotBegunAgain> {
        let begins = Origin::parse(&self.begins).ok_or(NotBegunAgain::Origins)?;
        let from = Origin::parse(&self.from).ok_or(NotBegunAgain::Origins)?;
        if !begins.is_after(&from) {
            return Err(NotBegunAgain::Origins);
        }
        match (self.reason, &self.why) {
            (BeginReason::Other, Some(why)) if is_why(why) => {}
            (BeginReason::Restored | BeginReason::Lost | BeginReason::Damaged, None) => {}
            _ => return Err(NotBegunAgain::Why),
        }
        if let Some(known) = self.known() {
            let earlier = known.is_some_and(|known| {
                Origin::parse(&known.origin).is_some_and(|origin| begins.is_after(&origin))
            });
            earlier.then_some(()).ok_or(NotBegunAgain::Known(CheckpointError::Text))?;
        }
        Ok(())
    }

    /// Entries of the new log that are carried from the old one: they follow this one. An act that began the old log itself
    /// is not carried.
    #[must_use]
    pub fn entries_carried(&self) -> u64 {
        let began_itself = Origin::parse(&self.from).is_some_and(|from| from.number() > 1);
        self.carried.size.saturating_sub(u64::from(began_itself))
    }

    /// What the checkpoint that is named says; `Some(None)` when it says nothing.
    fn known(&self) -> Option<Option<Checkpoint>> {
        let known = self.known.as_ref()?;
        Some(
            Some(known)
                .filter(|known| known.len() <= NOTE_MAX)
                .and_then(|known| Checkpoint::claim(known)),
        )
    }

    /// The checkpoint that is named, without its signature.
    #[must_use]
    pub fn known_checkpoint(&self) -> Option<Checkpoint> {
        self.known().flatten()
    }

    /// Reads a message as the beginning of a log, trusting the party key and the log's keys and nothing else.
    ///
    /// # Errors
    /// [`NotBegunAgain`].
    pub fn read(
        message: &Message,
        contest: &str,
        room: Room,
        party: &PublicKey,
        keys: &[PublicKey],
    ) -> Result<Self, NotBegunAgain> {
        let Ok(Act::BegunAgain(begun_again)) = message.decode() else {
            return Err(NotBegunAgain::NotCanonical);
        };
        begun_again.check_shape()?;
        if let (Some(note), Some(claim)) = (&begun_again.known, begun_again.known_checkpoint()) {
            Checkpoint::open(note, &claim.origin, keys).map_err(NotBegunAgain::Known)?;
        }
        let admin = begun_again.authority(message.key(), contest, room, party)?;
        if message.verify(&admin, Scope::room(contest, room)) {
            Ok(begun_again)
        } else {
            Err(NotBegunAgain::Signature)
        }
    }
}
