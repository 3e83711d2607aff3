//! What tablets sign, made before a clock starts.

use std::num::NonZero;

use countersign_core::contest::{Contest, Published};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber, sha256};
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{
    Channel, Enrolment, EnrolmentRequest, Message, Package, Report, Scope,
};
use countersign_core::room::Room;

use crate::Outcome;

/// The room that everything happens in.
pub(crate) const ROOM: Room = Room::Official;

/// The package of a contest, and what tablets sign by it.
pub(crate) struct Tablets {
    pub(crate) contest: Contest,
    pub(crate) package: MessageId,
}

impl Tablets {
    /// By these bytes of a package.
    pub(crate) fn of(package: &[u8]) -> Outcome<Self> {
        let (message, package) = Package::read(package)?;
        Ok(Self { contest: package.contest, package: message.id() })
    }

    /// The key of the tablet with this number.
    pub(crate) fn key(number: usize) -> SigningKey {
        SigningKey::from_seed(&sha256(format!("bench device {number}").as_bytes()))
    }

    /// An enrolment with each code, by the tablet with the code's place in the list.
    pub(crate) fn enrolments(&self, codes: &[InvitationCode]) -> Vec<Vec<u8>> {
        of_each(codes, |number, code| {
            let (invitation, device) = (code.key(&self.contest.id), Self::key(number));
            let request = EnrolmentRequest {
                invitation: invitation.public(),
                device: device.public(),
                precinct: code.precinct(),
                device_time_ms: 0,
                app_version: "bench".to_owned(),
            };
            Enrolment::sign(&self.contest.id, ROOM, &invitation, &device, request).into_bytes()
        })
    }

    /// A first report of each precinct, with made-up counts, by the tablet with the precinct's number.
    pub(crate) fn reports(&self, codes: &[InvitationCode]) -> Vec<Vec<u8>> {
        let scope = Scope::room(&self.contest.id, ROOM);
        of_each(codes, |number, code| {
            let report = self.made_up(code.precinct());
            Message::sign(&Self::key(number), scope, &report).into_bytes()
        })
    }

    /// A report with these counts.
    pub(crate) fn report(&self, precinct: PrecinctNumber, counts: Vec<Vec<u32>>) -> Report {
        Report {
            package: self.package,
            precinct,
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: counts.first().map_or(0, |first| first.iter().sum()),
            counts,
            lots: Vec::new(),
            acknowledged: Vec::new(),
            attestations: Vec::new(),
            photos: Vec::new(),
            channel: Channel::Tablet,
            device_sequence: 1,
            device_time_ms: 1_580_774_400_000,
            app_version: "bench".to_owned(),
        }
    }

    /// What was published of a precinct, as a report. Another number makes another report, a little later.
    pub(crate) fn published(&self, published: &Published, number: u64) -> Report {
        let delegates = published.awarded(&self.contest);
        let delegates = delegates.unwrap_or_else(|| vec![0; self.contest.groups.len()]);
        let counts = vec![published.first.clone(), published.last.clone(), delegates];
        let report = self.report(PrecinctNumber(published.precinct), counts);
        Report {
            attendees: published.attendance().unwrap_or(0),
            device_sequence: number,
            device_time_ms: report.device_time_ms + number,
            ..report
        }
    }

    /// People in every group at first alignment, in three at the final one, a delegate for each of those.
    fn made_up(&self, precinct: PrecinctNumber) -> Report {
        let groups = self.contest.groups.len();
        let first: Vec<u32> =
            (0..groups as u32).map(|group| (precinct.0 * 31 + group * 17) % 40).collect();
        let people: u32 = first.iter().sum();
        let mut last = vec![0; groups];
        let mut delegates = vec![0; groups];
        for group in 0..groups.min(3) {
            last[group] = people / 3;
            delegates[group] = 1;
        }
        self.report(precinct, vec![first, last, delegates])
    }
}

/// `make` of each, in order, on every core.
fn of_each<T: Sync>(all: &[T], make: impl Fn(usize, &T) -> Vec<u8> + Sync) -> Vec<Vec<u8>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let size = all.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(size)
            .enumerate()
            .map(|(part, chunk)| {
                let make = &make;
                let numbered = (part * size..).zip(chunk);
                scope.spawn(move || numbered.map(|(at, one)| make(at, one)).collect::<Vec<_>>())
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().expect("making them does not panic"))
            .collect()
    })
}
