//! Kinds 21 and 22: what headquarters asks a precinct's secretary about a report, and the reply (design section 9,
//! "returned").
//!
//! Neither changes a number. Who finds that the numbers were wrong answers with a correction, which is a report.

use minicbor::{Decode, Encode};

use super::words::is_why;
use super::{FindingName, Kind, Payload, Reason};
use crate::id::{MessageId, PrecinctNumber, sha256};

/// Kind 21, signed by a reviewer or an operator: a question to those who signed a report.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Question {
    /// The precinct.
    #[n(1)]
    pub precinct: PrecinctNumber,
    /// The report it is about; the reply comes from the tablet that signed it.
    #[n(2)]
    pub report: MessageId,
    /// Findings it is about, in rising order; none where only the words say what is asked.
    #[n(3)]
    pub findings: Vec<FindingName>,
    /// What is asked, in 1 to 200 characters.
    #[n(4)]
    pub words: String,
    /// 1 for the first question about the precinct and one more with each, so that the same can be asked again.
    #[n(5)]
    pub number: u32,
}

impl Payload for Question {
    const KIND: Kind = Kind::Question;
}

impl Question {
    /// Most findings that one question is about.
    pub const FINDINGS_MAX: usize = 16;

    /// What only those can say who have a report's bytes, so that a question about it is shown to them before it is public:
    /// the SHA-256 of `countersign/v1/holding`, a line feed and the bytes. The id would not do, for it stands in the log that
    /// everyone can read.
    #[must_use]
    pub fn holding(report: &[u8]) -> [u8; 32] {
        sha256(&[b"countersign/v1/holding\n", report].concat())
    }

    /// Whether lengths are within their limits and the findings stand in order.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.words)
            && self.findings.len() <= Self::FINDINGS_MAX
            && self.findings.is_sorted_by(|a, b| a < b)
    }
}

/// Kind 22, signed by the device key of the report that was asked about: its numbers are right as they were signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reply {
    /// Id of the question.
    #[n(1)]
    pub question: MessageId,
    /// Why the numbers stand, by the contest's list.
    #[n(2)]
    pub reason: Reason,
}

impl Payload for Reply {
    const KIND: Kind = Kind::Reply;
}
