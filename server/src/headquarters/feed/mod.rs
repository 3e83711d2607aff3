//! The feed for observers' programs: what people did about previewed numbers, and what was reported beside them since, entry by
//! entry, as server-sent events. It is a function of the log, and an event's id is the place of its entry, so a program that was
//! cut off goes on exactly where it was.

mod acts;
mod inquiries;
mod token;
mod views;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::Event;
use countersign_core::room::Room;
use serde::Serialize;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::time::Instant;

use super::request::blocking;
use super::stream::stream;
use crate::http::{Peer, Problem, Shared, Stopping, room};

pub use token::NewFeedToken;

use acts::{Acts, Told};

/// Between two looks at the log: an act reaches everybody in less than a second.
const EVERY: Duration = Duration::from_millis(250);

/// Between two looks at whether the token is still good.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// A program that takes no event for so long is let go; it may come again.
const SLOW: Duration = Duration::from_secs(30);

/// Most programs at a time.
const PROGRAMS: usize = 100;

const BUSY: Problem = Problem::new(
    503,
    "busy",
    "Too many programs follow the feed at this moment. Try again in half a minute.",
);

/// The feeds of both rooms, and who follows them.
pub(super) struct Feeds {
    official: Mutex<Acts>,
    rehearsal: Mutex<Acts>,
    places: Arc<Semaphore>,
    followed: token::Followed,
}

impl Default for Feeds {
    fn default() -> Self {
        Self {
            official: Mutex::default(),
            rehearsal: Mutex::default(),
            places: Arc::new(Semaphore::new(PROGRAMS)),
            followed: token::Followed::default(),
        }
    }
}

/// The first event: which log this is. A program that followed another one is told everything anew.
#[derive(Serialize)]
struct LogView<'a> {
    contest: &'a str,
    room: &'static str,
    origin: &'a str,
    log_size: u64,
    now_ms: u64,
}

/// The place of an event: number of the log in its series, and index of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    log: u32,
    index: u64,
}

impl At {
    fn parse(text: &str) -> Option<Self> {
        let (log, index) = text.split_once('-')?;
        Some(Self { log: log.parse().ok()?, index: index.parse().ok()? })
    }
}

/// The number of a log, which its origin ends with.
fn number(origin: &str) -> u32 {
    origin.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// Follows a room's acts, for as long as the token is good.
pub(super) async fn follow(
    State(service): State<Shared>,
    Extension(peer): Extension<Peer>,
    Extension(Stopping(mut stop)): Extension<Stopping>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let hash = token::admit(&service, peer, &headers).await?;
    let room = room(&name)?;
    let last = match headers.get("last-event-id") {
        Some(id) => Some(id.to_str().ok().and_then(At::parse).ok_or(Problem::PARAMETER)?),
        None => None,
    };
    let feeds = &service.headquarters.feeds;
    let of_token = feeds.followed.enter(hash)?;
    let place = Arc::clone(&feeds.places).try_acquire_owned();
    let place = place.map_err(|_| BUSY.after(Some(30)))?;
    let (begin, log) = beginning(&service, room)?;
    // What was read of another log is not in this one.
    let mut next =
        last.filter(|last| last.log == log).map_or(0, |last| last.index.saturating_add(1));
    let (news, taken) = mpsc::channel(1);
    let followed = async move {
        let _places = (place, of_token);
        send(&news, begin).await?;
        let mut checked = Instant::now();
        loop {
            if checked.elapsed() >= CHECK_EVERY {
                token::still_good(&service, hash).await.ok()?;
                checked = Instant::now();
            }
            for told in told(&service, room, next).await.ok()? {
                send(&news, event(log, &told)).await?;
                next = told.index + 1;
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = news.closed() => return None::<()>,
                _ = stop.wait_for(|stop| *stop) => return None,
            }
        }
    };
    tokio::spawn(followed);
    Ok(stream(taken))
}

/// Hands an event on; `None` when nobody takes it.
async fn send(news: &mpsc::Sender<Result<Event, Infallible>>, event: Event) -> Option<()> {
    tokio::time::timeout(SLOW, news.send(Ok(event))).await.ok()?.ok()
}

fn event(log: u32, told: &Told) -> Event {
    Event::default().id(format!("{log}-{}", told.index)).event(told.what).data(&*told.json)
}

/// Says which log this is; its number.
fn beginning(service: &Shared, room: Room) -> Result<(Event, u32), Problem> {
    let projection = service.admission.room(room).read();
    let origin = projection.origin();
    let view = LogView {
        contest: projection.state.contest(),
        room: room.as_str(),
        origin,
        log_size: projection.size(),
        now_ms: service.clock.now_ms(),
    };
    let event = Event::default().event("log").json_data(view).map_err(|_| Problem::FAILED)?;
    Ok((event, number(origin)))
}

/// What there is to tell from an index on. Whoever asks first works it out for everybody.
async fn told(service: &Shared, room: Room, from: u64) -> Result<Vec<Arc<Told>>, Problem> {
    let feeds = &service.headquarters.feeds;
    let mut acts = match room {
        Room::Official => feeds.official.lock().await,
        Room::Rehearsal => feeds.rehearsal.lock().await,
    };
    let size = service.admission.room(room).read().size();
    if acts.read() < size {
        let (mut taken, admission) = (std::mem::take(&mut *acts), Arc::clone(&service.admission));
        // Where it fails nothing is kept, and the next one begins anew.
        *acts = blocking(move || taken.extend(admission.room(room)).map(|()| taken)).await?;
    }
    Ok(acts.from(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        assert_eq!(At::parse("2-17"), Some(At { log: 2, index: 17 }));
        for wrong in ["", "17", "2-", "-17", "2-x", "2-17-1", "99999999999-1"] {
            assert_eq!(At::parse(wrong), None, "{wrong}");
        }
        assert_eq!(number("log.example.org/iowa-2020/official/12"), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_let_go_and_holds_up_nobody() {
        let told = |index| Told { index, what: "stop", json: "{}".to_owned() };
        let (slow, stalled) = mpsc::channel(1);
        let (quick, mut reading) = mpsc::channel(1);
        let begun = Instant::now();
        let to_the_slow = async {
            let mut taken = 0;
            while send(&slow, event(1, &told(taken))).await.is_some() {
                taken += 1;
            }
            (taken, begun.elapsed())
        };
        let to_the_quick = async {
            for index in 0..1000 {
                send(&quick, event(1, &told(index))).await.expect("it is taken");
            }
            begun.elapsed()
        };
        let read = async {
            for _ in 0..1000 {
                assert!(reading.recv().await.is_some(), "it is told");
            }
        };
        let ((waiting, let_go), all_told, ()) = tokio::join!(to_the_slow, to_the_quick, read);
        assert_eq!(waiting, 1, "no more than one event waits for a program");
        assert_eq!(let_go, SLOW);
        assert_eq!(all_told, Duration::ZERO, "the others are told meanwhile");
        drop(stalled);
    }
}
