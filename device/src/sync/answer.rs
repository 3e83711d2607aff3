//! What an HTTP answer to a message is. Anything that is not the party server's own form of an answer is somebody
//! else's: a log-in page of the building's network answers 200 as well.

use countersign_core::log::Hash;
use countersign_core::refusal::Refusal;
use data_encoding::BASE64;
use serde::Deserialize;

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
    },
    /// It says why the message is not entered.
    Problem {
        /// The reason; `None` for one that this version does not know.
        refusal: Option<Refusal>,
        /// HTTP status.
        status: u16,
        /// Messages for this tablet.
        messages: Vec<serde_json::Value>,
    },
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
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    code: String,
    #[serde(default)]
    messages: Vec<serde_json::Value>,
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
        },
        // 511 is a network that wants a log-in; the others are what proxies say of a server that is away.
        _ if (500..600).contains(&status) && status != 511 => Reply::ServerTrouble,
        _ => Reply::Portal,
    }
}

fn receipted(body: &[u8]) -> Option<Reply> {
    let answer: Receipted = serde_json::from_slice(body).ok()?;
    let consistency = match answer.consistency {
        None => None,
        Some(hashes) => Some(
            hashes
                .iter()
                .map(|text| BASE64.decode(text.as_bytes()).ok()?.try_into().ok())
                .collect::<Option<Vec<Hash>>>()?,
        ),
    };
    Some(Reply::Receipt { text: answer.receipt, consistency, messages: answer.messages })
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
            Reply::Problem { refusal: Some(Refusal::RevokedKey), status: 403, messages: vec![] }
        );
        let newer = br#"{"type":"urn:countersign:problem:from-next-year","code":"from-next-year"}"#;
        assert_eq!(
            read(418, newer),
            Reply::Problem { refusal: None, status: 418, messages: vec![] }
        );
        let receipt = br#"{"receipt":"r","consistency":null,"messages":[]}"#;
        assert_eq!(
            read(200, receipt),
            Reply::Receipt { text: "r".to_owned(), consistency: None, messages: vec![] }
        );
    }
}
