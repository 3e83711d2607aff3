//! What an HTTP answer to a message is. Anything that is not the party server's own form of an answer is somebody
//! else's: a log-in page of the building's network answers 200 as well.

use countersign_core::log::Hash;
use countersign_core::refusal::Refusal;
use data_encoding::BASE64;
use serde::Deserialize;

use crate::followed::Shown;
use crate::question;
use crate::released::ReleasedNumbers;

/// What a problem's `type` begins with.
const PROBLEM: &str = "urn:countersign:problem:";

/// An answer, read and not yet believed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// It says the message is entered.
    Receipt {
        /// The receipt.
        text: String,
        /// Proof from the checkpoint the tablet named; `None`: the log is shorter than that.
        consistency: Option<Vec<Hash>>,
        /// Messages for this tablet.
        messages: Vec<serde_json::Value>,
        /// It says that the log was begun again.
        begun_again: Option<Shown>,
    },
    /// It says why the message is not entered.
    Problem {
        /// The reason; `None` for one that this version does not know.
        refusal: Option<Refusal>,
        /// HTTP status.
        status: u16,
        /// Messages for this tablet.
        messages: Vec<serde_json::Value>,
        /// It says that the log was begun again.
        begun_again: Option<Shown>,
    },
    /// A fault of the server, or of what stands before it.
    ServerTrouble,
    /// Somebody else answered.
    Portal,
}

/// An answer about a room's log, read and not yet believed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LogReply {
    /// Its head.
    Log {
        /// The signed note.
        checkpoint: String,
        /// Proof from the checkpoint the tablet named; `None`: the log is shorter than that.
        consistency: Option<Vec<Hash>>,
        /// It says that the log was begun again.
        begun_again: Option<Shown>,
        /// What it says is released of the precincts that were asked for; `None`: an older server says nothing of it.
        released: Option<Vec<ReleasedNumbers>>,
        /// What it says headquarters asks; `None`: an older server says nothing of it.
        questions: Option<Vec<question::Shown>>,
    },
    /// The server has nothing to say of the log: it is older than this version, or the log is empty.
    Nothing,
    /// A fault of the server, or of what stands before it.
    ServerTrouble,
    /// Somebody else answered.
    Portal,
}

#[derive(Deserialize)]
struct Receipted {
    receipt: String,
    consistency: Option<Vec<String>>,
    #[serde(default)]
    messages: Vec<serde_json::Value>,
    #[serde(default)]
    begun_again: Option<Beginning>,
}

#[derive(Deserialize)]
struct Log {
    checkpoint: String,
    consistency: Option<Vec<String>>,
    #[serde(default)]
    begun_again: Option<Beginning>,
    #[serde(default)]
    released: Option<Vec<ReleasedNumbers>>,
    #[serde(default)]
    questions: Option<Vec<Asked>>,
}

#[derive(Deserialize)]
struct Asked {
    message: String,
    receipt: String,
}

impl Asked {
    /// What is no base 64 proves nothing, and is dropped when it is held against the log.
    fn shown(self) -> question::Shown {
        let message = BASE64.decode(self.message.as_bytes()).unwrap_or_default();
        question::Shown { message, receipt: self.receipt }
    }
}

#[derive(Deserialize)]
struct Beginning {
    message: String,
    receipt: String,
}

impl Beginning {
    /// What is no base 64 proves nothing.
    fn shown(self) -> Option<Shown> {
        let message = BASE64.decode(self.message.as_bytes()).ok()?;
        Some(Shown { message, receipt: self.receipt })
    }
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    code: String,
    #[serde(default)]
    messages: Vec<serde_json::Value>,
    #[serde(default)]
    begun_again: Option<Beginning>,
}

/// Reads an answer.
pub(crate) fn read(status: u16, body: &[u8]) -> Reply {
    if status == 200 {
        return receipted(body).unwrap_or(Reply::Portal);
    }
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) if problem.kind.starts_with(PROBLEM) => Reply::Problem {
            refusal: problem.code.parse().ok(),
            status,
            messages: problem.messages,
            begun_again: problem.begun_again.and_then(Beginning::shown),
        },
        // 511 is a network that wants a log-in; the others are what proxies say of a server that is away.
        _ if (500..600).contains(&status) && status != 511 => Reply::ServerTrouble,
        _ => Reply::Portal,
    }
}

/// Reads an answer about a room's log.
pub(crate) fn read_log(status: u16, body: &[u8]) -> LogReply {
    if status == 200 {
        return log(body).unwrap_or(LogReply::Portal);
    }
    match read(status, body) {
        Reply::Problem { status, .. } if status >= 500 => LogReply::ServerTrouble,
        Reply::Problem { .. } => LogReply::Nothing,
        Reply::ServerTrouble => LogReply::ServerTrouble,
        Reply::Portal | Reply::Receipt { .. } => LogReply::Portal,
    }
}

fn log(body: &[u8]) -> Option<LogReply> {
    let answer: Log = serde_json::from_slice(body).ok()?;
    Some(LogReply::Log {
        checkpoint: answer.checkpoint,
        consistency: proof(answer.consistency)?,
        begun_again: answer.begun_again.and_then(Beginning::shown),
        released: answer.released,
        questions: answer.questions.map(|asked| asked.into_iter().map(Asked::shown).collect()),
    })
}

fn receipted(body: &[u8]) -> Option<Reply> {
    let answer: Receipted = serde_json::from_slice(body).ok()?;
    Some(Reply::Receipt {
        text: answer.receipt,
        consistency: proof(answer.consistency)?,
        messages: answer.messages,
        begun_again: answer.begun_again.and_then(Beginning::shown),
    })
}

/// `None` when something in it is no hash.
fn proof(hashes: Option<Vec<String>>) -> Option<Option<Vec<Hash>>> {
    let Some(hashes) = hashes else { return Some(None) };
    let hash = |text: &String| BASE64.decode(text.as_bytes()).ok()?.try_into().ok();
    hashes.iter().map(hash).collect::<Option<Vec<Hash>>>().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t24_only_the_server_s_own_forms_are_answers() {
        assert_eq!(read(200, b"<html>Welcome to the gym</html>"), Reply::Portal);
        assert_eq!(read(200, b""), Reply::Portal);
        assert_eq!(read(200, br#"{"ok":true}"#), Reply::Portal);
        assert_eq!(
            read(200, br#"{"receipt":"r","consistency":["x"]}"#),
            Reply::Portal,
            "not a hash"
        );
        assert_eq!(read(302, b""), Reply::Portal);
        assert_eq!(read(404, b"Not found"), Reply::Portal);
        assert_eq!(read(511, b"log in"), Reply::Portal);
        assert_eq!(read(502, b"<h1>Bad gateway</h1>"), Reply::ServerTrouble);
        assert_eq!(read(403, br#"{"type":"about:blank","code":"revoked-key"}"#), Reply::Portal);
        let problem = br#"{"type":"urn:countersign:problem:revoked-key","code":"revoked-key"}"#;
        assert_eq!(
            read(403, problem),
            Reply::Problem {
                refusal: Some(Refusal::RevokedKey),
                status: 403,
                messages: vec![],
                begun_again: None
            }
        );
        let newer = br#"{"type":"urn:countersign:problem:from-next-year","code":"from-next-year"}"#;
        assert_eq!(
            read(418, newer),
            Reply::Problem { refusal: None, status: 418, messages: vec![], begun_again: None }
        );
        let receipt = br#"{"receipt":"r","consistency":null,"messages":[]}"#;
        assert_eq!(
            read(200, receipt),
            Reply::Receipt {
                text: "r".to_owned(),
                consistency: None,
                messages: vec![],
                begun_again: None
            }
        );
    }

    #[test]
    fn what_is_no_answer_about_a_log_says_nothing_of_it() {
        let problem =
            |status: u16| read_log(status, br#"{"type":"urn:countersign:problem:x","code":"x"}"#);
        assert_eq!(problem(404), LogReply::Nothing, "a server that is older than this version");
        assert_eq!(problem(503), LogReply::ServerTrouble);
        assert_eq!(read_log(502, b"<h1>Bad gateway</h1>"), LogReply::ServerTrouble);
        assert_eq!(read_log(404, b"Not found"), LogReply::Portal);
        assert_eq!(read_log(200, b"<html>Welcome to the gym</html>"), LogReply::Portal);
        let log =
            br#"{"checkpoint":"c","consistency":[],"begun_again":{"message":"!","receipt":"r"}}"#;
        assert_eq!(
            read_log(200, log),
            LogReply::Log {
                released: None,
                questions: None,
                checkpoint: "c".to_owned(),
                consistency: Some(vec![]),
                begun_again: None
            },
            "what is no base 64 is no proof"
        );
    }
}
