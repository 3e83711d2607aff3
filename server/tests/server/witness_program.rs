//! The witness as a campaign runs it: one command. And the server with its witnesses, each a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use countersign_core::log::{Checkpoint, LogKey, WitnessKey, cosignatures};
use countersign_core::room::Room;
use countersign_core::witness::{AddCheckpoint, origin_hash};
use serde_json::Value;

use crate::commands::{good, wrong};
use crate::crash::{Program, ask};
use crate::support::Party;

const ROOM: Room = Room::Official;

fn command(at: &Path, name: &str, log: &str, folder: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-server"));
    command.current_dir(at).args(["witness", "--listen", "127.0.0.1:0"]);
    command.args(["--name", name, "--log", log, "--data", folder]);
    command
}

fn output(at: &Path, name: &str, log: &str, folder: &str) -> Output {
    command(at, name, log, folder).output().unwrap()
}

/// A running witness program.
struct WitnessProgram {
    child: Child,
    host: String,
    key: WitnessKey,
    logs: usize,
}

impl WitnessProgram {
    fn start(at: &Path, name: &str, log: &str, folder: &str) -> Self {
        let mut command = command(at, name, log, folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let started: Value = serde_json::from_str(&line).unwrap();
        let host = started["listening"].as_str().unwrap().strip_prefix("http://").unwrap();
        Self {
            child,
            host: host.to_owned(),
            key: started["verifier_key"].as_str().unwrap().parse().unwrap(),
            logs: started["logs"].as_array().unwrap().len(),
        }
    }

    fn argument(&self) -> String {
        format!("{}=http://{}", self.key, self.host)
    }

    fn add(&self, old: u64, note: &str) -> (u16, String) {
        let body = AddCheckpoint { old, proof: Vec::new(), note }.to_body();
        ask(&self.host, "POST /add-checkpoint", "", body.as_bytes()).unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for WitnessProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn packed(party: &Party) -> &'static str {
    std::fs::write(party.root.path().join("p.countersign"), &party.package_bytes).unwrap();
    "p.countersign"
}

#[test]
fn what_a_witness_cosigned_survives_kill_9() {
    let party = Party::new(&[ROOM]);
    let at = party.root.path();
    let log = party.contest.log(ROOM).unwrap();
    let key = countersign_server::keys::read_key(&party.keys.log(ROOM)).unwrap();
    let note = |size: u64, filled: u8| {
        Checkpoint { origin: log.origin.clone(), size, root: [filled; 32] }.sign(&key)
    };
    let package = packed(&party);
    let mut before = None;
    for round in 0..5 {
        let mut witness = WitnessProgram::start(at, "w.example/1", package, "w");
        assert_eq!(witness.logs, 2, "both rooms of the package");
        assert_eq!(*before.get_or_insert(witness.key.clone()), witness.key);
        if round == 0 {
            let (status, line) = witness.add(0, &note(7, 1));
            assert_eq!(status, 200);
            let known = std::slice::from_ref(&witness.key);
            assert_eq!(cosignatures(&(note(7, 1) + &line), known).unwrap().len(), 1);
        } else {
            // A new beginning, another view, one smaller: nothing of it. The same again: yes.
            assert_eq!(witness.add(0, &note(7, 1)), (409, "7\n".to_owned()));
            assert_eq!(witness.add(0, &note(9, 2)), (409, "7\n".to_owned()));
            assert_eq!(witness.add(7, &note(7, 2)).0, 422);
            assert_eq!(witness.add(7, &note(9, 2)).0, 422);
            assert_eq!(witness.add(7, &note(6, 1)).0, 400);
            assert_eq!(witness.add(7, &note(7, 1)).0, 200);
        }
        let path = format!("GET /{}/checkpoint", origin_hash(&log.origin));
        let (_, shown) = ask(&witness.host, &path, "", &[]).unwrap();
        assert!(shown.starts_with(&note(7, 1)), "{shown}");
        witness.kill();
    }
}

/// The party needs the key before there is a package.
#[test]
fn a_witness_has_its_key_before_there_is_a_log() {
    let party = Party::new(&[ROOM]);
    let at = party.root.path();
    let dir = ["witness", "--name", "w.example/1", "--data", "w"];
    let printed = good(at, &dir);
    let key: WitnessKey = printed.trim_end().parse().unwrap();
    assert_eq!(good(at, &dir), printed);
    let witness = WitnessProgram::start(at, "w.example/1", packed(&party), "w");
    assert_eq!(witness.key, key);
    let text = wrong(at, &[&dir[..], &["--party", "3fa94c0e9d1b7a6650c2f8d4e17b9a35"]].concat());
    assert!(text.contains("--log"), "{text}");
}

#[test]
fn a_witness_says_what_is_wrong_and_changes_nothing() {
    let party = Party::new(&[ROOM]);
    let (at, package) = (party.root.path(), packed(&party));
    let log = party.contest.log(ROOM).unwrap();
    let said = |output: Output| {
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(output(at, "two words", package, "w")).contains("is like an address"));
    assert!(said(output(at, "w.example/1", "nowhere", "w")).contains("there is no such file"));
    assert!(!at.join("w").exists());
    let verifier = LogKey { origin: log.origin.clone(), key: log.keys[0] }.to_string();
    let mut running = WitnessProgram::start(at, "w.example/1", &verifier, "w");
    assert_eq!(running.logs, 1);
    assert!(said(output(at, "w.example/1", package, "w")).contains("uses"));
    let (status, text) = ask(&running.host, "GET /healthz", "", &[]).unwrap();
    assert_eq!((status, text.as_str()), (200, "ok\n"));
    let (_, text) = ask(&running.host, "GET /key", "", &[]).unwrap();
    assert_eq!(text.trim_end(), running.key.to_string());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| std::fs::metadata(at.join(name)).unwrap().permissions().mode();
        assert_eq!((mode("w/witness.key") & 0o777, mode("w") & 0o777), (0o600, 0o700));
        let pid = rustix::process::Pid::from_child(&running.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(running.child.wait().unwrap().success(), "it ends in order");
    }
    running.child.wait().ok();
    assert!(said(output(at, "w.example/2", package, "w")).contains("belongs to the witness"));
    std::fs::remove_file(at.join("w/witness.db")).unwrap();
    assert!(
        said(output(at, "w.example/1", package, "w")).contains("has forgotten what it cosigned")
    );
    assert!(!at.join("w/witness.db").exists());
    let help = Command::new(env!("CARGO_BIN_EXE_countersign-server"))
        .args(["witness", "--help"])
        .output()
        .unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("Never copy DIR back from a backup"));
}

/// The whole of it as processes: three witnesses of which one takes connections and never says a word.
#[test]
fn a_server_is_cosigned_by_its_witnesses() {
    let party = Party::new(&[ROOM]);
    let (at, package) = (party.root.path(), packed(&party));
    let one = WitnessProgram::start(at, "w.example/1", package, "w1");
    let two = WitnessProgram::start(at, "w.example/2", package, "w2");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let third = WitnessKey::new("w.example/3", party.new_key().public()).unwrap();
    let silent_at = format!("{third}=http://{}", silent.local_addr().unwrap());
    let (first, second) = (one.argument(), two.argument());
    let arguments = ["--data", "data", "--witness", &first, "--witness", &second, "--witness"];
    let arguments = [&arguments[..], &[&silent_at, "--witnesses-needed", "2"]].concat();
    let server = Program::start(at, &arguments);
    let known = [one.key.clone(), two.key.clone(), third];
    let log = party.contest.log(ROOM).unwrap();
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let end = Instant::now() + Duration::from_secs(40);
        while !done() {
            assert!(Instant::now() < end, "{what} did not happen");
            std::thread::yield_now();
        }
    };
    let cosigned = || {
        let (_, note) = server.get(&server.public, "/log/official/checkpoint");
        let head = Checkpoint::open(&note, &log.origin, &log.keys).unwrap();
        let by = cosignatures(&note, &known).unwrap();
        (head.size, by.iter().map(|found| found.witness).collect::<Vec<_>>())
    };
    until("the first round", &|| cosigned().1 == [0, 1]);
    let (size, _) = cosigned();
    // The log grows, and the next round follows it.
    let code = party.code(0);
    let invitations = party.invitations(ROOM, std::slice::from_ref(&code));
    assert_eq!(server.send(&invitations).unwrap().0, 200);
    until("the next round", &|| cosigned() == (size + 1, vec![0, 1]));
    until("the silent one's being given up", &|| {
        let (_, text) = server.get(&server.public, "/v1/status");
        let status: Value = serde_json::from_str(&text).unwrap();
        status["rooms"]["official"]["witnesses"]["each"][2]["trouble"] == "slow"
    });
    // Both go away: the server goes on, and its receipts with it.
    drop((one, two));
    let enrolment = party.enrolment(ROOM, &code, &party.new_key());
    assert_eq!(server.send(&enrolment).unwrap().0, 200);
    assert!(server.terminate());
    for (wrong, said) in [
        (vec!["--witness", &first, "--witness", &first], "is given two addresses"),
        (vec!["--witness", &first, "--witnesses-needed", "2"], "cannot be needed"),
        (vec!["--witness", "x"], "named by its verifier key"),
    ] {
        let arguments =
            [&["serve", "--data", "data", "--reporting", "127.0.0.1:0"], &wrong[..]].concat();
        assert!(crate::commands::wrong(at, &arguments).contains(said), "{said}");
    }
}
