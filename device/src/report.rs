//! Signed reports as the screens show them.

use std::sync::Arc;

use countersign_core::id::MessageId;
use countersign_core::message::{Kind, Message, Report};
use countersign_core::phrase::read_back_phrase;

use crate::api::{CarriedView, Language, ReportView, Standing};
use crate::db::outbox::{self, Item, State as Stored};
use crate::error::{Error, Result};
use crate::names;
use crate::question;
use crate::released;
use crate::state::State;
use crate::worksheet;

/// A report's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) report: Report,
}

/// Reads a report of the outbox.
pub(crate) fn facts(state: &mut State, id: MessageId) -> Result<Arc<Facts>> {
    if let Some(found) = state.reports.get(&id) {
        return Ok(Arc::clone(found));
    }
    let bytes = outbox::bytes(&state.db, id)?.ok_or(Error::NOT_NOW)?;
    let broken = |error| Error::Internal(format!("report {id}: {error}"));
    let report = Message::parse(&bytes).map_err(broken)?.decode().map_err(broken)?;
    let facts = Arc::new(Facts { report });
    state.reports.insert(id, Arc::clone(&facts));
    Ok(facts)
}

/// A report signed on this tablet.
///
/// # Errors
/// `NotPossibleNow` when there is none of this id.
pub(crate) fn own(state: &mut State, id: &str) -> Result<(Item, Arc<Facts>)> {
    let id = names::report_id(id).ok_or(Error::NOT_NOW)?;
    let item =
        outbox::item(&state.db, id)?.filter(|item| item.kind == Kind::Report && !item.carried);
    let item = item.ok_or(Error::NOT_NOW)?;
    let facts = facts(state, id)?;
    Ok((item, facts))
}

/// The report of this tablet that replaces another.
pub(crate) fn superseded_by(state: &mut State, id: MessageId) -> Result<Option<MessageId>> {
    for item in outbox::newest_first(&state.db, Kind::Report)? {
        if !item.carried && facts(state, item.id)?.report.supersedes == Some(id) {
            return Ok(Some(item.id));
        }
    }
    Ok(outbox::item(&state.db, id)?.and_then(|item| item.replaced_by))
}

/// Where a message stands.
pub(crate) fn standing(state: &Stored) -> Standing {
    match state {
        Stored::Queued => Standing::SavedHere,
        Stored::Receipted { log_index, entered_ms, .. } => {
            Standing::Countersigned { log_index: *log_index, entered_ms: *entered_ms }
        }
        Stored::Held(reason) => Standing::Held { reason: *reason },
        Stored::Refused(reason) => Standing::Refused { reason: *reason },
    }
}

/// Reports signed here, newest first, with their rows.
pub(crate) fn list(state: &mut State, language: Language) -> Result<Vec<(Item, ReportView)>> {
    let mut items = outbox::newest_first(&state.db, Kind::Report)?;
    items.retain(|item| !item.carried);
    let mut views = Vec::with_capacity(items.len());
    for item in &items {
        views.push((item.clone(), view(state, item, language)?));
    }
    let later: Vec<(Option<String>, String)> =
        views.iter().map(|(_, view)| (view.supersedes.clone(), view.id.clone())).collect();
    for (item, view) in &mut views {
        let by = later.iter().find(|(supersedes, _)| supersedes.as_ref() == Some(&view.id));
        view.superseded_by =
            by.map(|(_, id)| id.clone()).or_else(|| item.replaced_by.map(|id| id.to_string()));
        if view.superseded_by.is_some() {
            view.released = None;
            view.question = None;
        }
    }
    Ok(views)
}

fn view(state: &mut State, item: &Item, language: Language) -> Result<ReportView> {
    let facts = facts(state, item.id)?;
    let report = &facts.report;
    let package = state.package(report.package)?;
    let contest = &package.contest;
    let outside =
        || Error::Internal(format!("report {} names a precinct outside its package", item.id));
    let precinct =
        names::precinct(contest, report.precinct.0, Some(report.attendees)).ok_or_else(outside)?;
    let skew_s = match item.state {
        Stored::Receipted { skew_s, .. } => skew_s,
        _ => None,
    };
    let phrase =
        read_back_phrase(&contest.id, item.room, &precinct.id, report.attendees, &report.counts);
    Ok(ReportView {
        id: item.id.to_string(),
        room: names::room_name(item.room),
        revision: report.revision,
        supersedes: report.supersedes.map(|id| id.to_string()),
        superseded_by: None,
        signed_ms: report.device_time_ms,
        phrase,
        attendees: report.attendees,
        groups: names::groups(contest, language),
        count_kinds: contest.counts.iter().copied().map(names::count_kind).collect(),
        counts: report.counts.clone(),
        standing: standing(&item.state),
        skew_s,
        worksheet: worksheet::is_known(state, item, &facts)?,
        released: released::beside(state, item.room, report)?,
        question: question::of(state, item.id)?,
        precinct,
    })
}

/// Reports carried for other tablets, newest first.
pub(crate) fn carried(state: &mut State) -> Result<Vec<CarriedView>> {
    let mut items = outbox::newest_first(&state.db, Kind::Report)?;
    items.retain(|item| item.carried);
    let mut views = Vec::with_capacity(items.len());
    for item in items {
        let facts = facts(state, item.id)?;
        let number = facts.report.precinct.0;
        views.push(CarriedView {
            id: item.id.to_string(),
            precinct: state
                .contest()
                .and_then(|contest| names::precinct(contest, number, Some(facts.report.attendees))),
            room: names::room_name(item.room),
            standing: standing(&item.state),
        });
    }
    Ok(views)
}
