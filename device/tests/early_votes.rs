//! A precinct with early votes: the room counts its own people, the tablet works with both (T20).

mod common;

use common::Party;
use common::tablet::{Device, count};
use countersign_core::contest::{Contest, EarlyVotes};
use countersign_device::api::*;

const OAK_1: u32 = 2;
const OFFICIAL: RoomName = RoomName::Official;

fn people(contest: &Contest, of: &[(usize, u32)]) -> Vec<u32> {
    let mut people = vec![0; contest.groups.len()];
    for &(group, number) in of {
        people[group] = number;
    }
    people
}

/// Five delegates; of 20 early voters 11 stand with the group 8, which has 4 of 40 people in the room.
fn oak() -> Device {
    let mut party = Party::new("http://127.0.0.1:9");
    let votes = people(&party.contest, &[(1, 4), (3, 5), (8, 11)]);
    party.contest.early_votes = Some(vec![EarlyVotes {
        precinct: OAK_1,
        attendees: 20,
        first: votes.clone(),
        last: votes,
    }]);
    Device::enrolled(party.package(1).into_bytes(), &party.code(OAK_1).to_string())
}

#[test]
fn t20_early_votes_count_with_the_room_and_are_not_in_its_report() {
    let device = oak();
    let room: &[(u8, u32)] = &[(1, 21), (3, 15), (8, 4)];
    device.fill(OAK_1, OFFICIAL, (40, [room, room, &[(1, 2), (3, 2), (8, 1)]]));
    let caucus = device.caucus();
    assert_eq!((caucus.attendees, caucus.viability_number), (Some(40), Some(9)), "of 60");
    let cell = caucus.counts[1].cells[8];
    assert_eq!((cell.value, cell.viable, cell.short), (Some(4), Some(true), None));
    assert_eq!((caucus.counts[0].sum, caucus.counts[0].expected), (40, Some(40)), "the room's");
    let early = caucus.early_votes.as_ref().unwrap();
    assert_eq!((early.attendees, early.counts[1][8], early.counts[2][8]), (20, 11, 0));
    let award = caucus.award.as_ref().unwrap();
    assert_eq!(award.delegates.as_ref().unwrap()[8], 1, "with the early votes it is viable");
    assert_eq!(award.rows.iter().map(|row| row.people).collect::<Vec<_>>(), [25, 20, 15]);
    assert_eq!(caucus.findings, []);
    let captains = caucus.attestations.iter().filter_map(|asked| match asked.who {
        Attester::Captain { group } => Some(group),
        _ => None,
    });
    assert_eq!(captains.collect::<Vec<_>>(), [1, 3, 8]);
    let report = device.sign();
    assert_eq!((report.attendees, report.counts[1][8], report.counts[2][8]), (40, 4, 1));
}

#[test]
fn t20_where_nobody_came_early_voters_still_elect() {
    let device = oak();
    device.view_of(Command::OpenCaucus { precinct: OAK_1, room: OFFICIAL });
    let caucus =
        device.view_of(Command::Press { cell: Cell::Attendees, key: Key::D0 }).caucus.unwrap();
    assert!(caucus.steps.iter().any(|step| step.step == Step::Delegates), "not merely signed");
    for at in 0..2 {
        device.view_of(Command::NobodyInTheRest { count: at });
    }
    let caucus = device.view_of(Command::TakeComputedDelegates).caucus.unwrap();
    let delegates: Vec<u32> =
        [1, 3, 8].iter().filter_map(|&group: &usize| caucus.counts[2].cells[group].value).collect();
    assert_eq!(delegates, [1, 1, 3], "of 4, 5 and 11 early voters");
    assert_eq!(caucus.findings, []);
    device.view_of(Command::Press { cell: count(2, 1), key: Key::Plus });
    let caucus = device.caucus();
    assert!(caucus.findings.iter().any(|finding| finding.rule == "C05"), "{:?}", caucus.findings);
}

#[test]
fn t20_without_early_votes_nothing_is_said_of_them() {
    let party = Party::new("http://127.0.0.1:9");
    let device = Device::enrolled(party.package(1).into_bytes(), &party.code(OAK_1).to_string());
    device.view_of(Command::OpenCaucus { precinct: OAK_1, room: OFFICIAL });
    assert_eq!(device.caucus().early_votes, None);
}
