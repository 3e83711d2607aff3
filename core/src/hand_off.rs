//! Hand-off (design section 7): a signed report, with its enrolment, on any road: a link in a QR, or a file.
//!
//! The bytes: a version (1), the room (1 official, 2 rehearsal), then one to eight messages, each after its length in
//! two bytes, big-endian. The carrier can change nothing: every message is signed.

use data_encoding::BASE32_NOPAD;

use crate::message::{Kind, Message};
use crate::room::Room;

const VERSION: u8 = 1;

/// Most messages in one hand-off: an enrolment, a report, and between them the reports that it corrects, where the server
/// has not countersigned those.
pub const MESSAGES_MAX: usize = 8;

/// Most bytes of a hand-off.
pub const SIZE_MAX: usize = 2 + MESSAGES_MAX * (2 + (4 << 10));

/// What is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOff {
    /// The room the messages are for.
    pub room: Room,
    /// In the order in which they must be entered.
    pub messages: Vec<Message>,
}

/// Bytes or a text that hold no hand-off. The same ones never will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a Countersign hand-off, or it is damaged")]
pub struct NotAHandOff;

impl HandOff {
    /// The bytes, also of the `.countersign` file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let room = match self.room {
            Room::Official => 1,
            Room::Rehearsal => 2,
        };
        let mut bytes = vec![VERSION, room];
        for message in &self.messages {
            let message = message.bytes();
            let size =
                u16::try_from(message.len()).expect("enrolments and reports have at most 4 KiB");
            bytes.extend(size.to_be_bytes());
            bytes.extend(message);
        }
        bytes
    }

    /// Reads the bytes; enrolments and reports only.
    ///
    /// # Errors
    /// [`NotAHandOff`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAHandOff> {
        let [VERSION, room, rest @ ..] = bytes else {
            return Err(NotAHandOff);
        };
        let room = match room {
            1 => Room::Official,
            2 => Room::Rehearsal,
            _ => return Err(NotAHandOff),
        };
        let mut messages = Vec::new();
        let mut rest = rest;
        while !rest.is_empty() {
            let (size, tail) = rest.split_first_chunk().ok_or(NotAHandOff)?;
            let size = usize::from(u16::from_be_bytes(*size));
            let (message, tail) = tail.split_at_checked(size).ok_or(NotAHandOff)?;
            let message = Message::parse(message).map_err(|_| NotAHandOff)?;
            if !matches!(message.kind(), Kind::Enrolment | Kind::Report) {
                return Err(NotAHandOff);
            }
            messages.push(message);
            rest = tail;
        }
        if (1..=MESSAGES_MAX).contains(&messages.len()) {
            Ok(Self { room, messages })
        } else {
            Err(NotAHandOff)
        }
    }

    /// The link that the QR holds: all of it in the QR's alphanumeric characters. `address` is a server's,
    /// `https://host[:port]`.
    #[must_use]
    pub fn to_link(&self, address: &str) -> String {
        let address = address.trim_end_matches('/').to_ascii_uppercase();
        format!("{address}/C/{}", BASE32_NOPAD.encode(&self.to_bytes()))
    }

    /// Reads a link, or the part of it behind `/C/`.
    ///
    /// # Errors
    /// [`NotAHandOff`].
    pub fn from_link(link: &str) -> Result<Self, NotAHandOff> {
        let link = link.trim().to_ascii_uppercase();
        let text = link.rsplit_once("/C/").map_or(link.as_str(), |(_, text)| text);
        if text.len() > SIZE_MAX * 8 / 5 + 1 {
            return Err(NotAHandOff);
        }
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| NotAHandOff)?;
        Self::from_bytes(&bytes)
    }
}
