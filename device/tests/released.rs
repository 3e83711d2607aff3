//! The secretary's own check: the tablet says whether headquarters released what was signed, cell by cell.

mod common;

use common::server::Server;
use common::tablet::{Device, count, countersigned, recount};
use countersign_device::api::*;
use serde_json::{Value, json};

/// What a server says that released a report's numbers.
fn released(report: &ReportView, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "precinct": report.precinct.number,
        "number": 1,
        "name": "First batch",
        "layer": "night",
        "released_ms": 1_580_790_000_000_u64,
        "report": report.id,
        "attendees": report.attendees,
        "counts": report.counts,
    });
    change(&mut document);
    document
}

/// What the tablet shows of a report's release once it has asked again.
fn shown(device: &Device, server: &Server, says: Option<Vec<Value>>) -> Option<ReleasedView> {
    server.hall().released = says;
    device.clock.advance(11 * 60_000);
    assert!(device.sync() > 0, "it asks from time to time");
    device.view().reports[0].released.clone()
}

#[test]
fn a_release_as_it_was_signed_is_said_to_be_so() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    assert_eq!(device.view().reports[0].released, None, "nothing is released");
    let view = shown(&device, &server, Some(vec![released(&report, |_| {})])).expect("it is said");
    assert_eq!(server.hall().precincts_asked, "0");
    assert_eq!((view.name.as_str(), view.at_ms), ("First batch", 1_580_790_000_000));
    assert_eq!(view.differs, []);
    // It is known after a kill and without a network as well.
    let device = device.killed();
    assert_eq!(device.view().reports[0].released, Some(view));
}

#[test]
fn t61_every_cell_that_differs_is_shown_and_a_withdrawn_release_no_more() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    // One column further: what a group with people had stands under its neighbour without any.
    let here = report.counts[1].iter().position(|&people| people > 0).expect("somebody came");
    let there = here + 1;
    let shifted = released(&report, |document| {
        document["attendees"] = json!(report.attendees + 100);
        document["counts"][1].as_array_mut().expect("a list").swap(here, there);
    });
    let view = shown(&device, &server, Some(vec![shifted])).expect("it is said");
    let cell = |cell, signed, released| ReleasedCell { cell, signed, released };
    let (a, b) = (report.counts[1][here], report.counts[1][there]);
    assert_ne!(a, b, "the example has different numbers there");
    assert_eq!(
        view.differs,
        [
            cell(Cell::Attendees, report.attendees, report.attendees + 100),
            cell(count(1, here as u8), a, b),
            cell(count(1, there as u8), b, a),
        ]
    );
    assert_eq!(shown(&device, &server, Some(vec![])), None, "it was withdrawn");
    assert_eq!(device.view().reports[0].counts, report.counts, "what was signed is what it was");
}

#[test]
fn a_correction_stands_beside_the_release_in_its_place() {
    let server = Server::plain();
    let (device, first) = countersigned(&server);
    let view = shown(&device, &server, Some(vec![released(&first, |_| {})]));
    assert!(view.is_some());
    device.view_of(Command::BeginCorrection { report: first.id.clone(), reason: recount() });
    device.view_of(Command::Press { cell: count(1, 13), key: Key::Minus });
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    device.sign();
    let reports = device.view().reports;
    let changed = count(1, 13);
    assert_eq!(
        reports[0].released.as_ref().expect("beside the correction").differs,
        [ReleasedCell {
            cell: changed,
            signed: first.counts[1][13] - 1,
            released: first.counts[1][13]
        }]
    );
    assert_eq!(reports[1].released, None, "the replaced one is not what counts");
}

#[test]
fn what_does_not_fit_is_not_shown_and_an_older_server_changes_nothing() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    for wrong in [
        released(&report, |document| document["counts"] = json!([[1, 2, 3]])),
        released(&report, |document| document["precinct"] = json!(1)),
        released(&report, |document| document["name"] = json!("x".repeat(5000))),
    ] {
        assert_eq!(shown(&device, &server, Some(vec![wrong])), None);
    }
    let view = shown(&device, &server, Some(vec![released(&report, |_| {})]));
    assert!(view.is_some());
    assert_eq!(shown(&device, &server, None), view, "nothing was said of it");
}
