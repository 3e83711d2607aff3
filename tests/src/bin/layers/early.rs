//! The small contest with early votes, which is made up as well: its precincts report what was counted in the rooms.

use std::path::Path;

use countersign_core::contest::{CountKind, read_published};
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Channel, Layer};
use countersign_core::results::findings_of;
use countersign_tests::{house, places};

use crate::Outcome;
use crate::desk::Desk;
use crate::sheet::{Road, report};

/// Releases it, and writes the results into `results` below the folder.
pub(crate) fn run(folder: &Path) -> Outcome<()> {
    let files = places::contest("early-votes-example");
    std::fs::create_dir_all(folder)?;
    let copy = house::without_window(&files, &folder.join("contest"))?;
    let mut desk = Desk::open(folder, &copy)?;
    let contest = desk.house.contest.clone();
    let name = "results/in-person.csv";
    let rooms = read_published(&contest, name, &std::fs::read(files.join(name))?)
        .map_err(|mistakes| format!("{name}: {mistakes:?}"))?;
    let mut released = Vec::new();
    for room in rooms {
        let counts = contest.counts.iter().map(|kind| match kind {
            CountKind::FirstAlignment => Some(room.first.clone()),
            CountKind::FinalAlignment => Some(room.last.clone()),
            CountKind::Delegates => room.delegates.clone(),
        });
        let counts = counts.collect::<Option<Vec<_>>>().ok_or("a room elected nobody")?;
        let attendees = room.attendees.ok_or("nobody counted a room")?;
        let precinct = PrecinctNumber(room.precinct);
        let road = Road { channel: Channel::Tablet, supersedes: None, sequence: desk.next() };
        let report = report(desk.house.package, precinct, attendees, counts, Vec::new(), road);
        if let Some(finding) = findings_of(&contest, &report).first() {
            return Err(format!(
                "precinct {}: the sum with the early votes does not go by the rules: {finding:?}",
                room.precinct
            )
            .into());
        }
        released.push((precinct, desk.report(&report)?));
    }
    desk.release("All precincts", Layer::Night, &released, None)?;
    desk.close(&folder.join("results"))
}
