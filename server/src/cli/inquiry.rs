//! What campaigns ask headquarters, what it says to that and to everyone: `release inquire`, `review respond`, `release notice`.

use std::fmt::Write as _;

use clap::Args;
use countersign_core::message::Response;
use countersign_core::results::RoomState;

use super::person::{Signer, message_id, precinct};
use crate::clock::{Clock as _, SystemClock, utc};
use crate::failure::Failure;
use crate::inquiries;

/// Ask headquarters something, about a precinct or not. Signed by an observer.
///
/// It stands on the status page at once, with the response once there is one. At most ten wait for a response at a time.
#[derive(Args)]
pub(super) struct Inquire {
    #[command(flatten)]
    signer: Signer,
    /// What is asked, in at most 200 characters that everyone will read.
    #[arg(value_name = "TEXT")]
    words: String,
    /// Id of the precinct it is about.
    #[arg(long, value_name = "ID")]
    precinct: Option<String>,
}

/// Respond to an observer's inquiry. Signed by a reviewer or a release manager.
#[derive(Args)]
pub(super) struct Respond {
    #[command(flatten)]
    signer: Signer,
    /// Id of the inquiry, as `release list` shows it.
    #[arg(long, value_name = "ID")]
    inquiry: String,
    /// What is said, in at most 200 characters that everyone will read.
    #[arg(value_name = "TEXT")]
    words: String,
}

/// Say something to everyone, on top of the status page. Signed by a release manager; it changes nothing, so one is enough.
#[derive(Args)]
pub(super) struct GiveNotice {
    #[command(flatten)]
    signer: Signer,
    /// What is said, in at most 200 characters.
    #[arg(value_name = "TEXT")]
    words: String,
    /// Minutes until the next word comes, at most a day. The page says so, and says when that time is past.
    #[arg(long, value_name = "MINUTES")]
    next_minutes: Option<u32>,
}

pub(super) fn inquire(inquire: &Inquire) -> Result<(), Failure> {
    let Inquire { signer, words, precinct: about } = inquire;
    signer.act_as(|state, key| {
        let about = about.as_deref().map(|id| precinct(state, id)).transpose()?;
        Ok(inquiries::inquire(state, key, words, about))
    })?;
    Ok(())
}

pub(super) fn respond(respond: &Respond) -> Result<(), Failure> {
    let inquiry = message_id(&respond.inquiry)?;
    respond.signer.act(|_| Ok(Response { inquiry, words: respond.words.clone() }))?;
    Ok(())
}

pub(super) fn notify(give: &GiveNotice) -> Result<(), Failure> {
    give.signer.act(|state| {
        Ok(inquiries::notify(state, &give.words, give.next_minutes, SystemClock.now_ms()))
    })?;
    Ok(())
}

/// Lists notices and inquiries, for `release list`.
pub(super) fn list(text: &mut String, state: &RoomState) {
    for noticed in state.review().notices() {
        let next = noticed
            .notice
            .next_ms
            .map_or_else(String::new, |at_ms| format!(" (the next word comes by {})", utc(at_ms)));
        let _ = writeln!(
            text,
            "notice {}, {}, by person {} at {}: {}{next}",
            noticed.notice.number,
            noticed.signed.id,
            noticed.signed.person,
            utc(noticed.signed.entered_ms),
            noticed.notice.words
        );
    }
    for inquired in state.review().inquiries() {
        let contest = state.package().map(|package| &package.contest);
        let about = inquired.inquiry.precinct.zip(contest);
        let about = about.and_then(|(number, contest)| contest.precinct(number.0));
        let about = about.map_or_else(String::new, |precinct| format!(", about {}", precinct.id));
        let response = match &inquired.response {
            Some((signed, response)) => format!("response {}: {}", signed.id, response.words),
            None => "no response".to_owned(),
        };
        let _ = writeln!(
            text,
            "inquiry {} by person {}{about}: {} ({response})",
            inquired.signed.id, inquired.signed.person, inquired.inquiry.words
        );
    }
}
