//! What the feed tells of inquiries, responses and notices.

use countersign_core::message::{Inquiry, Kind, Message, Notice, Response};
use serde_json::{Value, json};

use super::views::{decode, unless_withheld};
use crate::room::RoomDesk;
use crate::store::StoreError;

/// One of them, told; `None` for messages of other kinds.
pub(super) fn told(
    desk: &RoomDesk,
    message: &Message,
) -> Result<Option<(&'static str, Value)>, StoreError> {
    let words = |words: String| unless_withheld(desk, message.id(), words);
    let view = match message.kind() {
        Kind::Inquiry => {
            let Inquiry { number, words: asked, precinct } = decode(message)?;
            let precinct = precinct.map(|precinct| precinct.0);
            json!({"number": number, "precinct": precinct, "words": words(asked)})
        }
        Kind::Response => {
            let Response { inquiry, words: said } = decode(message)?;
            json!({"inquiry": inquiry.to_string(), "words": words(said)})
        }
        Kind::Notice => {
            let Notice { number, words: said, next_ms } = decode(message)?;
            json!({"number": number, "next_ms": next_ms, "words": words(said)})
        }
        _ => return Ok(None),
    };
    Ok(Some((message.kind().as_str(), view)))
}
