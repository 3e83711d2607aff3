//! Invitations: what a code is for, and how the keys of both rooms come to speak for its precinct.

use countersign_core::contest::Contest;
use countersign_core::crypto::SigningKey;
use countersign_core::id::{KeyId, MessageId, PrecinctNumber};
use countersign_core::invitation::{CodeError, InvitationCode, InvitationLink};
use countersign_core::message::{Enrolment, EnrolmentRequest, Kind, Message, Package, Scope};
use countersign_core::room::Room;
use rusqlite::Connection;

use crate::api::{HeldReason, PrecinctView, ProblemCode};
use crate::db::keys::{self, DeviceKey};
use crate::db::outbox::{self, State as Standing};
use crate::db::setting;
use crate::error::Result;
use crate::names;
use crate::package::{WANTED_ADDRESS, WANTED_PARTY};
use crate::pin;
use crate::report;
use crate::state::State;
use crate::vault::{Vault, VaultKey};

/// A code as it was typed or scanned.
pub(crate) struct Brought {
    code: InvitationCode,
    link: Option<InvitationLink>,
}

/// Reads a code, or the link of an invitation's QR.
///
/// # Errors
/// `CodeFormat`, `CodeSlip`.
pub(crate) fn read(text: &str) -> Result<Brought> {
    let code_error = |error| match error {
        CodeError::Format => ProblemCode::CodeFormat,
        CodeError::Slip => ProblemCode::CodeSlip,
    };
    if let Some(link) = InvitationLink::parse(text).map_err(code_error)? {
        return Ok(Brought { code: link.code.clone(), link: Some(link) });
    }
    Ok(Brought { code: InvitationCode::parse(text).map_err(code_error)?, link: None })
}

/// Remembers where the package of a link can be had. Says whether that is new.
pub(crate) fn want_package(state: &mut State, brought: &Brought) -> Result<bool> {
    let Some(link) = brought.link.as_ref().filter(|_| state.current.is_none()) else {
        return Ok(false);
    };
    let tx = state.begin()?;
    setting::write(&tx, WANTED_PARTY, &link.party.to_string())?;
    setting::write(&tx, WANTED_ADDRESS, &link.address)?;
    tx.commit()?;
    Ok(true)
}

/// The precinct a code is for, and whether this tablet holds it already.
///
/// # Errors
/// `NoPackage`, `CodeOtherContest`, `PackageRefused` (the link names another party).
pub(crate) fn preview(state: &mut State, brought: &Brought) -> Result<(PrecinctView, bool)> {
    let (_, package) = state.current_package()?;
    check_party(&package, brought)?;
    let contest = &package.contest;
    let view = names::precinct(contest, brought.code.precinct().0, None)
        .ok_or(ProblemCode::CodeOtherContest)?;
    let held = keys::holds(&state.db, &brought.code.key(&contest.id).public())?;
    Ok((view, held))
}

fn check_party(package: &Package, brought: &Brought) -> Result<()> {
    match &brought.link {
        Some(link) if link.party != package.party_key.id() => {
            Err(ProblemCode::PackageRefused.into())
        }
        _ => Ok(()),
    }
}

/// Takes an invitation: keys of both rooms, sealed; their enrolments, queued. One durable step. The same code again
/// only asks for the PIN.
pub(crate) fn enrol(state: &mut State, brought: &Brought, pin: &str) -> Result<()> {
    pin::check_format(pin)?;
    let (_, held) = preview(state, brought)?;
    let (new_vault, vault_key) = match keys::vault(&state.db)? {
        Some(_) => (None, state.open_vault(pin)?),
        None => {
            let (vault, key) = Vault::create(pin, state.config.argon2, &*state.config.random)?;
            (Some(vault), key)
        }
    };
    if !held {
        let (_, package) = state.current_package()?;
        let (config, now) = (state.config.clone(), state.wall_ms());
        let invitation = brought.code.key(&package.contest.id);
        let tx = state.begin()?;
        if let Some(vault) = &new_vault {
            keys::set_vault(&tx, vault)?;
        }
        for room in Room::ALL {
            let (key, sealed) =
                vault_key.make_device_key(&*config.random, |key| aad(room, key.id()))?;
            let request = EnrolmentRequest {
                invitation: invitation.public(),
                device: key.public(),
                precinct: brought.code.precinct(),
                device_time_ms: now,
                app_version: config.app_version.clone(),
            };
            let PrecinctNumber(precinct) = request.precinct;
            let message = Enrolment::sign(&package.contest.id, room, &invitation, &key, request);
            let row =
                DeviceKey { id: key.id(), room, precinct, invitation: invitation.public(), sealed };
            keys::add(&tx, &row)?;
            outbox::add(&tx, room, &message, false)?;
        }
        tx.commit()?;
    }
    state.unlocked = true;
    take_over(state, &vault_key)
}

/// What a device key is sealed for.
fn aad(room: Room, key: KeyId) -> Vec<u8> {
    format!("countersign device key 1 {room} {key}").into_bytes()
}

/// Opens a device key of this tablet.
pub(crate) fn open_key(vault: &VaultKey, row: &DeviceKey) -> Result<SigningKey> {
    vault.device_key(&aad(row.room, row.id), &row.sealed)
}

/// A new invitation takes over the queue: what the server would not take from an older key of the precinct is signed
/// again with the newer one, as a first report. What may still be entered under the older key is left alone, for two
/// invitations that say the same would look like two people who counted.
pub(crate) fn take_over(state: &mut State, vault: &VaultKey) -> Result<()> {
    for item in outbox::newest_first(&state.db, Kind::Report)? {
        let stuck =
            matches!(item.state, Standing::Refused(_) | Standing::Held(HeldReason::RevokedKey));
        if item.carried || item.put_away || item.replaced_by.is_some() || !stuck {
            continue;
        }
        let facts = report::facts(state, item.id)?;
        if report::superseded_by(state, item.id)?.is_some() {
            continue;
        }
        let newest = keys::newest(&state.db, facts.report.precinct.0, item.room)?;
        let Some(newest) = newest.filter(|newest| newest.id != item.key) else { continue };
        let package = state.package(facts.report.package)?;
        let key = open_key(vault, &newest)?;
        let tx = state.begin()?;
        let message = sign_again(&tx, &package.contest, item.room, &key, &facts)?;
        outbox::add(&tx, item.room, &message, false)?;
        outbox::set_replaced(&tx, item.id, message.id())?;
        tx.commit()?;
    }
    Ok(())
}

fn sign_again(
    tx: &Connection,
    contest: &Contest,
    room: Room,
    key: &SigningKey,
    facts: &report::Facts,
) -> Result<Message> {
    let mut report = facts.report.clone();
    report.revision = 1;
    report.supersedes = None;
    report.reason = None;
    report.device_sequence = keys::next_sequence(tx, key.id())?;
    Ok(Message::sign(key, Scope::room(&contest.id, room), &report))
}

/// The precinct that a message of this tablet is about.
pub(crate) fn precinct_of(db: &Connection, id: MessageId) -> Result<Option<u32>> {
    let Some(item) = outbox::item(db, id)? else { return Ok(None) };
    Ok(keys::by_id(db, item.key)?.map(|key| key.precinct))
}
