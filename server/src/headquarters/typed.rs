//! A report that somebody at headquarters types: from a call, from paper, from the photo of a worksheet.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::contest::{Contest, CountKind};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Channel, Lot, LotDrawer, LotMethod, Reason, Report, Role};
use countersign_core::refusal::Refusal;
use countersign_core::results::{RoomState, award_of};
use countersign_core::rules::Tie;
use serde::{Deserialize, Serialize};

use super::precinct::channel;
use super::request::{Input, NOT_ALLOWED, SignedIn};
use super::words::{by_code, message_id};
use crate::http::{Problem, Shared, room};

const NO_SUCH_TIE: Problem = Problem::new(
    409,
    "no-such-tie",
    "A lot settles no tie of these numbers: other groups are equal, or none. Nothing was entered.",
);

/// Why a report is replaced that somebody here typed. Everyone will read it.
const TYPED_AGAIN: &str = "typed again at headquarters";

/// A report that somebody at headquarters typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    precinct: u32,
    channel: String,
    attendees: u32,
    counts: Vec<Vec<u32>>,
    /// Ties that the room settled by lot. One that the room left open is no reason to refuse what it did: a check finds it.
    #[serde(default)]
    lots: Vec<TypedLot>,
    supersedes: Option<String>,
}

/// A lot, with the groups by their ballot indices.
#[derive(Deserialize)]
struct TypedLot {
    groups: Vec<u8>,
    seats: u32,
    winners: Vec<u8>,
    method: String,
    drawn_by: String,
}

impl TypedLot {
    fn lot(mut self) -> Result<Lot, Problem> {
        self.groups.sort_unstable();
        self.winners.sort_unstable();
        Ok(Lot {
            seats: self.seats,
            groups: self.groups,
            method: by_code(&LotMethod::ALL, LotMethod::code, &self.method)?,
            winners: self.winners,
            drawn_by: by_code(&LotDrawer::ALL, LotDrawer::code, &self.drawn_by)?,
        })
    }
}

impl Typed {
    /// The report to be signed in a room as it is.
    pub(super) fn report(
        self,
        state: &RoomState,
        key: &SigningKey,
        now_ms: u64,
    ) -> Result<Report, Problem> {
        let contest = &state.package().ok_or_else(unknown_package)?.contest;
        let channels = [Channel::Hotline, Channel::Paper, Channel::Transcription];
        let precinct = PrecinctNumber(self.precinct);
        let supersedes = self.supersedes.as_deref().map(message_id).transpose()?;
        let reason = supersedes.map(|_| Reason {
            code: Contest::OTHER_REASON.to_owned(),
            text: Some(TYPED_AGAIN.to_owned()),
        });
        let lots = self.lots.into_iter().map(TypedLot::lot).collect::<Result<Vec<_>, _>>()?;
        let figures =
            Figures { precinct: self.precinct, attendees: self.attendees, counts: self.counts };
        let report = Report {
            revision: supersedes.map_or(Ok(1), |id| revision_after(state, precinct, id))?,
            supersedes,
            reason,
            channel: by_code(&channels, channel, &self.channel)?,
            device_sequence: reports_of(state, contest, key) + 1,
            device_time_ms: now_ms,
            ..figures.report(state)?
        };
        let ties = ties_of(contest, &report);
        let settles = |lot: &Lot| ties.iter().any(|tie| lot.outcome().settles(tie));
        // Numbers whose form is wrong have no ties: they are refused for that.
        let fits = report.check_shape(contest).is_ok();
        if fits && (lots.len() > ties.len() || !lots.iter().all(settles)) {
            return Err(NO_SUCH_TIE);
        }
        Ok(Report { lots, ..report })
    }
}

/// The numbers of a report.
#[derive(Deserialize)]
pub(super) struct Figures {
    precinct: u32,
    attendees: u32,
    counts: Vec<Vec<u32>>,
}

impl Figures {
    /// A first report with these numbers, and nothing else.
    fn report(self, state: &RoomState) -> Result<Report, Problem> {
        Ok(Report {
            package: state.package_id().ok_or_else(unknown_package)?,
            precinct: PrecinctNumber(self.precinct),
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: self.attendees,
            counts: self.counts,
            lots: Vec::new(),
            acknowledged: Vec::new(),
            attestations: Vec::new(),
            photos: Vec::new(),
            channel: Channel::Hotline,
            device_sequence: 1,
            device_time_ms: 0,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

#[derive(Serialize)]
struct TiesView {
    ties: Vec<TieView>,
}

#[derive(Serialize)]
struct TieView {
    groups: Vec<usize>,
    seats: u32,
    gains: bool,
}

/// The ties that a lot settles in numbers which somebody is typing. Nothing is signed.
pub(super) async fn ties(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Input(figures): Input<Figures>,
) -> Result<Response, Problem> {
    if !matches!(signed_in.role, Role::Operator | Role::Reviewer) {
        return Err(NOT_ALLOWED);
    }
    let projection = service.admission.room(room(&name)?).read();
    let state = &projection.state;
    let contest = &state.package().ok_or_else(unknown_package)?.contest;
    let ties = ties_of(contest, &figures.report(state)?).into_iter().map(|tie| TieView {
        groups: tie.groups,
        seats: tie.seats,
        gains: tie.gains,
    });
    Ok(Json(TiesView { ties: ties.collect() }).into_response())
}

/// Ties of a report's numbers, none where their form does not fit the contest.
fn ties_of(contest: &Contest, report: &Report) -> Vec<Tie> {
    let elects = contest.count_index(CountKind::Delegates).is_some();
    let award = (elects && report.check_shape(contest).is_ok()).then(|| award_of(contest, report));
    award.flatten().map_or_else(Vec::new, |award| award.ties)
}

fn unknown_package() -> Problem {
    Problem::refusal(Refusal::UnknownPackage)
}

fn revision_after(
    state: &RoomState,
    precinct: PrecinctNumber,
    replaced: MessageId,
) -> Result<u32, Problem> {
    let replaced = state.reports(precinct).iter().find(|report| report.id == replaced);
    let replaced = replaced.ok_or(Problem::refusal(Refusal::WrongSupersedes))?;
    Ok(replaced.report().revision.saturating_add(1))
}

/// Reports that a key has signed in this round.
fn reports_of(state: &RoomState, contest: &Contest, key: &SigningKey) -> u64 {
    let key = key.id();
    let own = |number| state.reports(number).iter().filter(|report| report.key == key).count();
    contest.precinct_numbers().map(own).sum::<usize>() as u64
}
