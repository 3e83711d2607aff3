//! What campaigns asked headquarters, what it said to that and to everyone.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::results::{Inquired, Noticed};
use serde::Serialize;

use super::request::SignedIn;
use super::words::Reader;
use crate::http::{Problem, Shared, room};

#[derive(Serialize)]
struct InquiriesView {
    now_ms: u64,
    /// In log order, as the inquiries.
    notices: Vec<NoticeView>,
    inquiries: Vec<InquiryView>,
}

#[derive(Serialize)]
struct NoticeView {
    id: String,
    person: u32,
    entered_ms: u64,
    /// Absent where the reader may not see them, as below.
    words: Option<String>,
    /// Server time by which the next word comes.
    next_ms: Option<u64>,
}

#[derive(Serialize)]
struct InquiryView {
    id: String,
    person: u32,
    entered_ms: u64,
    words: Option<String>,
    precinct: Option<u32>,
    response: Option<ResponseView>,
}

#[derive(Serialize)]
struct ResponseView {
    id: String,
    person: u32,
    entered_ms: u64,
    words: Option<String>,
}

impl NoticeView {
    fn of(reader: Reader<'_>, Noticed { signed, notice }: &Noticed) -> Self {
        Self {
            id: signed.id.to_string(),
            person: signed.person,
            entered_ms: signed.entered_ms,
            words: reader.words(signed.id, &notice.words),
            next_ms: notice.next_ms,
        }
    }
}

impl InquiryView {
    fn of(reader: Reader<'_>, Inquired { signed, inquiry, response }: &Inquired) -> Self {
        Self {
            id: signed.id.to_string(),
            person: signed.person,
            entered_ms: signed.entered_ms,
            words: reader.words(signed.id, &inquiry.words),
            precinct: inquiry.precinct.map(|precinct| precinct.0),
            response: response.as_ref().map(|(signed, response)| ResponseView {
                id: signed.id.to_string(),
                person: signed.person,
                entered_ms: signed.entered_ms,
                words: reader.words(signed.id, &response.words),
            }),
        }
    }
}

/// Everything that was asked and said.
pub(super) async fn show(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let projection = service.admission.room(room(&name)?).read();
    let state = &projection.state;
    let reader = Reader { state, is_observer: signed_in.is_observer() };
    let (notices, inquiries) = (state.review().notices(), state.review().inquiries());
    Ok(Json(InquiriesView {
        now_ms: service.clock.now_ms(),
        notices: notices.iter().map(|one| NoticeView::of(reader, one)).collect(),
        inquiries: inquiries.iter().map(|one| InquiryView::of(reader, one)).collect(),
    })
    .into_response())
}
