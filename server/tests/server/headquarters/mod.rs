//! Headquarters as its pages meet it: accounts, sessions, what is shown, what is signed.

mod acts;
mod authenticator;
mod board;
mod campaigns;
mod feed;
mod inquiries;
mod passkeys;
mod people;
mod questions;
mod sign_in;

use std::time::Duration;

use countersign_core::message::{Message, People, Person, Role, Scope};
use countersign_core::room::Room;
use countersign_core::seal::Cost;
use countersign_server::headquarters::{NewAccount, sign_in_name};
use countersign_server::keys::read_key;
use serde_json::{Value, json};

use crate::support::{Party, Reply, Server};

const PASSWORD: &str = "three plain words";

/// Cheap, as nothing but a test may be.
const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

/// Somebody with an account, and their printed codes.
pub(crate) struct Worker {
    number: u32,
    name: String,
    codes: Vec<String>,
}

impl Worker {
    /// Makes an account, and names them in both rooms.
    async fn employ(party: &Party, server: &Server, number: u32, role: Role) -> Self {
        let name = format!("Person {number}");
        let made = NewAccount::make(number, &name, PASSWORD, CHEAP).unwrap();
        let private = &server.node.private;
        private.make_account(&made.account, &sign_in_name(&name), &made.code_hashes()).unwrap();
        let key = read_key(&party.keys.party()).unwrap();
        let person = Person { number, role, key: made.account.public };
        for room in Room::ALL {
            let scope = Scope::room(&party.contest.id, room);
            let people = People { people: vec![person.clone()] };
            server.send(room, &Message::sign(&key, scope, &people)).await.receipt();
        }
        Self { number, name, codes: made.codes.iter().map(ToString::to_string).collect() }
    }

    fn next_code(&mut self) -> String {
        self.codes.pop().unwrap()
    }

    /// Signs in with the next code.
    async fn sign_in(&mut self, server: &Server) -> Browser {
        let code = self.next_code();
        let mut browser = Browser::default();
        let reply = browser.sign_in(server, &self.name, PASSWORD, &code).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["person"], self.number);
        browser
    }
}

/// A server-sent event.
pub(crate) struct Event {
    id: String,
    name: String,
    data: Value,
    /// The data to the byte.
    bytes: String,
}

/// Server-sent events as they come.
pub(crate) struct Events {
    response: reqwest::Response,
    text: String,
    /// The event that came last, for what is said when no other comes.
    last: String,
}

/// An event comes within seconds, and a stream that says nothing says so every 15.
const EVENT_TIME: Duration = Duration::from_secs(60);

impl Events {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no", "a proxy collects none of it");
        Self { response, text: String::new(), last: "any".to_owned() }
    }

    /// The next event; `None` when the stream has ended. Panics where neither comes.
    async fn next(&mut self) -> Option<Event> {
        let next = tokio::time::timeout(EVENT_TIME, self.wait()).await;
        let Ok(event) = next else {
            let url = self.response.url();
            panic!("neither an event nor the end of {url} after {}, in {EVENT_TIME:?}", self.last);
        };
        if let Some(Event { id, name, bytes, .. }) = &event {
            self.last = format!("{name} {id}: {bytes}");
        }
        event
    }

    async fn wait(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let of = |field: &str| event.lines().find_map(|line| line.strip_prefix(field));
                if let Some(data) = of("data: ") {
                    return Some(Event {
                        id: of("id: ").unwrap_or_default().to_owned(),
                        name: of("event: ").unwrap_or_default().to_owned(),
                        data: serde_json::from_str(data).unwrap(),
                        bytes: data.to_owned(),
                    });
                }
                continue;
            }
            let piece = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}

/// A browser on headquarters' page.
#[derive(Default, Clone)]
pub(crate) struct Browser {
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn sign_in(&mut self, server: &Server, name: &str, password: &str, code: &str) -> Reply {
        let asked = json!({"name": name, "password": password, "code": code});
        let reply = self.post(server, "/sign-in", &asked).await;
        if reply.status == 200 {
            self.csrf = reply.json()["csrf"].as_str().unwrap().to_owned();
        }
        reply
    }

    async fn get(&self, server: &Server, path: &str) -> Reply {
        let url = format!("http://{}/hq/api{path}", server.private);
        let response = server.http.get(url).header("cookie", &self.cookie).send().await.unwrap();
        crate::support::read(response).await
    }

    async fn post(&mut self, server: &Server, path: &str, body: &Value) -> Reply {
        let url = format!("http://{}/hq/api{path}", server.private);
        let request = server.http.post(url).header("cookie", &self.cookie).json(body);
        let response = request.header("x-csrf", &self.csrf).send().await.unwrap();
        let cookie = response.headers().get("set-cookie").map(|it| it.to_str().unwrap().to_owned());
        if let Some(cookie) = cookie {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
            assert!(cookie.contains("Path=/hq"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        assert_eq!(response.headers()["cache-control"], "no-store");
        crate::support::read(response).await
    }
}

/// That an object has these fields and no others: what `ui/headquarters/src/api` says of it has to be changed with it.
pub(crate) fn has_fields(object: &Value, fields: &str) {
    let mut wanted: Vec<&str> = fields.split(' ').collect();
    wanted.sort_unstable();
    let mut found: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, wanted);
}
