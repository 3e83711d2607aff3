//! The board as it changes: server-sent events, the first with every row, the others with the rows that changed.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::response::IntoResponse;
use axum::response::sse::Event;
use countersign_core::room::Room;
use tokio::sync::mpsc;

use super::board::{EVERY, Heading, Row, Seen, board};
use super::request::{SignedIn, still_in};
use super::session::TokenHash;
use super::stream::stream;
use crate::http::{Problem, Shared, Stopping, room};

/// Most listeners at a time.
pub(super) const LISTENERS: usize = 200;

const BUSY: Problem =
    Problem::new(503, "busy", "Too many boards are open at this moment. Close one, or try again.");

/// What a listener has been sent.
#[derive(Default)]
struct Sent {
    heading: Option<Heading>,
    rows: Vec<Arc<Row>>,
}

impl Sent {
    /// The event that brings a listener up to date; `None` when nothing changed.
    fn next(&mut self, seen: &Seen, is_observer: bool, now_ms: u64) -> Option<Event> {
        let heading = seen.board.heading(seen.held, is_observer, now_ms);
        let rows = seen.board.rows(is_observer);
        if self.heading.as_ref() == Some(&heading) {
            return None;
        }
        let changed = rows.iter().enumerate().filter(|(index, row)| {
            self.rows.get(*index).is_none_or(|sent| !Arc::ptr_eq(sent, row))
        });
        let changed = changed.map(|(_, row)| &**row).collect();
        let view = seen.board.view(&heading, now_ms, changed);
        let event = Event::default().event("board").json_data(view).ok()?;
        (self.heading, self.rows) = (Some(heading), rows.to_vec());
        Some(event)
    }
}

/// News of a room's board, for as long as the session lasts.
pub(super) async fn listen(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Extension(Stopping(mut stop)): Extension<Stopping>,
) -> Result<impl IntoResponse, Problem> {
    let room = room(&name)?;
    let listeners = Arc::clone(&service.headquarters.listeners);
    let place = listeners.try_acquire_owned().map_err(|_| BUSY.after(Some(30)))?;
    let token = signed_in.session.token;
    let (news, taken) = mpsc::channel(1);
    tokio::spawn(async move {
        let _place = place;
        let mut sent = Sent::default();
        loop {
            let Ok(event) = event(&service, room, token, &mut sent).await else { return };
            if let Some(event) = event
                && news.send(Ok(event)).await.is_err()
            {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = news.closed() => return,
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    });
    Ok(stream(taken))
}

/// What there is to say now. An error ends the stream: the session has ended, or nothing can be read.
async fn event(
    service: &Shared,
    room: Room,
    token: TokenHash,
    sent: &mut Sent,
) -> Result<Option<Event>, Problem> {
    let signed_in = still_in(service, token, false).await?;
    let seen = board(service, room).await?;
    Ok(sent.next(&seen, signed_in.is_observer(), service.clock.now_ms()))
}
