//! The board: where every precinct of a room stands, as a function of its log. One copy is kept for everybody who looks, and made
//! again at most twice a second.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::contest::Contest;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::Layer;
use countersign_core::results::{Across, Audience, Awaited, Flag, RoomState, Standing};
use countersign_core::room::Room;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::releases::StopView;
use super::request::{SignedIn, blocking};
use super::words::Reader;
use crate::http::{Problem, Shared, room};
use crate::store::{StoreError, Why};
use crate::{held, review};

/// Between two looks at a room.
pub(super) const EVERY: Duration = Duration::from_millis(500);

/// The minutes over which reports are counted to see how fast they come.
const RECENTLY_MS: u64 = 10 * 60_000;

/// A precinct's line on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) number: u32,
    id: String,
    name: String,
    county: u16,
    pub(super) standing: &'static str,
    /// Findings, open and answered ones.
    flags: Vec<String>,
    /// Findings that keep it from release.
    open: usize,
    reports: usize,
    /// Server time of the last report's entry.
    last_ms: Option<u64>,
    /// Objections that nobody answered yet.
    objections: usize,
    /// Server time at which the oldest open question was asked to those who signed; absent where none is open.
    asked_ms: Option<u64>,
}

/// The board as it is sent: every row, or those that changed.
#[derive(Debug, Serialize)]
pub(super) struct BoardView<'a> {
    log_size: u64,
    now_ms: u64,
    open: bool,
    stopped: Option<StopView>,
    totals: &'a BTreeMap<&'static str, usize>,
    held: usize,
    /// Inquiries of campaigns that wait for a response.
    inquiries: usize,
    /// Messages that two people withheld, or one asks to be; in rising order of their ids.
    withheld: Vec<WithheldView>,
    reports_last_10_min: usize,
    reports_total: usize,
    precincts: Vec<&'a Row>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct WithheldView {
    message: String,
    /// Nobody approved it yet.
    waits: bool,
}

/// What of a board has to be sent again when it changes, besides rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    log_size: u64,
    stopped: Option<StopView>,
    held: usize,
    reports_last_10_min: usize,
}

/// A room at one size of its log, with all that is worked out of it.
pub(super) struct Board {
    pub(super) state: RoomState,
    /// What was found across precincts and sources.
    pub(super) across: Across,
    rows: Vec<Arc<Row>>,
    /// The same as campaigns see it.
    for_observers: Vec<Arc<Row>>,
    totals: BTreeMap<&'static str, usize>,
    /// When reports were entered, in order.
    reports_ms: Vec<u64>,
}

impl Board {
    /// Works a room out. Rows that are as they were are shared with the board before.
    fn of(state: RoomState, before: Option<&Self>) -> Option<Self> {
        let package = Arc::clone(state.package()?);
        let contest = &package.contest;
        let across = state.across(Layer::Certified);
        let mut totals: BTreeMap<_, _> =
            Standing::ALL.iter().map(|standing| (standing.code(), 0)).collect();
        let mut objections: BTreeMap<PrecinctNumber, usize> = BTreeMap::new();
        for objected in state.review().objections() {
            if objected.answer.is_none() {
                *objections.entry(objected.objection.precinct).or_default() += 1;
            }
        }
        let (mut rows, mut for_observers) = (Vec::new(), Vec::new());
        let mut reports_ms = Vec::new();
        for number in contest.precinct_numbers() {
            let flags = state.flags(number, across.of(number));
            let standing = state.standing(number, &flags);
            *totals.entry(standing.code()).or_default() += 1;
            reports_ms.extend(state.reports(number).iter().map(|report| report.entered_ms));
            let objections = objections.get(&number).copied().unwrap_or(0);
            let Some(row) = row(&state, contest, number, standing, &flags, objections) else {
                continue;
            };
            let index = rows.len();
            let seen = if observers_see(&state, number) { row.clone() } else { row.redacted() };
            rows.push(shared(row, before.and_then(|before| before.rows.get(index))));
            let same = before.and_then(|before| before.for_observers.get(index));
            for_observers.push(shared(seen, same));
        }
        reports_ms.sort_unstable();
        Some(Self { across, rows, for_observers, totals, reports_ms, state })
    }

    /// Its rows, as somebody may see them.
    pub(super) fn rows(&self, is_observer: bool) -> &[Arc<Row>] {
        if is_observer { &self.for_observers } else { &self.rows }
    }

    /// What a board says besides its rows.
    pub(super) fn heading(&self, held: usize, is_observer: bool, now_ms: u64) -> Heading {
        let reader = Reader { state: &self.state, is_observer };
        let stopped = self.state.review().stop_in_force(now_ms);
        let since = now_ms.saturating_sub(RECENTLY_MS);
        let before = self.reports_ms.partition_point(|&at_ms| at_ms < since);
        Heading {
            log_size: self.state.size(),
            stopped: stopped.map(|stop| StopView::of(reader, stop, now_ms)),
            held,
            reports_last_10_min: self.reports_ms.len() - before,
        }
    }

    /// What is sent.
    pub(super) fn view<'a>(
        &'a self,
        heading: &Heading,
        now_ms: u64,
        precincts: Vec<&'a Row>,
    ) -> BoardView<'a> {
        BoardView {
            log_size: heading.log_size,
            now_ms,
            open: self.state.is_open(),
            stopped: heading.stopped.clone(),
            totals: &self.totals,
            held: heading.held,
            inquiries: self.state.review().open_inquiries().count(),
            withheld: self.withheld(now_ms),
            reports_last_10_min: heading.reports_last_10_min,
            reports_total: self.reports_ms.len(),
            precincts,
        }
    }

    fn withheld(&self, now_ms: u64) -> Vec<WithheldView> {
        let review = self.state.review();
        let view = |message: MessageId, waits| WithheldView { message: message.to_string(), waits };
        let asked = review.awaited(now_ms).into_iter().filter_map(|(_, awaited)| match awaited {
            Awaited::Withholding(message, _) => Some(view(message, true)),
            _ => None,
        });
        let done = review.all_withheld().map(|(message, _)| view(message, false));
        let mut withheld: Vec<_> = done.chain(asked).collect();
        withheld.sort_unstable();
        withheld.dedup();
        withheld
    }

    /// The contest.
    pub(super) fn contest(&self) -> Result<&Contest, Problem> {
        self.state.package().map(|package| &package.contest).ok_or(Problem::NOT_FOUND)
    }
}

impl Row {
    /// What campaigns see of a precinct that no preview has named: whether something was received, and where it stands.
    fn redacted(&self) -> Self {
        Self {
            flags: Vec::new(),
            open: 0,
            reports: self.reports.min(1),
            last_ms: None,
            asked_ms: None,
            ..self.clone()
        }
    }
}

/// Whether campaigns see a precinct's numbers by now.
pub(super) fn observers_see(state: &RoomState, precinct: PrecinctNumber) -> bool {
    state.is_live() || state.precinct_audience(precinct) != Audience::Headquarters
}

fn row(
    state: &RoomState,
    contest: &Contest,
    number: PrecinctNumber,
    standing: Standing,
    flags: &[Flag],
    objections: usize,
) -> Option<Row> {
    let precinct = contest.precinct(number.0)?;
    let mut names: Vec<String> = Vec::new();
    for name in flags.iter().map(|flag| review::finding(&flag.name)) {
        // Several findings of one check are answered by one name.
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let reports = state.reports(number);
    Some(Row {
        number: number.0,
        id: precinct.id.clone(),
        name: precinct.name.clone(),
        county: precinct.county,
        standing: standing.code(),
        flags: names,
        open: flags.iter().filter(|flag| flag.is_open()).count(),
        reports: reports.len(),
        last_ms: reports.last().map(|report| report.entered_ms),
        objections,
        asked_ms: state.open_questions(number).next().map(|asked| asked.signed.entered_ms),
    })
}

fn shared(row: Row, before: Option<&Arc<Row>>) -> Arc<Row> {
    match before {
        Some(before) if **before == row => Arc::clone(before),
        _ => Arc::new(row),
    }
}

/// The boards of both rooms.
#[derive(Default)]
pub(super) struct Boards {
    official: Mutex<Option<Kept>>,
    rehearsal: Mutex<Option<Kept>>,
}

/// A board, and what else is asked for with it.
#[derive(Clone)]
struct Kept {
    seen: Seen,
    /// Held messages that the store had then.
    waiting: u64,
    made: Instant,
    /// When it was last looked what is held.
    looked: Instant,
}

/// A room as it is now.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) board: Arc<Board>,
    /// Messages that a person has to judge.
    pub(super) held: usize,
}

/// A room's board as its log is now. While the log grows, everybody who asks waits for the same one.
pub(super) async fn board(service: &Shared, room: Room) -> Result<Seen, Problem> {
    let boards = &service.headquarters.boards;
    let mut kept = match room {
        Room::Official => boards.official.lock().await,
        Room::Rehearsal => boards.rehearsal.lock().await,
    };
    if let Some(kept) = &*kept {
        let size = service.admission.room(room).read().head().size;
        let has_grown = kept.seen.board.state.size() != size;
        if !has_grown && kept.looked.elapsed() < EVERY {
            return Ok(kept.seen.clone());
        }
        if has_grown {
            tokio::time::sleep_until(kept.made + EVERY).await;
        }
    }
    let (looking, before) = (Shared::clone(service), kept.clone());
    let now = blocking(move || look(&looking, room, before)).await?.ok_or(Problem::NOT_FOUND)?;
    let seen = now.seen.clone();
    *kept = Some(now);
    Ok(seen)
}

/// Works out what changed since a board was made. `None` without a package.
fn look(service: &Shared, room: Room, before: Option<Kept>) -> Result<Option<Kept>, StoreError> {
    let same = {
        let projection = service.admission.room(room).read();
        let size = projection.state.size();
        let same = before.as_ref().filter(|before| before.seen.board.state.size() == size);
        // Taken out first, so that working it out never keeps the sequencer waiting.
        same.map(|same| (Arc::clone(&same.seen.board), same.made))
            .ok_or_else(|| projection.state.clone())
    };
    let waiting = service.private.waiting(room, Why::Held);
    let (board, made, is_same) = match same {
        Ok((board, made)) => (board, made, true),
        Err(state) => {
            let earlier = before.as_ref().map(|before| &*before.seen.board);
            let Some(board) = Board::of(state, earlier) else { return Ok(None) };
            (Arc::new(board), Instant::now(), false)
        }
    };
    let held = match &before {
        Some(before) if is_same && before.waiting == waiting => before.seen.held,
        _ => held::count(&service.private, &board.state, room)?,
    };
    Ok(Some(Kept { seen: Seen { board, held }, waiting, made, looked: Instant::now() }))
}

/// The board of a room.
pub(super) async fn show(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let Seen { board, held } = board(&service, room(&name)?).await?;
    let now_ms = service.clock.now_ms();
    let rows = board.rows(signed_in.is_observer()).iter().map(|row| &**row).collect();
    let heading = board.heading(held, signed_in.is_observer(), now_ms);
    Ok(Json(board.view(&heading, now_ms, rows)).into_response())
}

#[cfg(test)]
mod tests {
    use std::path::Path as Folder;

    use countersign_core::contest::{self, CountKind};
    use countersign_core::crypto::SigningKey;
    use countersign_core::id::MessageId;
    use countersign_core::log::Entry;
    use countersign_core::message::{
        Channel, Enrolment, EnrolmentRequest, Message, Package, Payload, Report, Scope,
    };

    use super::*;

    const ROOM: Room = Room::Official;

    /// Iowa 2020.
    fn iowa() -> Contest {
        let root = Folder::new(env!("CARGO_MANIFEST_DIR")).join("../contests/iowa-2020");
        let (mut files, mut folders) = (contest::Files::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
        contest::read(&files).unwrap()
    }

    /// A room in which messages are entered that nobody judges.
    struct Night {
        state: RoomState,
        contest: Contest,
        package: MessageId,
    }

    impl Night {
        fn begin() -> Self {
            let party = SigningKey::from_seed(&[1; 32]);
            let contest = iowa();
            let state = RoomState::new(&contest.id, ROOM, party.public());
            let mut night = Self { state, package: MessageId([0; 32]), contest: contest.clone() };
            let package = Package { number: 1, party_key: party.public(), contest };
            let message = Message::sign(&party, Scope::any(&night.contest.id), &package);
            night.package = message.id();
            night.enter(&message);
            night
        }

        fn enter(&mut self, message: &Message) {
            let index = self.state.size();
            let time_ms = 1_000 * index;
            let entry = Entry { kind: message.kind(), time_ms, message: message.id() };
            self.state.apply(index, &entry, message).unwrap();
        }

        fn sign<P: Payload>(&self, key: &SigningKey, payload: &P) -> Message {
            Message::sign(key, Scope::room(&self.contest.id, ROOM), payload)
        }

        /// A tablet and its report, with numbers of its own.
        fn report(&mut self, number: u32) {
            let mut seed = [2; 32];
            seed[..4].copy_from_slice(&number.to_be_bytes());
            let device = SigningKey::from_seed(&seed);
            let request = EnrolmentRequest {
                invitation: device.public(),
                device: device.public(),
                precinct: PrecinctNumber(number),
                device_time_ms: 0,
                app_version: String::new(),
            };
            let id = self.contest.id.clone();
            self.enter(&Enrolment::sign(&id, ROOM, &device, &device, request));
            let groups = u32::try_from(self.contest.groups.len()).unwrap();
            let people = |kind: CountKind| {
                let most = if kind == CountKind::Delegates { 3 } else { 90 };
                (0..groups).map(move |group| (number * 31 + group * 17) % most).collect::<Vec<_>>()
            };
            let counts: Vec<Vec<u32>> =
                self.contest.counts.iter().map(|&kind| people(kind)).collect();
            let report = Report {
                package: self.package,
                precinct: PrecinctNumber(number),
                revision: 1,
                supersedes: None,
                reason: None,
                attendees: counts[0].iter().sum(),
                counts,
                lots: Vec::new(),
                acknowledged: Vec::new(),
                attestations: Vec::new(),
                photos: Vec::new(),
                channel: Channel::Tablet,
                device_sequence: 1,
                device_time_ms: 0,
                app_version: String::new(),
            };
            let message = self.sign(&device, &report);
            self.enter(&message);
        }
    }

    #[test]
    fn of_all_of_iowa_what_did_not_change_is_shared() {
        let mut night = Night::begin();
        let precincts = u32::try_from(night.contest.precincts.len()).unwrap();
        for number in 0..precincts - 1 {
            night.report(number);
        }
        let before = Board::of(night.state.clone(), None).unwrap();
        assert_eq!(before.totals["missing"], 1);
        assert_eq!(before.rows.len(), night.contest.precincts.len());

        night.report(precincts - 1);
        let after = Board::of(night.state.clone(), Some(&before)).unwrap();
        let changed =
            after.rows.iter().zip(&before.rows).filter(|(now, then)| !Arc::ptr_eq(now, then));
        let changed: Vec<u32> = changed.map(|(now, _)| now.number).collect();
        assert!(changed.contains(&(precincts - 1)) && changed.len() < 20, "{changed:?}");
        let heading = after.heading(0, false, night.state.now_ms());
        assert_eq!(heading.log_size, night.state.size());
        // Two entries a precinct, one a second: a report every two seconds.
        assert_eq!(heading.reports_last_10_min, 301);
        assert_eq!(after.reports_ms.len(), night.contest.precincts.len());
    }
}
