//! The real program, killed at moments of nobody's choosing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_core::message::Message;
use countersign_core::room::Room;
use countersign_server::fsck;
use serde_json::Value;

use crate::support::Party;

const ROOM: Room = Room::Official;

/// A running server program.
pub(crate) struct Program {
    child: Child,
    pub(crate) reporting: String,
    pub(crate) public: String,
    pub(crate) private: String,
}

impl Program {
    /// Starts it on ports of the machine's choice.
    pub(crate) fn start(at: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign-server"))
            .current_dir(at)
            .args(["serve", "--reporting", "127.0.0.1:0", "--public", "127.0.0.1:0"])
            .args(["--private", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).unwrap();
        let host = |listener: &str| {
            addresses[listener].as_str().unwrap().split_once("://").unwrap().1.to_owned()
        };
        Self {
            child,
            reporting: host("reporting"),
            public: host("public"),
            private: host("private"),
        }
    }

    /// Status and body; `None` when the server went away in the middle.
    pub(crate) fn send(&self, message: &Message) -> Option<(u16, Value)> {
        self.send_with("", "", message)
    }

    /// The same with a query (`?seen=…`) and more headers, each line ended.
    pub(crate) fn send_with(
        &self,
        query: &str,
        headers: &str,
        message: &Message,
    ) -> Option<(u16, Value)> {
        let line = format!("POST /v1/{ROOM}/messages{query}");
        let (status, body) = ask(&self.reporting, &line, headers, message.bytes())?;
        Some((status, serde_json::from_str(&body).ok()?))
    }

    /// Status and body of what one of its listeners answers to a GET.
    pub(crate) fn get(&self, listener: &str, path: &str) -> (u16, String) {
        ask(listener, &format!("GET {path}"), "", &[]).unwrap()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a service manager does; whether it ended well.
    pub(crate) fn terminate(mut self) -> bool {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().success()
    }
}

/// One request, of HTTP/1.0 so that the answer comes in one piece; `None` when the server went away in the middle.
pub(crate) fn ask(listener: &str, line: &str, headers: &str, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(listener).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let size = body.len();
    let head = format!(
        "{line} HTTP/1.0\r\nhost: x\r\nconnection: close\r\ncontent-length: {size}\r\n{headers}\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

pub(crate) fn start(party: &Party) -> Program {
    Program::start(party.root.path(), &["--data", "data", "--key-burst", "100000"])
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless a test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Several rounds of writers at full speed and a kill in the middle; each acknowledged report is there afterwards at the
/// index its receipt said, and the log is whole.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9() {
    let party = Party::new(&[ROOM]);
    let mut devices = Vec::new();
    let server = party.start().await;
    for precinct in 0..8 {
        devices.push(server.tablet(&party, ROOM, precinct).await);
    }
    server.stop().await;
    let reports: Vec<Vec<Message>> = (0..8)
        .map(|precinct| {
            let device = &devices[precinct as usize];
            (0..400).map(|n| party.sign(ROOM, device, &party.report(precinct, n))).collect()
        })
        .collect();
    let mut acknowledged: Vec<(&Message, u64)> = Vec::new();
    for round in 0..4 {
        let program = start(&party);
        let enough = AtomicBool::new(false);
        let found: Vec<Vec<(&Message, u64)>> = std::thread::scope(|scope| {
            let writers: Vec<_> = reports
                .iter()
                .map(|reports| {
                    let (program, enough, party) = (&program, &enough, &party);
                    scope.spawn(move || {
                        let mut done = Vec::new();
                        for report in &reports[round * 100..][..100] {
                            let Some((200, body)) = program.send(report) else { break };
                            let receipt = body["receipt"].as_str().unwrap();
                            done.push((report, party.verify(ROOM, report, receipt).index));
                            if done.len() > 10 {
                                enough.store(true, Ordering::SeqCst);
                            }
                        }
                        enough.store(true, Ordering::SeqCst);
                        done
                    })
                })
                .collect();
            while !enough.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            // The program dies while all of them are writing.
            let pid = rustix::process::Pid::from_child(&program.child);
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        program.kill();
        acknowledged.extend(found.into_iter().flatten());
        let sound = fsck::check(&party.folder, ROOM).unwrap();
        assert!(sound.entries >= acknowledged.len() as u64);
    }
    assert!(acknowledged.len() >= 40, "{}", acknowledged.len());
    let program = start(&party);
    for (report, index) in &acknowledged {
        let (status, body) = program.send(report).unwrap();
        assert_eq!(status, 200);
        assert_eq!(party.verify(ROOM, report, body["receipt"].as_str().unwrap()).index, *index);
    }
    assert!(program.terminate(), "SIGTERM ends it in order");
    fsck::check(&party.folder, ROOM).unwrap();
}
