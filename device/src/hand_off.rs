//! Hand-off: a signed report on another road (design section 7), made and read.

use countersign_core::hand_off::{HandOff, MESSAGES_MAX};
use countersign_core::message::{Enrolment, Kind, Message, Report, Scope};
use data_encoding::BASE64;
use qrcode::{EcLevel, QrCode};

use crate::api::ProblemCode;
use crate::db::outbox::{self, Item, State as Standing};
use crate::error::{Error, Result};
use crate::package::{self, Source};
use crate::picture;
use crate::report;
use crate::state::State;

/// Most bytes of a file that is read.
const FILE_MAX: usize = 8 << 20;

/// A hand-off ready to be shown.
pub(crate) struct Made {
    /// The link in the QR.
    pub(crate) link: String,
    /// The QR, row by row; empty where the report is too long for one.
    pub(crate) qr: Vec<String>,
    /// A name for the file.
    pub(crate) file_name: String,
    /// The file.
    pub(crate) bytes: Vec<u8>,
}

/// What somebody brought, read as far as that needs no tablet.
pub(crate) enum Brought {
    /// Messages to carry.
    HandOff(HandOff),
    /// A package: the other thing that comes as a file.
    Package(Vec<u8>),
}

/// Makes the hand-off of a report. What it cannot be entered without goes before it, until that has its own receipt: its
/// enrolment, and the reports that it corrects.
pub(crate) fn make(state: &mut State, report: &str) -> Result<Made> {
    let (item, facts) = report::own(state, report)?;
    let package = state.package(facts.report.package)?;
    let newest = state.current_package()?.1;
    let address = newest.contest.servers.first().ok_or(ProblemCode::NoPackage)?.address.clone();
    let enrolment = outbox::enrolment(&state.db, item.key)?;
    let enrolment =
        enrolment.filter(|enrolment| !matches!(enrolment.state, Standing::Receipted { .. }));
    let corrected = corrected(state, &facts.report, MESSAGES_MAX - 2)?;
    let messages = enrolment
        .iter()
        .chain(&corrected)
        .chain([&item])
        .map(|item| message(state, item))
        .collect::<Result<_>>()?;
    let hand_off = HandOff { room: item.room, messages };
    let link = hand_off.to_link(&address);
    let number = facts.report.precinct.0;
    let name = package
        .contest
        .precinct(number)
        .map_or_else(|| number.to_string(), |precinct| precinct.id.clone());
    Ok(Made {
        qr: modules(&link),
        file_name: format!("{name}-{}-{}.countersign", item.room, facts.report.revision),
        bytes: hand_off.to_bytes(),
        link,
    })
}

/// The reports that a report corrects, one after the other, as far back as they are without a receipt; the first one first.
fn corrected(state: &mut State, report: &Report, most: usize) -> Result<Vec<Item>> {
    let mut corrected = Vec::new();
    let mut earlier = report.supersedes;
    while let Some(id) = earlier
        && corrected.len() < most
    {
        let item = outbox::item(&state.db, id)?;
        let Some(item) = item.filter(|item| !matches!(item.state, Standing::Receipted { .. }))
        else {
            break;
        };
        corrected.push(item);
        earlier = report::facts(state, id)?.report.supersedes;
    }
    corrected.reverse();
    Ok(corrected)
}

fn message(state: &State, item: &Item) -> Result<Message> {
    let bytes = outbox::bytes(&state.db, item.id)?.ok_or(Error::NOT_NOW)?;
    Message::parse(&bytes).map_err(|error| Error::Internal(format!("message {}: {error}", item.id)))
}

/// The QR with the least redundancy, so that its modules are as large as they can be.
fn modules(link: &str) -> Vec<String> {
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::L) else { return Vec::new() };
    let dark = |color: &qrcode::Color| if *color == qrcode::Color::Dark { '1' } else { '0' };
    code.to_colors().chunks(code.width()).map(|row| row.iter().map(dark).collect()).collect()
}

/// Reads a link, or a file in base 64: a hand-off, a picture of its QR, or a package.
///
/// # Errors
/// `HandOffUnreadable`.
pub(crate) fn read(link: Option<&str>, file: Option<&str>) -> Result<Brought> {
    let unreadable = || Error::from(ProblemCode::HandOffUnreadable);
    match (link, file) {
        (Some(link), None) => {
            HandOff::from_link(link).map(Brought::HandOff).map_err(|_| unreadable())
        }
        (None, Some(file)) => {
            if file.len() > FILE_MAX.div_ceil(3) * 4 {
                return Err(unreadable());
            }
            let bytes = BASE64.decode(file.as_bytes()).map_err(|_| unreadable())?;
            if let Ok(hand_off) = HandOff::from_bytes(&bytes) {
                return Ok(Brought::HandOff(hand_off));
            }
            if Message::parse(&bytes).is_ok_and(|message| message.kind() == Kind::Package) {
                return Ok(Brought::Package(bytes));
            }
            let link = picture::read_qr(&bytes).ok_or_else(unreadable)?;
            HandOff::from_link(&link).map(Brought::HandOff).map_err(|_| unreadable())
        }
        _ => Err(unreadable()),
    }
}

/// Queues what was brought, to be carried for another tablet. The same again changes nothing.
///
/// # Errors
/// `NoPackage`: there is no server to carry it to. `HandOffUnreadable`: it is another contest's, or was altered.
pub(crate) fn take(state: &mut State, brought: Brought) -> Result<()> {
    let hand_off = match brought {
        Brought::Package(bytes) => return package::offer(state, &bytes, Source::File).map(|_| ()),
        Brought::HandOff(hand_off) => hand_off,
    };
    let (_, package) = state.current_package()?;
    check(&hand_off, &package.contest.id)?;
    let tx = state.begin()?;
    for message in &hand_off.messages {
        outbox::add(&tx, hand_off.room, message, true)?;
    }
    Ok(tx.commit()?)
}

/// What can be known here: the contents are whole, and where the enrolment came along, the signatures fit it. A report
/// alone is judged by the server, which knows the key.
fn check(hand_off: &HandOff, contest: &str) -> Result<()> {
    let mut device = None;
    for message in &hand_off.messages {
        let good = match message.kind() {
            Kind::Enrolment => message.decode::<Enrolment>().is_ok_and(|enrolment| {
                device = Some(enrolment.request.device);
                message.verify(&enrolment.request.device, Scope::room(contest, hand_off.room))
                    && enrolment.is_granted(contest, hand_off.room)
            }),
            _ => {
                message.decode::<Report>().is_ok()
                    && device.is_none_or(|device| {
                        device.id() != message.key()
                            || message.verify(&device, Scope::room(contest, hand_off.room))
                    })
            }
        };
        if !good {
            return Err(ProblemCode::HandOffUnreadable.into());
        }
    }
    Ok(())
}
