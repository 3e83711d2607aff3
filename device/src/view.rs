//! The whole view.

use countersign_core::contest::Contest;
use countersign_core::message::Package;

use crate::api::{
    CaucusSummary, CaucusView, Language, NetworkView, NoticeKind, NoticeView, PackageView,
    PrecinctView, ReasonView, ReportView, RoomName, View,
};
use crate::caucus_view::{Around, caucus_view};
use crate::db::outbox::{self, Item};
use crate::db::{draft, keys, notice, package as packages, setting};
use crate::error::{Error, Result};
use crate::followed;
use crate::names;
use crate::package;
use crate::reckoning::Reckoning;
use crate::report;
use crate::state::State;

/// Everything the screens show. Changes nothing.
pub(crate) fn view(state: &mut State) -> Result<View> {
    let language = state.language()?;
    let reports = report::list(state, language)?;
    let scale = setting::read(&state.db, "text-scale")?.and_then(|text| text.parse().ok());
    Ok(View {
        app_version: state.config.app_version.clone(),
        language,
        text_scale: scale.unwrap_or(100),
        high_contrast: setting::read(&state.db, "contrast")?.as_deref() == Some("high"),
        host: state.config.host,
        lock: state.lock_view()?,
        package: package_view(state, language)?,
        precincts: precincts(state)?,
        first_room: state
            .contest()
            .map_or(RoomName::Rehearsal, |contest| first_room(contest, state.wall_ms())),
        network: network(state)?,
        caucus: caucus(state, language)?,
        caucuses: summaries(state, &reports)?,
        carried: report::carried(state)?,
        notices: notices(state)?,
        reports: reports.into_iter().map(|(_, view)| view).collect(),
    })
}

fn package_view(state: &mut State, language: Language) -> Result<Option<PackageView>> {
    let Some(id) = state.current else { return Ok(None) };
    let package = state.package(id)?;
    let Package { number, contest, .. } = &*package;
    let code = names::language_code(language);
    Ok(Some(PackageView {
        title: contest.title.clone(),
        date: contest.date.clone(),
        party: contest.party.clone(),
        number: *number,
        fingerprint: package::fingerprint(id),
        hotline: contest.hotline.clone(),
        reasons: contest
            .reasons
            .iter()
            .map(|reason| ReasonView {
                code: reason.code.clone(),
                label: reason.label_in(code).to_owned(),
            })
            .collect(),
        pinned: packages::party(&state.db)?.is_some_and(|party| party.pinned),
    }))
}

fn precincts(state: &State) -> Result<Vec<PrecinctView>> {
    let Some(contest) = state.contest() else { return Ok(Vec::new()) };
    let numbers = keys::precincts(&state.db)?;
    Ok(numbers.into_iter().filter_map(|number| names::precinct(contest, number, None)).collect())
}

/// From the caucus day on *official* stands first. A clock that cannot be right is taken to be that day.
fn first_room(contest: &Contest, wall_ms: u64) -> RoomName {
    let zone: Option<chrono_tz::Tz> = contest.time_zone.parse().ok();
    let now = i64::try_from(wall_ms).ok().and_then(chrono::DateTime::from_timestamp_millis);
    let day: Option<chrono::NaiveDate> = contest.date.parse().ok();
    match (zone, now, day) {
        (Some(zone), Some(now), Some(day))
            if contest.valid.contains(wall_ms) && now.with_timezone(&zone).date_naive() < day =>
        {
            RoomName::Rehearsal
        }
        _ => RoomName::Official,
    }
}

fn network(state: &State) -> Result<NetworkView> {
    let waiting = outbox::waiting(&state.db)?;
    let queued = waiting.iter().filter(|item| item.state == outbox::State::Queued).count();
    let queued = u32::try_from(queued).unwrap_or(u32::MAX);
    Ok(state.machine.view(state.monotonic_ms(), queued))
}

fn caucus(state: &mut State, language: Language) -> Result<Option<CaucusView>> {
    let Some((draft, package)) = state.draft_if_open()? else { return Ok(None) };
    let timer = draft.timer.map(|timer| state.timer_view(draft.id, timer));
    let before = match &draft.correction {
        Some(correction) => {
            let old = report::facts(state, correction.supersedes)?;
            Some((old.report.attendees, old.report.counts.clone()))
        }
        None => None,
    };
    let facts = Reckoning::of(&package.contest, &draft);
    let outside =
        || Error::Internal(format!("draft {} names a precinct outside its package", draft.id));
    caucus_view(&facts, Around { language, timer, before }).ok_or_else(outside).map(Some)
}

fn summaries(state: &State, reports: &[(Item, ReportView)]) -> Result<Vec<CaucusSummary>> {
    let newest = |precinct: u32, room: RoomName| {
        let found = reports.iter().find(|(item, view)| {
            !item.put_away && view.precinct.number == precinct && view.room == room
        });
        found.map(|(_, view)| view.id.clone())
    };
    let mut lines: Vec<CaucusSummary> = draft::lines(&state.db)?
        .into_iter()
        .map(|line| CaucusSummary {
            precinct: line.precinct,
            room: names::room_name(line.room),
            draft_step: Some(line.step),
            correcting: line.correcting,
            report: newest(line.precinct, names::room_name(line.room)),
        })
        .collect();
    for (item, view) in reports {
        let known =
            |line: &CaucusSummary| line.precinct == view.precinct.number && line.room == view.room;
        if !item.put_away && !lines.iter().any(known) {
            lines.push(CaucusSummary {
                precinct: view.precinct.number,
                room: view.room,
                draft_step: None,
                correcting: false,
                report: Some(view.id.clone()),
            });
        }
    }
    Ok(lines)
}

fn notices(state: &State) -> Result<Vec<NoticeView>> {
    let found = notice::open(&state.db)?;
    let view = |notice: notice::Notice| NoticeView {
        kind: match notice.kind.as_str() {
            "revocation" => NoticeKind::Revocation,
            followed::NOTICE => NoticeKind::LogBegunAgain,
            _ => NoticeKind::Unknown,
        },
        precinct: notice
            .precinct
            .and_then(|number| names::precinct(state.contest()?, number, None)),
        id: notice.id,
        text: notice.text,
        at_ms: notice.at_ms,
    };
    Ok(found.into_iter().map(view).collect())
}
