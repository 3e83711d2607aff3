//! The commands, as a person at headquarters types them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn contest() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../contests/practice")
}

pub(crate) fn run(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign-server"))
        .current_dir(dir)
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn good(dir: &Path, arguments: &[&str]) -> String {
    let output = run(dir, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The same with something typed on standard input.
pub(crate) fn typing(dir: &Path, arguments: &[&str], text: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign-server"))
        .current_dir(dir)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn wrong(dir: &Path, arguments: &[&str]) -> String {
    let output = run(dir, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A folder with keys, a package and data.
fn set_up() -> TempDir {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    good(at, &["keys", "init", "--out", "keys"]);
    let pack = ["contest", "pack", contest(), "--number", "1", "--keys", "keys", "--server"];
    good(at, &[&pack[..], &["http://127.0.0.1:8470", "--out", "p.countersign"]].concat());
    let init = ["init", "--data", "data", "--package", "p.countersign", "--keys", "keys", "--open"];
    good(at, &[&init[..], &["official,rehearsal"]].concat());
    dir
}

#[test]
fn a_contest_begins_with_four_commands_and_fsck_agrees() {
    let dir = set_up();
    let at = dir.path();
    let table = good(at, &["invitations", "--data", "data", "--keys", "keys", "--all"]);
    let rows: Vec<_> =
        csv::Reader::from_reader(table.as_bytes()).into_records().map(Result::unwrap).collect();
    let contest = countersign_server::practice::contest().unwrap();
    assert_eq!(rows.len(), contest.precincts.len());
    for (row, precinct) in rows.iter().zip(&contest.precincts) {
        assert_eq!(&row[0], precinct.id);
        let code = countersign_core::invitation::InvitationCode::parse(&row[3]).unwrap();
        let link = countersign_core::invitation::InvitationLink::parse(&row[4]).unwrap().unwrap();
        assert_eq!(link.code, code);
        assert_eq!(contest.precinct(code.precinct().0).unwrap().id, precinct.id);
    }
    assert!(good(at, &["fsck", "--data", "data"]).contains("official room: 4 entries"));
    let results: Value =
        serde_json::from_str(&good(at, &["received", "--data", "data", "--json"])).unwrap();
    assert_eq!(results["precincts_received"], 0);
    assert_eq!(results["reviewed"], false);
    assert!(good(at, &["devices", "list", "--data", "data"]).starts_with("room,key,precinct"));
    good(at, &["room", "round", "--data", "data", "--keys", "keys"]);
    assert!(
        wrong(at, &["room", "open", "--room", "official", "--data", "data", "--keys", "keys"])
            .contains("open already")
    );
}

#[cfg(unix)]
#[test]
fn keys_and_codes_are_readable_by_their_owner_only_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = set_up();
    let at = dir.path();
    let csv = ["invitations", "--data", "data", "--keys", "keys", "--all", "--csv", "i.csv"];
    good(at, &csv);
    let mut checked = 0;
    let mut folders = vec![at.join("keys"), at.join("data/keys")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
            checked += 1;
        }
    }
    assert_eq!(checked, 7 + 3 + 4);
    let mode = std::fs::metadata(at.join("i.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(at.join("keys/party/party.key")).unwrap();
    assert!(wrong(at, &["keys", "init", "--out", "keys"]).contains("never overwritten"));
    assert_eq!(std::fs::read(at.join("keys/party/party.key")).unwrap(), before);
    // Those that sign lists of hashes can be made again, once the old ones were taken away.
    let results = ["keys", "results", "--keys", "keys"];
    assert!(wrong(at, &results).contains("never overwritten"));
    for room in ["official", "rehearsal"] {
        std::fs::remove_file(at.join(format!("keys/server/results-{room}.key"))).unwrap();
    }
    assert_eq!(good(at, &results).lines().count(), 2);
    let made = std::fs::metadata(at.join("keys/server/results-official.key")).unwrap();
    assert_eq!(made.permissions().mode() & 0o777, 0o600);
    assert!(wrong(at, &csv).contains("exists already"));
}

#[test]
fn the_party_key_is_not_needed_after_packing() {
    let dir = set_up();
    let at = dir.path();
    std::fs::remove_dir_all(at.join("keys/party")).unwrap();
    let table =
        good(at, &["invitations", "--data", "data", "--keys", "keys", "--precinct", "maple-1"]);
    assert_eq!(table.lines().count(), 2);
    let pack = ["contest", "pack", contest(), "--number", "2", "--keys", "keys", "--server"];
    let text =
        wrong(at, &[&pack[..], &["http://127.0.0.1:8470", "--out", "q.countersign"]].concat());
    assert!(text.contains("party.key"), "{text}");
}

#[test]
fn every_mistake_is_named_with_its_remedy_and_exit_code_2() {
    let dir = set_up();
    let at = dir.path();
    let cases: &[(&[&str], &str)] = &[
        (
            &["init", "--data", "data", "--package", "p.countersign", "--keys", "keys"],
            "is not empty",
        ),
        (&["serve", "--data", "nothing"], "run `countersign-server init"),
        (&["serve", "--data", "data", "--reporting", "0.0.0.0:0"], "without TLS"),
        (&["fsck", "--data", "nothing"], "is not a server's data folder"),
        (
            &["invitations", "--data", "data", "--keys", "keys", "--precinct", "nowhere"],
            "no precinct nowhere",
        ),
        (
            &[
                "devices", "revoke", "--data", "data", "--keys", "keys", "--key", "xx", "--reason",
                "lost",
            ],
            "no key id",
        ),
        (&["contest", "check", "nowhere"], "nowhere"),
        (&["contest", "worksheet", contest(), "nowhere"], "no precinct nowhere"),
    ];
    for (arguments, expected) in cases {
        let text = wrong(at, arguments);
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
    for server in [
        "http://reports.example.org",
        "reports.example.org",
        "https://",
        "https://a/b",
        "ftp://a",
        "https://a:b",
    ] {
        let pack = [
            "contest",
            "pack",
            contest(),
            "--number",
            "1",
            "--keys",
            "keys",
            "--out",
            "x",
            "--server",
        ];
        assert!(wrong(at, &[&pack[..], &[server]].concat()).contains(server));
    }
    // Keys of another contest do not begin this one.
    good(at, &["keys", "init", "--out", "others"]);
    let init = ["init", "--data", "new", "--package", "p.countersign", "--keys", "others"];
    assert!(wrong(at, &init).contains("different contests"));
    assert!(
        !at.join("new").exists() && !at.join(".new.countersign-init").exists(),
        "nothing is left behind"
    );
}

/// The list of commands is short; what a person has to know before typing one is in that command's own help.
#[test]
fn each_command_s_help_says_what_it_is_for() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let list = good(at, &["--help"]);
    for (command, line, known) in [
        ("init", "Make a server's data folder", "whole or not at all"),
        ("invitations", "Invite precincts", "The server keeps no code"),
        ("serve", "Run the server", "throw-away keys"),
        ("received", "What was received", "never results"),
        ("fsck", "Check a data folder", "A server may be running"),
        ("rebuild", "Replay the logs", "is never stored"),
        ("verify", "Verify a night yourself", "0 only when everything holds"),
        ("verify-receipt", "Verify a receipt", "1 when it does not"),
    ] {
        assert!(list.contains(line) && !list.contains(known), "{list}");
        let help = good(at, &[command, "--help"]);
        let words: Vec<&str> = help.split_whitespace().collect();
        assert!(help.starts_with(line) && words.join(" ").contains(known), "{help}");
    }
}

#[test]
fn contest_check_names_every_mistake_with_file_and_line() {
    let dir = TempDir::new().unwrap();
    for name in ["contest.toml", "counties.csv", "groups.csv", "precincts.csv", "results.csv"] {
        std::fs::copy(Path::new(contest()).join(name), dir.path().join(name)).unwrap();
    }
    let path = dir.path().join("precincts.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[2] = lines[1].clone();
    lines[3] = format!("{},many", lines[3].rsplit_once(',').unwrap().0);
    std::fs::write(&path, lines.join("\n")).unwrap();
    let text = wrong(dir.path(), &["contest", "check", "."]);
    assert!(text.contains("precincts.csv:3"), "{text}");
    assert!(text.contains("precincts.csv:4"), "{text}");
    assert!(text.contains("mistakes"), "{text}");
}

/// While a server has the folder, the same commands go through it, over TLS by the package's own authority.
#[test]
fn commands_reach_a_running_server() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    good(at, &["keys", "init", "--out", "keys"]);
    let pack = ["contest", "pack", contest(), "--number", "1", "--keys", "keys", "--out", "p"];
    let tls = ["--server", "https://127.0.0.1:8470", "--tls-root", "keys/server/tls/ca.pem"];
    good(at, &[&pack[..], &tls].concat());
    good(at, &["init", "--data", "data", "--package", "p", "--keys", "keys"]);
    let tls = ["--tls-cert", "keys/server/tls/cert.pem", "--tls-key", "keys/server/tls/key.pem"];
    let server = crate::crash::Program::start(at, &[&["--data", "data"], &tls[..]].concat());
    let folder = ["--data", "data", "--keys", "keys"];
    good(at, &[&["room", "open", "--room", "official"], &folder[..]].concat());
    let invite = [&["invitations", "--precinct", "maple-1"], &folder[..]].concat();
    assert_eq!(good(at, &invite).lines().count(), 2);
    let text = wrong(at, &[&["room", "open", "--room", "official"], &folder[..]].concat());
    assert!(text.contains("open already"), "{text}");
    // A second package is entered into both logs; an older or a foreign one is not.
    let pack = ["contest", "pack", contest(), "--number", "2", "--keys", "keys", "--out", "q"];
    let roots = ["--server", "https://127.0.0.1:8470", "--tls-root", "keys/server/tls/ca.pem"];
    good(at, &[&pack[..], &roots].concat());
    let same = good(at, &[&["package", "enter", "--package", "q"], &folder[..]].concat());
    assert!(!same.contains("rules"), "{same}");
    let old = good(at, &[&["package", "enter", "--package", "p"], &folder[..]].concat());
    assert!(old.contains("log entry 0"), "the same bytes have the same entry: {old}");
    good(at, &["keys", "init", "--out", "others"]);
    let pack = ["contest", "pack", contest(), "--number", "9", "--keys", "others", "--out", "f"];
    good(at, &[&pack[..], &["--server", "https://127.0.0.1:8470"]].concat());
    let text = wrong(at, &[&["package", "enter", "--package", "f"], &folder[..]].concat());
    assert!(text.contains("another party key"), "{text}");
    assert!(server.terminate());
    // Official: package, people, open, invitation, package; rehearsal has no open.
    let checked = good(at, &["fsck", "--data", "data"]);
    assert!(
        checked.contains("official room: 5 entries")
            && checked.contains("rehearsal room: 4 entries"),
        "{checked}"
    );
}

/// The certificate is for the name that tablets know, not for the address at which the server listens.
#[test]
fn beside_a_server_that_speaks_tls_commands_ask_for_it_by_its_name() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    good(at, &["keys", "init", "--out", "keys", "--host", "reports.example.org"]);
    let pack = ["contest", "pack", contest(), "--number", "1", "--keys", "keys", "--out", "p"];
    let tls = ["--server", "https://reports.example.org", "--tls-root", "keys/server/tls/ca.pem"];
    good(at, &[&pack[..], &tls].concat());
    good(at, &["init", "--data", "data", "--package", "p", "--keys", "keys"]);
    let tls = ["--tls-cert", "keys/server/tls/cert.pem", "--tls-key", "keys/server/tls/key.pem"];
    let server = crate::crash::Program::start(at, &[&["--data", "data"], &tls[..]].concat());
    let open = ["room", "open", "--room", "official", "--data", "data", "--keys", "keys"];
    let by_address = format!("https://{}", server.reporting);
    let refused = run(at, &[&open[..], &["--server", &by_address]].concat());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("certificate"), "why it cannot be asked so is said: {said}");
    good(at, &open);
    assert!(server.terminate());
}

/// Started with nothing at all it runs the practice contest, and goes on with it the next time.
#[test]
fn with_nothing_set_up_the_practice_contest_runs() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let data = "countersign-practice/data";
    for _ in 0..2 {
        let server = crate::crash::Program::start(at, &[]);
        let invite =
            ["invitations", "--all", "--keys", "countersign-practice/keys", "--data", data];
        assert!(good(at, &invite).contains(",http://127.0.0.1:"));
        assert!(server.terminate());
    }
    assert!(good(at, &["fsck", "--data", data]).contains("official room: 5 entries"));
    assert!(at.join("countersign-practice/practice.countersign").exists());
}

/// The second program of `make run`: receipt and package alone decide.
#[tokio::test(flavor = "multi_thread")]
async fn verify_receipt_believes_the_package_and_notices_every_flipped_byte() {
    use countersign_core::room::Room;
    let party = crate::support::Party::new(&[Room::Official]);
    let server = party.start().await;
    let device = server.tablet(&party, Room::Official, 0).await;
    let report = party.sign(Room::Official, &device, &party.report(0, 20));
    let receipt = server.send(Room::Official, &report).await.receipt();
    server.stop().await;
    let at = party.root.path();
    std::fs::write(at.join("p"), &party.package_bytes).unwrap();
    std::fs::write(at.join("m"), report.bytes()).unwrap();
    std::fs::write(at.join("r"), &receipt).unwrap();
    let whole = ["verify-receipt", "--receipt", "r", "--package", "p", "--message", "m"];
    let found: Value = serde_json::from_str(&good(at, &whole)).unwrap();
    assert_eq!(found["receipt_verified"], true);
    assert_eq!(found["message"], report.id().to_string());
    let found: Value = serde_json::from_str(&good(at, &whole[..5])).unwrap();
    assert_eq!(found["receipt_verified"], true);
    assert_eq!(found["message"], report.id().to_string());
    for position in (0..receipt.len()).step_by(37) {
        let mut bytes = receipt.clone().into_bytes();
        bytes[position] ^= 1;
        std::fs::write(at.join("r"), &bytes).unwrap();
        let output = run(at, &whole[..5]);
        assert_eq!(output.status.code(), Some(1), "byte {position}");
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["receipt_verified"], false, "byte {position}");
    }
    std::fs::write(at.join("r"), &receipt).unwrap();
    let other = party.sign(Room::Official, &device, &party.report(0, 21));
    std::fs::write(at.join("m"), other.bytes()).unwrap();
    assert_eq!(run(at, &whole).status.code(), Some(1));
}
