//! A server for Iowa 2020 with an enrolled tablet in every precinct, and what those tablets signed.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use countersign_core::contest::{Contest, Published, read_published};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber, sha256};
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{
    Channel, Enrolment, EnrolmentRequest, Message, Package, Report, Scope,
};
use countersign_core::room::Room;
use countersign_tests::places;
use serde_json::Value;
use tempfile::TempDir;

use crate::Outcome;
use crate::client::Connection;

/// The room that everything happens in.
pub(crate) const ROOM: Room = Room::Official;

/// A night that is about to begin.
pub(crate) struct Night {
    pub(crate) contest: Contest,
    pub(crate) published: Vec<Published>,
    pub(crate) devices: Vec<SigningKey>,
    pub(crate) reports: Vec<Signed>,
    /// On the same disk as everything else here.
    pub(crate) folder: TempDir,
    pub(crate) reporting: String,
    server: Child,
}

/// A report and the key that signed it.
pub(crate) struct Signed {
    pub(crate) message: Message,
    pub(crate) device: usize,
}

impl Night {
    /// Starts the server, enrols a tablet in every precinct and signs `reports` distinct reports.
    pub(crate) fn begin(reports: usize) -> Outcome<Self> {
        let run = places::root().join("run");
        std::fs::create_dir_all(&run)?;
        let folder = TempDir::with_prefix_in("bench-", run)?;
        let at = folder.path();
        let files = places::contest("iowa-2020");
        let files = files.to_str().ok_or("the repository's path is not text")?;
        command(at, &["keys", "init", "--out", "keys"])?;
        let pack = ["contest", "pack", files, "--number", "1", "--keys", "keys"];
        let rest = ["--server", "http://127.0.0.1:8470", "--out", "package"];
        command(at, &[&pack[..], &rest].concat())?;
        let init = ["init", "--data", "data", "--package", "package", "--keys", "keys"];
        command(at, &[&init[..], &["--open", ROOM.as_str()]].concat())?;
        let invite =
            ["invitations", "--data", "data", "--keys", "keys", "--all", "--csv", "codes.csv"];
        command(at, &invite)?;
        let (message, package) = Package::read(&std::fs::read(at.join("package"))?)?;
        let contest = package.contest;
        let results = std::fs::read(places::contest("iowa-2020").join("results/final.csv"))?;
        let published =
            read_published(&contest, "results/final.csv", &results).map_err(|mistakes| {
                mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            })?;
        let (server, reporting) = serve(at)?;
        let codes = codes(&at.join("codes.csv"))?;
        let devices: Vec<SigningKey> = (0..codes.len()).map(device).collect();
        let mut night =
            Self { contest, published, devices, reports: Vec::new(), folder, reporting, server };
        night.enrol(&codes)?;
        night.reports = night.sign(message.id(), reports);
        Ok(night)
    }

    fn enrol(&self, codes: &[InvitationCode]) -> Outcome<()> {
        let id = &self.contest.id;
        let enrolments: Vec<Message> = codes
            .iter()
            .zip(&self.devices)
            .map(|(code, device)| {
                let invitation = code.key(id);
                let request = EnrolmentRequest {
                    invitation: invitation.public(),
                    device: device.public(),
                    precinct: code.precinct(),
                    device_time_ms: 0,
                    app_version: "bench".to_owned(),
                };
                Enrolment::sign(id, ROOM, &invitation, device, request)
            })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(&self.reporting).await?;
            for enrolment in &enrolments {
                let answer = connection.post(&path(), enrolment.bytes()).await?;
                if answer.status != 200 {
                    return Err(String::from_utf8_lossy(&answer.body).into_owned().into());
                }
            }
            Ok(())
        })
    }

    /// Distinct reports of all precincts in turn: the published counts, each a little later than the one before.
    fn sign(&self, package: MessageId, reports: usize) -> Vec<Signed> {
        let scope = Scope::room(&self.contest.id, ROOM);
        (0..reports)
            .map(|number| {
                let published = &self.published[number % self.published.len()];
                let device = published.precinct as usize;
                let report = self.report(package, published, number as u64);
                Signed { message: Message::sign(&self.devices[device], scope, &report), device }
            })
            .collect()
    }

    fn report(&self, package: MessageId, published: &Published, number: u64) -> Report {
        let groups = self.contest.groups.len();
        let delegates = published.awarded(&self.contest).unwrap_or_else(|| vec![0; groups]);
        Report {
            package,
            precinct: PrecinctNumber(published.precinct),
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: published.attendance().unwrap_or(0),
            counts: vec![published.first.clone(), published.last.clone(), delegates],
            lots: Vec::new(),
            acknowledged: Vec::new(),
            attestations: Vec::new(),
            photos: Vec::new(),
            channel: Channel::Tablet,
            device_sequence: number,
            device_time_ms: 1_580_774_400_000 + number,
            app_version: "bench".to_owned(),
        }
    }

    /// Id of the server's process.
    pub(crate) fn server_id(&self) -> u32 {
        self.server.id()
    }

    /// Ends the server and has its log checked from the first entry.
    pub(crate) fn end(&mut self) -> Outcome<()> {
        self.server.kill()?;
        self.server.wait()?;
        eprint!("{}", command(self.folder.path(), &["fsck", "--data", "data"])?);
        Ok(())
    }
}

impl Drop for Night {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where messages go.
pub(crate) fn path() -> String {
    format!("/v1/{ROOM}/messages")
}

fn device(number: usize) -> SigningKey {
    SigningKey::from_seed(&sha256(format!("bench device {number}").as_bytes()))
}

fn program() -> Outcome<PathBuf> {
    Ok(places::program("countersign-server")?)
}

fn command(at: &Path, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(program()?).current_dir(at).args(arguments).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

fn serve(at: &Path) -> Outcome<(Child, String)> {
    let any = "127.0.0.1:0";
    let mut server = Command::new(program()?)
        .current_dir(at)
        .args(["serve", "--data", "data", "--reporting", any, "--public", any, "--private", any])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    let out = server.stdout.take().ok_or("the server has no output")?;
    BufReader::new(out).read_line(&mut line)?;
    let addresses: Value = serde_json::from_str(&line)?;
    let reporting = addresses["reporting"].as_str().and_then(|text| text.strip_prefix("http://"));
    Ok((server, reporting.ok_or("the server says no address")?.to_owned()))
}

/// The codes of an invitations table, in the order of the roster. Only a code has a check character that fits.
fn codes(path: &Path) -> Outcome<Vec<InvitationCode>> {
    let text = std::fs::read_to_string(path)?;
    text.lines()
        .skip(1)
        .map(|line| {
            let code = line.split(',').find_map(|field| InvitationCode::parse(field).ok());
            code.ok_or_else(|| format!("no code in {line:?}").into())
        })
        .collect()
}
