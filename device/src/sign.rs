//! The signature: draft and PIN in, a signed report in the outbox out, in one durable step.

use countersign_core::checks::RuleId;
use countersign_core::crypto::SigningKey;
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Acknowledged, Attestation, Channel, Lot, Message, Report, Scope};
use rusqlite::Connection;

use crate::api::ProblemCode;
use crate::db::{self, keys, outbox};
use crate::enrol;
use crate::error::{Error, Result};
use crate::names;
use crate::reckoning::Reckoning;
use crate::state::State;

/// Signs the open draft.
///
/// # Errors
/// `NotComplete`, `NoInvitation`, and those of the PIN. Nothing was changed then but the count of wrong PINs.
pub(crate) fn sign(state: &mut State, pin: &str) -> Result<()> {
    let (draft, package) = state.draft()?;
    let facts = Reckoning::of(&package.contest, &draft);
    if !facts.missing().is_empty() {
        return Err(ProblemCode::NotComplete.into());
    }
    let row = match &draft.correction {
        // A correction replaces a report of the same key.
        Some(correction) => {
            let old = outbox::item(&state.db, correction.supersedes)?.ok_or(Error::NOT_NOW)?;
            keys::by_id(&state.db, old.key)?
        }
        None => keys::newest(&state.db, draft.precinct, draft.room)?,
    };
    let row = row.ok_or(ProblemCode::NoInvitation)?;
    let key = enrol::open_key(&state.open_vault(pin)?, &row)?;
    let (now, version) = (state.wall_ms(), state.config.app_version.clone());
    let tx = state.begin()?;
    let report = report(&tx, &facts, &key, now, &version)?;
    report.check_shape(&package.contest).map_err(|error| {
        Error::Internal(format!("draft {} would be refused: {error}", draft.id))
    })?;
    let message = Message::sign(&key, Scope::room(&package.contest.id, draft.room), &report);
    outbox::add(&tx, draft.room, &message, false)?;
    db::draft::set_signed(&tx, draft.id, message.id())?;
    State::set_open_draft(&tx, None)?;
    tx.commit()?;
    Ok(())
}

fn report(
    tx: &Connection,
    facts: &Reckoning<'_>,
    key: &SigningKey,
    now: u64,
    version: &str,
) -> Result<Report> {
    let draft = facts.draft;
    // Where nobody came the empty cells are the zero that everybody saw.
    let cell = |cell: &Option<u32>| {
        cell.or(facts.nobody_came.then_some(0)).ok_or(ProblemCode::NotComplete)
    };
    let counts = draft
        .counts
        .iter()
        .map(|count| count.iter().map(cell).collect::<Result<Vec<u32>, ProblemCode>>())
        .collect::<Result<Vec<_>, ProblemCode>>()?;
    let correction = draft.correction.as_ref();
    Ok(Report {
        package: draft.package,
        precinct: PrecinctNumber(draft.precinct),
        revision: correction.map_or(1, |correction| correction.revision),
        supersedes: correction.map(|correction| correction.supersedes),
        reason: correction.map(|correction| names::reason(&correction.reason)),
        attendees: draft.attendees.ok_or(ProblemCode::NotComplete)?,
        counts,
        lots: lots(facts),
        acknowledged: acknowledged(facts),
        attestations: attestations(facts),
        photos: Vec::new(),
        channel: Channel::Tablet,
        device_sequence: keys::next_sequence(tx, key.id())?,
        device_time_ms: now,
        app_version: version.to_owned(),
    })
}

fn lots(facts: &Reckoning<'_>) -> Vec<Lot> {
    let sorted = |groups: &[u8]| {
        let mut groups = groups.to_vec();
        groups.sort_unstable();
        groups
    };
    let lot = |tie| facts.lot_of(tie);
    facts
        .ties()
        .iter()
        .filter_map(lot)
        .map(|lot| Lot {
            seats: lot.seats,
            groups: sorted(&lot.tied),
            method: names::lot_method(lot.method),
            winners: sorted(&lot.winners),
            drawn_by: names::lot_drawer(lot.drawn_by),
        })
        .collect()
}

fn acknowledged(facts: &Reckoning<'_>) -> Vec<Acknowledged> {
    let asks = facts.findings.iter().filter(|finding| finding.severity.asks_for_a_reason());
    asks.filter_map(|finding| {
        Some(Acknowledged {
            check: finding.rule.number(),
            // A tie's groups are told apart by its lot, not here.
            group: finding.group.filter(|_| finding.rule != RuleId::C08).map(names::ballot),
            reason: names::reason(facts.kept(finding)?),
        })
    })
    .collect()
}

fn attestations(facts: &Reckoning<'_>) -> Vec<Attestation> {
    if facts.nobody_came {
        return Vec::new();
    }
    let asked = facts.attesters().into_iter();
    asked
        .filter_map(|attester| {
            let objection = facts.said(attester)?;
            let (who, group) = names::attester(attester);
            Some(Attestation { who, group, objection: objection.map(names::reason) })
        })
        .collect()
}
