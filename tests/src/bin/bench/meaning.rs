//! What a tablet and a server work out for one report, and the rules over a whole state.

use std::hint::black_box;

use countersign_core::checks::{Figures as Counted, check};
use countersign_core::message::{Message, Report, Scope};
use countersign_core::rules;
use serde::Serialize;

use crate::setup::Night;
use crate::signing::ROOM;
use crate::{Outcome, Pace};

/// Reports that are looked at.
const SAMPLE: usize = 5_000;

#[derive(Serialize)]
pub(crate) struct Figures {
    /// Encode and sign a report.
    pub(crate) sign: Pace,
    /// Read a report in its one form and verify its signature.
    pub(crate) read_and_verify: Pace,
    /// All checks of one report.
    pub(crate) checks: Pace,
    /// Delegate rules, once for every precinct of Iowa.
    pub(crate) rules: Pace,
}

pub(crate) fn measure(night: &Night) -> Outcome<Figures> {
    let contest = &night.tablets.contest;
    let scope = Scope::room(&contest.id, ROOM);
    let sample = &night.reports[..night.reports.len().min(SAMPLE)];
    let reports: Vec<Report> =
        sample.iter().map(|signed| signed.message.decode()).collect::<Result<_, _>>()?;
    let sign = Pace::of(sample.len(), || {
        for (signed, report) in sample.iter().zip(&reports) {
            black_box(Message::sign(&night.devices[signed.device], scope, report));
        }
    });
    let mut good = 0;
    let read_and_verify = Pace::of(sample.len(), || {
        for signed in sample {
            let key = night.devices[signed.device].public();
            let message = Message::parse(signed.message.bytes());
            good += usize::from(message.is_ok_and(|message| {
                message.decode::<Report>().is_ok() && message.verify(&key, scope)
            }));
        }
    });
    if good != sample.len() {
        return Err("a report that was just signed does not verify".into());
    }
    let figures: Vec<(u32, Counted)> = reports
        .iter()
        .map(|report| {
            let counts = report
                .counts
                .iter()
                .map(|count| count.iter().copied().map(Some).collect())
                .collect();
            (report.precinct.0, Counted { attendees: Some(report.attendees), counts })
        })
        .collect();
    let checks = Pace::of(figures.len(), || {
        for (precinct, figures) in &figures {
            black_box(check(contest, *precinct, figures, &[]));
        }
    });
    let rules = Pace::of(night.published.len(), || {
        for place in &night.published {
            let attendees = place.attendance();
            if let (Some(elects), Some(attendees)) =
                (contest.delegates_to_elect(place.precinct, attendees), attendees)
            {
                black_box(rules::award(&contest.rules, elects, attendees, &place.last, &[]));
            }
        }
    });
    Ok(Figures { sign, read_and_verify, checks, rules })
}
