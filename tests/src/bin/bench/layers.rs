//! What layers cost: pages and data of Iowa 2020 with all five layers beside those with one, where as many precincts change in each
//! layer as a recanvass changes, and where every precinct does.

use std::sync::Arc;
use std::time::Instant;

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Cause, Evidence, Layer, Message, Reason, Report, Scope};
use countersign_core::results::RoomState;
use countersign_server::publish::files::Body;
use countersign_server::publish::pages::Witnesses;
use countersign_server::publish::{Publisher, Site};
use countersign_server::review;
use countersign_tests::house::House;
use serde::Serialize;

use crate::results::{Night, release, reviewed};
use crate::signing::{ROOM, Tablets};
use crate::{Outcome, ingest, program};

/// Precincts of the recanvass in Iowa in 2020.
const RECANVASS: usize = 29;
/// Layers in which precincts change their numbers; the last one certifies them.
const CHANGING: [(Layer, Cause); 3] = [
    (Layer::Corrected, Cause::Precinct),
    (Layer::Recanvass, Cause::Recanvass),
    (Layer::Recount, Cause::Recount),
];
/// How many precincts change in each layer but the last, and what that costs.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) changed: usize,
    /// Pages and data with one layer.
    pub(crate) one_ms: u128,
    /// With five layers, from nothing.
    pub(crate) five_ms: u128,
    /// With five layers, by whoever made those with four before.
    pub(crate) certified_ms: u128,
    /// With five layers, once more after a reviewer decided something: no released number changed.
    pub(crate) again_ms: u128,
    /// Files with five layers, and with one.
    pub(crate) files: [usize; 2],
    /// Their bytes as they are kept in memory, compressed.
    pub(crate) bytes: [usize; 2],
    /// Verifying five layers from the public address.
    pub(crate) verified_ms: u128,
}

pub(crate) fn measure() -> Outcome<Vec<Figures>> {
    [RECANVASS, usize::MAX].into_iter().map(of_changed).collect()
}

fn of_changed(most: usize) -> Outcome<Figures> {
    let folder = program::folder()?;
    let Night { mut house, tablets, mut reports } = Night::released(folder.path())?;
    let changed = most.min(reports.len());
    eprintln!("five layers of Iowa 2020, {changed} precincts change in each");
    let mut publisher = Publisher::default();
    let (one, one_ms) = made(&mut Publisher::default(), &house.state()?)?;
    for (sequence, (layer, cause)) in (2..).zip(CHANGING) {
        let changes = corrections(&tablets, &reports[..changed], sequence)?;
        let address = house.party.reporting().to_string();
        ingest::send(&address, &Arc::new(changes.clone()), 8)?;
        reports.splice(..changed, changes);
        release(&house, layer, reviewed(&house, &reports[..changed], Some(cause))?)?;
    }
    made(&mut publisher, &house.state()?)?;
    release(&house, Layer::Certified, reviewed(&house, &reports, None)?)?;
    let state = house.state()?;
    let (_, certified_ms) = made(&mut publisher, &state)?;
    let (five, five_ms) = made(&mut Publisher::default(), &state)?;
    decided(&house, &state, &reports[0])?;
    let (_, again_ms) = made(&mut publisher, &house.state()?)?;
    let verified_ms = verified(&house)?;
    house.party.stop()?;
    Ok(Figures {
        changed,
        one_ms,
        five_ms,
        certified_ms,
        again_ms,
        files: [five.files.len(), one.files.len()],
        bytes: [bytes(&five), bytes(&one)],
        verified_ms,
    })
}

/// A report in the place of each of these: the groups' numbers have moved on by one.
fn corrections(tablets: &Tablets, reports: &[Vec<u8>], sequence: u64) -> Outcome<Vec<Vec<u8>>> {
    let scope = Scope::room(&tablets.contest.id, ROOM);
    let correction = |(number, bytes): (usize, &Vec<u8>)| -> Outcome<Vec<u8>> {
        let before = Message::parse(bytes)?;
        let Report { mut counts, revision, .. } = before.decode()?;
        counts.iter_mut().for_each(|count| count.rotate_right(1));
        let report = Report {
            counts,
            revision: revision + 1,
            supersedes: Some(before.id()),
            reason: Some(Reason { code: "recount".to_owned(), text: None }),
            device_sequence: sequence,
            ..before.decode()?
        };
        Ok(Message::sign(&Tablets::key(number), scope, &report).into_bytes())
    };
    reports.iter().enumerate().map(correction).collect()
}

/// A reviewer decides that the report counts which counts already.
fn decided(house: &House, state: &RoomState, report: &[u8]) -> Outcome<()> {
    let (precinct, report) = (PrecinctNumber(0), Some(MessageId::of(report)));
    let why = "looked at again, and it stands";
    let evidence = Evidence::Sheet;
    let decision = review::decide(state, precinct, report, evidence, why, Vec::new(), false);
    house.act(&house.workers.reviewer, &decision)?;
    Ok(())
}

/// Makes pages and data; in how many milliseconds.
fn made(publisher: &mut Publisher, state: &RoomState) -> Outcome<(Site, u128)> {
    let begun = Instant::now();
    let site = publisher.make(state, state.now_ms(), Witnesses::default())?;
    let took = begun.elapsed().as_millis();
    Ok((site.ok_or("there is no package")?, took))
}

fn bytes(site: &Site) -> usize {
    let of = |body: &Body| match body {
        Body::Text(text) => text.len(),
        Body::Message(_) | Body::Receipt(_) => 0,
    };
    site.files.values().map(|file| of(&file.body)).sum()
}

/// Milliseconds in which everything is verified from the public address, once the server shows all of it.
pub(crate) fn verified(house: &House) -> Outcome<u128> {
    house.wait_for_pages(&house.state()?)?;
    let begun = Instant::now();
    let verdict = house.verify()?;
    if !verdict.complete {
        return Err(verdict.text().into());
    }
    Ok(begun.elapsed().as_millis())
}
