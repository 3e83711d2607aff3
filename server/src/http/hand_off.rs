//! The page behind a hand-off's QR link: any phone's browser delivers the report, without script.

mod words;

use askama::Template;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use countersign_core::hand_off::HandOff;
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Enrolment, Report};
use countersign_core::phrase::read_back_phrase;
use countersign_core::refusal::{Fate, Refusal};
use countersign_core::room::Room;

use super::{Peer, Shared, page};
use crate::admission;
use words::Words;

/// What a hand-off carries, as people read it.
struct Carried {
    precinct: String,
    county: String,
    room: &'static str,
    phrase: String,
}

struct Done {
    carried: Carried,
    index: u64,
}

struct NotEntered {
    heading: &'static str,
    class: &'static str,
    code: &'static str,
    why: &'static str,
    what_now: &'static str,
    again: bool,
}

enum Page {
    Offer(Carried),
    Countersigned(Done),
    Not(NotEntered),
    Unreadable,
}

#[derive(Template)]
#[template(path = "carry.html")]
struct Carry {
    words: Words,
    style: &'static str,
    page: Page,
}

/// What a hand-off carries, and a button that delivers it.
#[utoipa::path(
    get, path = "/C/{carried}", tag = "reporting",
    params(("carried" = String, Path, description = "The hand-off's bytes in base 32")),
    responses(
        (status = 200, description = "A page with a form", content_type = "text/html"),
        (status = 400, description = "The link is damaged", content_type = "text/html")
    )
)]
pub(super) async fn show(
    State(service): State<Shared>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Response {
    let hand_off = HandOff::from_link(&text);
    let words = words(&service, &headers, hand_off.as_ref().ok());
    match hand_off {
        Ok(hand_off) => {
            let carried = carried(&service, &hand_off, &words);
            answer(StatusCode::OK, words, Page::Offer(carried))
        }
        Err(_) => answer(StatusCode::BAD_REQUEST, words, Page::Unreadable),
    }
}

/// Delivers every message of a hand-off, in its order, and says what became of it.
#[utoipa::path(
    post, path = "/C/{carried}", tag = "reporting",
    params(("carried" = String, Path, description = "The hand-off's bytes in base 32")),
    responses(
        (status = 200, description = "Countersigned", content_type = "text/html"),
        (status = 400, description = "The link is damaged", content_type = "text/html"),
        (status = "4XX", description = "Held or refused, and why", content_type = "text/html"),
        (status = 503, description = "Not yet", content_type = "text/html")
    )
)]
pub(super) async fn deliver(
    State(service): State<Shared>,
    Path(text): Path<String>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    let hand_off = HandOff::from_link(&text);
    let words = words(&service, &headers, hand_off.as_ref().ok());
    let from = service.proxies.sender(peer, &headers);
    let Ok(hand_off) = hand_off else {
        service.admission.charge(from);
        return answer(StatusCode::BAD_REQUEST, words, Page::Unreadable);
    };
    let mut last = None;
    for message in &hand_off.messages {
        match service.admission.submit(hand_off.room, message.bytes(), from).await.outcome {
            Ok(index) => last = Some(index),
            Err(admission::NotEntered { refusal, retry_after }) => {
                let status = StatusCode::from_u16(refusal.status())
                    .expect("every refusal has a status between 400 and 599");
                let mut response = {
                    let page = Page::Not(not_entered(refusal, &words));
                    answer(status, words, page)
                };
                if let Some(seconds) = retry_after {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                return response;
            }
        }
    }
    match last {
        Some(index) => {
            let carried = carried(&service, &hand_off, &words);
            answer(StatusCode::OK, words, Page::Countersigned(Done { carried, index }))
        }
        None => answer(StatusCode::BAD_REQUEST, words, Page::Unreadable),
    }
}

fn words(service: &Shared, headers: &HeaderMap, hand_off: Option<&HandOff>) -> Words {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let package = service.admission.room(Room::Official).read().state.package().cloned();
    let hotline = package.map(|package| package.contest.hotline.clone()).unwrap_or_default();
    let mut words = Words::for_reader(asked.unwrap_or_default(), hotline);
    let room = hand_off.map_or(Room::Official, |hand_off| hand_off.room);
    words.begun_again =
        super::begun_again(service, room).map(|begun| words.begun_again(room, &begun));
    words
}

fn not_entered(refusal: Refusal, words: &Words) -> NotEntered {
    let (why, what_now) = words.of(refusal);
    let (heading, class) = match refusal.fate() {
        Fate::TryAgain => (words.not_yet, "warn"),
        Fate::Held => (words.held, "warn"),
        Fate::Refused => (words.refused, "bad"),
    };
    NotEntered {
        heading,
        class,
        code: refusal.code(),
        why,
        what_now,
        again: refusal.fate() == Fate::TryAgain,
    }
}

/// What the messages say of themselves. Nothing here is proven yet: the page says what is carried, not that it is true.
fn carried(service: &Shared, hand_off: &HandOff, words: &Words) -> Carried {
    let room = match hand_off.room {
        Room::Official => words.official,
        Room::Rehearsal => words.rehearsal,
    };
    let report = hand_off.messages.iter().rev().find_map(|message| message.decode::<Report>().ok());
    let number = report.as_ref().map(|report| report.precinct).or_else(|| {
        let mut enrolments = hand_off.messages.iter();
        enrolments
            .find_map(|message| message.decode::<Enrolment>().ok())
            .map(|e| e.request.precinct)
    });
    let package = service.admission.room(hand_off.room).read().state.package().cloned();
    let precinct = number.zip(package.as_ref()).and_then(|(PrecinctNumber(number), package)| {
        let precinct = package.contest.precinct(number)?;
        Some((precinct.id.clone(), precinct.name.clone(), package.contest.county_display(precinct)))
    });
    let (id, name, county) = precinct
        .unwrap_or_else(|| (String::new(), words.unknown_precinct.to_owned(), String::new()));
    let phrase = match (&report, &package) {
        (Some(report), Some(package)) if !id.is_empty() => read_back_phrase(
            &package.contest.id,
            hand_off.room,
            &id,
            report.attendees,
            &report.counts,
        ),
        _ => String::new(),
    };
    Carried { precinct: name, county, room, phrase }
}

fn answer(status: StatusCode, words: Words, page: Page) -> Response {
    page::answer(status, &Carry { words, style: page::STYLE, page })
}
