//! A rehearsal beside the worksheet that it was entered from.

mod common;

use common::tablet::{Device, count};
use common::{Party, practice};
use countersign_core::contest::{Contest, Worksheet, worksheet};
use countersign_device::api::*;

const MAPLE_1: u32 = 0;

fn party(contest: Contest) -> Party {
    let mut party = Party::new("http://127.0.0.1:9");
    party.contest.worksheets = contest.worksheets;
    party
}

fn sheet(precinct: u32) -> Worksheet {
    worksheet(&practice(), precinct).expect("the practice contest brings one for every place")
}

/// Enters figures as a person does and signs them.
fn entered(
    party: &Party,
    precinct: u32,
    room: RoomName,
    figures: &Worksheet,
) -> (Device, ReportView) {
    let device = Device::enrolled(party.package(1).into_bytes(), &party.code(precinct).to_string());
    let cells: Vec<Vec<(u8, u32)>> = figures
        .counts
        .iter()
        .map(|count| (0..).zip(count.iter().copied()).filter(|(_, people)| *people > 0).collect())
        .collect();
    device.fill(precinct, room, (figures.attendees, [&cells[0], &cells[1], &cells[2]]));
    let report = device.sign();
    (device, report)
}

fn compare(device: &Device, report: &str) -> Result<(Vec<WorksheetCell>, u32), ProblemCode> {
    match device.call(Command::CompareWorksheet { report: report.to_owned() }) {
        Ok(Answer::Worksheet { cells, differing }) => Ok((cells, differing)),
        Ok(other) => panic!("a comparison was expected: {other:?}"),
        Err(problem) => Err(problem.code),
    }
}

#[test]
fn t78_every_place_of_the_contest_can_rehearse_without_a_difference() {
    let contest = practice();
    let party = party(practice());
    for number in 0..contest.precincts.len() as u32 {
        let sheet = sheet(number);
        let (device, report) = entered(&party, number, RoomName::Rehearsal, &sheet);
        assert!(report.worksheet, "place {number}");
        let (cells, differing) = compare(&device, &report.id).expect("there is a worksheet");
        assert_eq!(differing, 0, "place {number}");
        let written: Vec<u32> =
            [sheet.attendees].into_iter().chain(sheet.counts.into_iter().flatten()).collect();
        let compared: Vec<u32> = cells.iter().map(|cell| cell.worksheet).collect();
        assert_eq!(compared, written, "attendance, then every group of every count");
    }
}

#[test]
fn t78_the_cells_that_differ_are_named() {
    let party = party(practice());
    let sheet = sheet(MAPLE_1);
    let mut slip = sheet.clone();
    slip.attendees += 1;
    // One person in another group, as when two rows are mixed up.
    let from = slip.counts[1].iter().position(|people| *people > 0).expect("somebody came");
    let to = (from + 1) % slip.counts[1].len();
    slip.counts[1][from] -= 1;
    slip.counts[1][to] += 1;
    let (device, report) = entered(&party, MAPLE_1, RoomName::Rehearsal, &slip);
    let (cells, differing) = compare(&device, &report.id).expect("there is a worksheet");
    let found: Vec<WorksheetCell> =
        cells.into_iter().filter(|cell| cell.worksheet != cell.reported).collect();
    let mut expected = vec![WorksheetCell {
        cell: Cell::Attendees,
        worksheet: sheet.attendees,
        reported: sheet.attendees + 1,
    }];
    let mut groups = [from, to];
    groups.sort_unstable();
    expected.extend(groups.map(|group| WorksheetCell {
        cell: count(1, group as u8),
        worksheet: sheet.counts[1][group],
        reported: slip.counts[1][group],
    }));
    assert_eq!((found, differing), (expected, 3));
}

#[test]
fn only_a_rehearsal_with_a_worksheet_is_compared() {
    let sheet = sheet(MAPLE_1);
    let with = party(practice());
    let without = party(Contest { worksheets: Vec::new(), ..practice() });
    for (party, room) in [(&with, RoomName::Official), (&without, RoomName::Rehearsal)] {
        let (device, report) = entered(party, MAPLE_1, room, &sheet);
        assert!(!report.worksheet, "{room:?}");
        assert_eq!(compare(&device, &report.id), Err(ProblemCode::NotPossibleNow), "{room:?}");
        assert_eq!(compare(&device, "00"), Err(ProblemCode::NotPossibleNow));
    }
}
