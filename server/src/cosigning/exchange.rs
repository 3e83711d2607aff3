//! What is said to a witness over HTTP (C2SP tlog-witness), bounded in time and size.

use std::time::Duration;

use countersign_core::log::{Hash, answered};
use countersign_core::witness::{AddCheckpoint, origin_hash};
use reqwest::{Response, StatusCode};

use super::{Trouble, WitnessAddress};

/// Time for one exchange.
const TIME: Duration = Duration::from_secs(4);

/// Time to reach the witness.
const CONNECT_TIME: Duration = Duration::from_secs(2);

/// Largest answer.
const ANSWER_MAX: usize = 32 << 10;

/// What a witness says to an offered checkpoint.
pub(super) enum Answer {
    /// Its signature line, verified.
    Cosigned(String),
    /// It has cosigned this size last.
    Has(u64),
    /// It says that the log does not go on from what it cosigned.
    DoesNotGoOn,
}

/// What all exchanges are made with.
///
/// # Errors
/// When the system's certificates cannot be read.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    crate::client::install_provider();
    reqwest::Client::builder()
        .timeout(TIME)
        .connect_timeout(CONNECT_TIME)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}

/// Offers a checkpoint with the proof that it goes on from the one of size `old`.
pub(super) async fn add_checkpoint(
    http: &reqwest::Client,
    witness: &WitnessAddress,
    old: u64,
    proof: Vec<Hash>,
    note: &str,
) -> Result<Answer, Trouble> {
    let body = AddCheckpoint { old, proof, note }.to_body();
    let url = format!("{}/add-checkpoint", witness.url);
    let sent = http.post(url).body(body).send().await.map_err(trouble)?;
    let status = sent.status();
    let text = read(sent).await?;
    match status {
        StatusCode::OK => {
            let line = answered(note, &text, &witness.key);
            line.map(|(line, _)| Answer::Cosigned(line)).ok_or(Trouble::Strange)
        }
        StatusCode::CONFLICT => {
            let size = text.strip_suffix('\n').and_then(|size| size.parse().ok());
            size.map(Answer::Has).ok_or(Trouble::Strange)
        }
        StatusCode::UNPROCESSABLE_ENTITY => Ok(Answer::DoesNotGoOn),
        StatusCode::NOT_FOUND => Err(Trouble::UnknownLog),
        StatusCode::FORBIDDEN => Err(Trouble::Untrusted),
        _ => Err(Trouble::Strange),
    }
}

/// The last checkpoint of a log that a witness cosigned, as it shows it to everyone.
pub(super) async fn last_checkpoint(
    http: &reqwest::Client,
    witness: &WitnessAddress,
    origin: &str,
) -> Result<String, Trouble> {
    let url = format!("{}/{}/checkpoint", witness.url, origin_hash(origin));
    let sent = http.get(url).send().await.map_err(trouble)?;
    if sent.status() != StatusCode::OK {
        return Err(Trouble::Strange);
    }
    read(sent).await
}

async fn read(mut response: Response) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(trouble)? {
        if bytes.len() + part.len() > ANSWER_MAX {
            return Err(Trouble::Strange);
        }
        bytes.extend_from_slice(&part);
    }
    String::from_utf8(bytes).map_err(|_| Trouble::Strange)
}

fn trouble(error: reqwest::Error) -> Trouble {
    if error.is_timeout() { Trouble::Slow } else { Trouble::Unreachable }
}
