//! Sends one report after another, and again what got no answer.

use std::sync::atomic::{AtomicBool, Ordering};

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::message::{Kind, Message};
use countersign_core::receipt::Receipt;
use countersign_tests::party::Party;
use countersign_tests::signer::Signer;
use countersign_tests::{Error, Result};

use crate::servers::ROOM;

fn strange(what: impl ToString) -> Error {
    Error::Unexpected(what.to_string())
}

/// Verifies a report's receipt as a tablet does.
pub(crate) fn verify(receipt: &str, id: MessageId, contest: &Contest) -> Result<Receipt> {
    let log = contest.log(ROOM).ok_or_else(|| strange("the package names no log"))?;
    Receipt::verify(receipt, id, Kind::Report, &log.origin, &log.keys).map_err(strange)
}

/// Some enrolled keys, and what was signed with them.
pub(crate) struct Writer {
    signers: Vec<Signer>,
    /// How many were signed: each report says another number of people.
    signed: u32,
    /// Sent, and not acknowledged before the server was killed.
    waiting: Option<Message>,
    /// Every acknowledged report with its receipt.
    pub(crate) acknowledged: Vec<(MessageId, String)>,
    /// Acknowledged since the last look, with the place in the log.
    pub(crate) fresh: Vec<(MessageId, u64)>,
    /// Acknowledged the first time they were sent.
    pub(crate) in_time: u64,
    /// Not acknowledged the first time, and entered all the same.
    pub(crate) entered_unsaid: u64,
}

impl Writer {
    pub(crate) const fn new(signers: Vec<Signer>) -> Self {
        Self {
            signers,
            signed: 0,
            waiting: None,
            acknowledged: Vec::new(),
            fresh: Vec::new(),
            in_time: 0,
            entered_unsaid: 0,
        }
    }

    /// Sends as fast as answers come, until the server is killed.
    pub(crate) fn write(
        &mut self,
        party: &Party,
        contest: &Contest,
        killed: &AtomicBool,
    ) -> Result<()> {
        while self.write_one(party, contest, killed)? {}
        Ok(())
    }

    /// Sends what still waits, and one report more. Gives whether both were acknowledged.
    pub(crate) fn write_one(
        &mut self,
        party: &Party,
        contest: &Contest,
        killed: &AtomicBool,
    ) -> Result<bool> {
        if !self.settle(party, contest, killed)? {
            return Ok(false);
        }
        let message = self.sign()?;
        self.waiting = Some(message.clone());
        let answered = self.send(party, contest, &message, killed)?;
        self.in_time += u64::from(answered);
        Ok(answered)
    }

    /// Sends again what got no answer. Gives whether it got one now.
    pub(crate) fn settle(
        &mut self,
        party: &Party,
        contest: &Contest,
        killed: &AtomicBool,
    ) -> Result<bool> {
        let Some(message) = self.waiting.clone() else { return Ok(true) };
        let known = party.receipt(ROOM.as_str(), &message.id().to_string()).is_ok();
        let answered = self.send(party, contest, &message, killed)?;
        self.entered_unsaid += u64::from(known && answered);
        Ok(answered)
    }

    fn sign(&mut self) -> Result<Message> {
        let number = usize::try_from(self.signed).map_err(strange)?;
        self.signed += 1;
        let signer = self.signers.get(number % self.signers.len());
        Ok(signer.ok_or_else(|| strange("no signer"))?.report(self.signed))
    }

    /// Sends a report and keeps its receipt. Gives whether there was one, which only a kill or a fault excuses.
    fn send(
        &mut self,
        party: &Party,
        contest: &Contest,
        message: &Message,
        killed: &AtomicBool,
    ) -> Result<bool> {
        let reply = match party.post(ROOM.as_str(), message.bytes()) {
            Err(_) if killed.load(Ordering::SeqCst) => return Ok(false),
            answered => answered?,
        };
        let receipt = match reply.receipt() {
            Err(_) if killed.load(Ordering::SeqCst) => return Ok(false),
            receipt => receipt?,
        };
        let index = verify(&receipt, message.id(), contest)?.index;
        self.acknowledged.push((message.id(), receipt));
        self.fresh.push((message.id(), index));
        self.waiting = None;
        Ok(true)
    }
}
