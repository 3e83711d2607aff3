//! The party: its keys, its package, its server, its invitations; all made with the server's own program.

mod accounts;
mod asking;
mod crashing;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::caucus::Caucus;
use crate::children::Group;
use crate::disk::SmallDisk;
use crate::error::Doing;
use crate::faulty_disk::{FaultyDisk, Strike};
use crate::port::free_port;
use crate::tls::Identity;
use crate::wait::{self, Look};
use crate::{Error, Result, places};

pub use accounts::PASSWORD;
pub use asking::Reply;

/// Host of the server's certificate, and of the addresses in the package.
const HOST: &str = "localhost";

/// A contest's party on this machine.
#[derive(Debug)]
pub struct Party {
    folder: PathBuf,
    contest: PathBuf,
    place: Place,
    /// Where the server listens, once it did.
    reporting: SocketAddr,
    server: Option<Server>,
    /// Messages that a key may send at once and in a minute, where it is not what servers allow by themselves.
    each_key: Option<u32>,
    /// What the server's disk does to its next start.
    disk: Option<(FaultyDisk, Strike)>,
}

/// Where the server is, and how it is reached.
#[derive(Debug)]
struct Place {
    /// The port that tablets are told to report to.
    told: u16,
    /// The port that it listens on.
    listens: u16,
    /// With a certificate of the party's own authority, or plain.
    tls: bool,
    /// The disk that its data lie on, where it is not the machine's own.
    disk: Option<Arc<SmallDisk>>,
}

impl Place {
    /// On a port that is free, with nothing before it.
    fn direct(tls: bool, disk: Option<Arc<SmallDisk>>) -> Result<Self> {
        let port = free_port()?;
        Ok(Self { told: port, listens: port, tls, disk })
    }

    /// Scheme and host of its address.
    fn origin(&self) -> String {
        if self.tls { format!("https://{HOST}") } else { format!("http://{HOST}") }
    }
}

#[derive(Debug)]
struct Server {
    process: Group,
    public: String,
    private: String,
}

/// What `serve` prints once it listens.
#[derive(Debug, Deserialize)]
struct Addresses {
    reporting: String,
    public: String,
    private: String,
}

/// What `verify-receipt` found.
#[derive(Debug, Clone, Deserialize)]
pub struct Verified {
    /// The receipt proves the entry.
    pub receipt_verified: bool,
    /// Where the entry stands.
    pub log_index: Option<u64>,
    /// The message it proves.
    pub message: Option<String>,
    /// Why it is not good.
    pub why_not: Option<String>,
}

impl Party {
    /// Makes keys, package and the server's data folder below `folder`. Tablets are told to report to `told`: the server's
    /// own port, or that of a network before it. Both rooms are open.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn prepare(folder: &Path, contest: &Path, told: u16, listens: u16) -> Result<Self> {
        Self::set_up(folder, contest, Place { told, listens, tls: true, disk: None })
    }

    /// The same with the server's data on a disk of its own, on a port that is free. What the server logs finds no room.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn on_disk(folder: &Path, contest: &Path, disk: Arc<SmallDisk>) -> Result<Self> {
        Self::set_up(folder, contest, Place::direct(true, Some(disk))?)
    }

    /// The same on a port that is free, without TLS, which this machine's own tablets accept.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn plain(folder: &Path, contest: &Path) -> Result<Self> {
        Self::set_up(folder, contest, Place::direct(false, None)?)
    }

    fn set_up(folder: &Path, contest: &Path, place: Place) -> Result<Self> {
        std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
        let party = Self {
            folder: folder.to_path_buf(),
            contest: contest.to_path_buf(),
            reporting: SocketAddr::from(([127, 0, 0, 1], place.listens)),
            place,
            server: None,
            each_key: None,
            disk: None,
        };
        let (keys, package) = (party.keys(), party.package());
        party.program(&[
            &"keys",
            &"init",
            &"--out",
            &keys,
            &"--host",
            &HOST,
            &"--host",
            &"127.0.0.1",
        ])?;
        party.pack(1, &package)?;
        party.program(&[
            &"init",
            &"--data",
            &party.data(),
            &"--package",
            &package,
            &"--keys",
            &keys,
            &"--open",
            &"official,rehearsal",
        ])?;
        Ok(party)
    }

    /// Makes a package with this number.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn pack(&self, number: u32, out: &Path) -> Result<()> {
        let address = format!("{}:{}", self.place.origin(), self.place.told);
        let (number, keys) = (number.to_string(), self.keys());
        let root = keys.join("server/tls/ca.pem");
        let mut words: Vec<&dyn AsRef<OsStr>> =
            vec![&"contest", &"pack", &self.contest, &"--number", &number, &"--keys", &keys];
        words.extend([&"--server" as &dyn AsRef<OsStr>, &address, &"--out", &out]);
        if self.place.tls {
            words.extend([&"--tls-root" as &dyn AsRef<OsStr>, &root]);
        }
        self.program(&words).map(|_| ())
    }

    /// The package: what an installer made for this caucus carries.
    #[must_use]
    pub fn package(&self) -> PathBuf {
        self.folder.join("caucus.package")
    }

    /// The server's data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.place.disk.as_ref().map_or(self.folder.as_path(), |disk| disk.folder()).join("server")
    }

    /// Where the server's own log goes. Where its disk is to be filled, its log finds no room from the start.
    fn log(&self) -> PathBuf {
        match self.place.disk {
            Some(_) => PathBuf::from("/dev/full"),
            None => self.folder.join("server.log"),
        }
    }

    /// The folder of all keys, the party's own included.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// Where the server listens for tablets.
    #[must_use]
    pub fn reporting(&self) -> SocketAddr {
        self.reporting
    }

    /// Where headquarters reads what was received, while the server runs.
    #[must_use]
    pub fn private(&self) -> Option<&str> {
        self.server.as_ref().map(|server| server.private.as_str())
    }

    /// Where everyone reads the log, while the server runs.
    #[must_use]
    pub fn public(&self) -> Option<&str> {
        self.server.as_ref().map(|server| server.public.as_str())
    }

    /// The server's own certificate.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn identity(&self) -> Result<Identity> {
        let tls = self.keys().join("server/tls");
        Identity::read(&tls.join("cert.pem"), &tls.join("key.pem"))
    }

    /// Invites a precinct and gives the code.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn invite(&self, precinct: &str) -> Result<String> {
        self.invitation(precinct, "code")
    }

    /// Invites a precinct and gives the link that stands in the QR of its invitation.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn invite_by_link(&self, precinct: &str) -> Result<String> {
        self.invitation(precinct, "link")
    }

    fn invitation(&self, precinct: &str, column: &str) -> Result<String> {
        let found = self.invitations(&[&"--precinct", &precinct])?.pop();
        found.and_then(|mut row| row.remove(column)).ok_or_else(no_table)
    }

    /// Invites every precinct and gives the codes, by precinct id.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn invite_all(&self) -> Result<HashMap<String, String>> {
        let code =
            |mut row: HashMap<String, String>| Some((row.remove("precinct")?, row.remove("code")?));
        let codes = self.invitations(&[&"--all"])?.into_iter().map(code);
        codes.collect::<Option<_>>().ok_or_else(no_table)
    }

    /// Invites and gives the rows that are to be printed, by column.
    fn invitations(&self, whom: &[&dyn AsRef<OsStr>]) -> Result<Vec<HashMap<String, String>>> {
        let (data, keys) = (self.data(), self.keys());
        let arguments: [&dyn AsRef<OsStr>; 5] =
            [&"invitations", &"--data", &data, &"--keys", &keys];
        let printed = self.program(&[&arguments[..], whom].concat())?;
        let rows = csv::Reader::from_reader(&*printed.stdout).into_deserialize();
        rows.collect::<std::result::Result<_, _>>().map_err(|_| no_table())
    }

    /// Has the server's program check its logs from the first entry; gives what it says of them.
    ///
    /// # Errors
    ///
    /// When something is wrong with them.
    pub fn fsck(&self) -> Result<String> {
        let printed = self.program(&[&"fsck", &"--data", &self.data()])?;
        Ok(String::from_utf8_lossy(&printed.stdout).into_owned())
    }

    /// The worksheet that a volunteer of this precinct rehearses with, read from what the party prints.
    ///
    /// # Errors
    ///
    /// When the server's program refuses, or prints something else.
    pub fn worksheet(&self, precinct: &str) -> Result<Caucus> {
        let printed = self.program(&[&"contest", &"worksheet", &self.contest, &precinct])?;
        Caucus::from_worksheet(&String::from_utf8_lossy(&printed.stdout), &self.contest)
    }

    /// The enrolled tablets: rows of `devices list`, by column name.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn devices(&self) -> Result<Vec<std::collections::BTreeMap<String, String>>> {
        let printed = self.program(&[&"devices", &"list", &"--data", &self.data()])?;
        let text = String::from_utf8_lossy(&printed.stdout).into_owned();
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        Ok(lines
            .map(|line| {
                names
                    .iter()
                    .zip(line.split(','))
                    .map(|(n, c)| ((*n).to_owned(), c.to_owned()))
                    .collect()
            })
            .collect())
    }

    /// Stops trusting a key: a tablet's, or an invitation's.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn revoke(&self, key: &str) -> Result<()> {
        self.program(&[
            &"devices",
            &"revoke",
            &"--data",
            &self.data(),
            &"--keys",
            &self.keys(),
            &"--key",
            &key,
            &"--reason",
            &"lost",
        ])
        .map(|_| ())
    }

    /// Has somebody at headquarters ask about what was received of a precinct. The first to ask is given a key for it.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn ask(&self, room: &str, precinct: &str, words: &str) -> Result<()> {
        let key = self.folder.join("operator.key");
        let (data, keys) = (self.data(), self.keys());
        if !key.exists() {
            let printed = self.program(&[&"people", &"key", &"--out", &key])?;
            let public = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
            let mut words: Vec<&dyn AsRef<OsStr>> =
                vec![&"people", &"name", &"--data", &data, &"--keys", &keys];
            words.extend([&"--number" as &dyn AsRef<OsStr>, &"7", &"--role", &"operator"]);
            words.extend([&"--public" as &dyn AsRef<OsStr>, &public]);
            self.program(&words)?;
        }
        let row = self.received(room, precinct)?;
        let report = row["report"].as_str().unwrap_or_default();
        let mut ask: Vec<&dyn AsRef<OsStr>> =
            vec![&"review", &"ask", &"--data", &data, &"--key", &key, &"--room", &room];
        ask.extend([&"--precinct" as &dyn AsRef<OsStr>, &precinct, &"--report", &report]);
        ask.extend([&"--findings" as &dyn AsRef<OsStr>, &"C02", &"--words", &words]);
        self.program(&ask).map(|_| ())
    }

    /// Has the admin compare somebody's copy of the results with what counts now, and record that releases go on.
    ///
    /// # Errors
    ///
    /// When the copy cannot be written, or the server's program refuses.
    pub fn record_copy(&self, copy: &str, whose: &str, why: &str) -> Result<()> {
        let (file, data) = (self.folder.join("copy.csv"), self.data());
        std::fs::write(&file, copy).doing("writing a copy")?;
        let key = self.keys().join("server/admin.key");
        let server = format!("http://{}", self.reporting);
        let mut record: Vec<&dyn AsRef<OsStr>> = vec![
            &"release",
            &"record-copy",
            &"--data",
            &data,
            &"--key",
            &key,
            &"--server",
            &server,
        ];
        record.extend([&"--copy" as &dyn AsRef<OsStr>, &file, &"--whose", &whose]);
        record.extend([&"--decision" as &dyn AsRef<OsStr>, &"go-on", &"--why", &why]);
        self.program(&record).map(|_| ())
    }

    /// What `review show` says of a precinct.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn reviewed(&self, room: &str, precinct: &str) -> Result<String> {
        let data = self.data();
        let show: [&dyn AsRef<OsStr>; 8] =
            [&"review", &"show", &"--data", &data, &"--room", &room, &"--precinct", &precinct];
        let printed = self.program(&show)?;
        Ok(String::from_utf8_lossy(&printed.stdout).into_owned())
    }

    /// Starts the server and waits until it listens. It listens where it did the last time.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub fn start(&mut self) -> Result<()> {
        let mut process = self.begin_serving()?;
        let line = process.first_line()?;
        let addresses: Addresses = serde_json::from_str(&line).map_err(|_| {
            Error::Unexpected(format!("the server did not come up; see {}", self.log().display()))
        })?;
        self.reporting = addresses
            .reporting
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(|_| Error::Unexpected(format!("the server listens on {line}")))?;
        let Addresses { public, private, .. } = addresses;
        self.server = Some(Server { process, public, private });
        Ok(())
    }

    /// Starts the server's process, which listens only once it has said so.
    fn begin_serving(&self) -> Result<Group> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .doing("opening the server's log")?;
        Group::start("countersign-server", self.serve()?.stderr(log))
    }

    /// Starts the server where it should not come up: its exit code and what it says.
    ///
    /// # Errors
    ///
    /// When it comes up.
    pub fn refused_start(&self) -> Result<(Option<i32>, String)> {
        let mut process = Group::start("countersign-server", self.serve()?.stderr(Stdio::piped()))?;
        let status = wait::until("a server that does not come up", wait::LONG, || {
            let ended = process.child().try_wait().doing("waiting for the server")?;
            Ok(ended.map_or(Look::NotYet("it runs".to_owned()), Look::Yes))
        })?;
        let mut said = String::new();
        if let Some(mut stderr) = process.child().stderr.take() {
            stderr.read_to_string(&mut said).doing("reading what the server says")?;
        }
        Ok((status.code(), said))
    }

    fn serve(&self) -> Result<Command> {
        let tls = self.keys().join("server/tls");
        let mut command = self.command()?;
        command
            .args([OsStr::new("serve"), OsStr::new("--data"), self.data().as_os_str()])
            .args(["--reporting", &self.reporting.to_string()])
            .args(["--public", "127.0.0.1:0", "--private", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some((disk, strike)) = &self.disk {
            disk.strike(&mut command, &self.data(), *strike)?;
        }
        if let Some(messages) = self.each_key {
            let messages = messages.to_string();
            command.args(["--key-burst", &messages, "--key-per-minute", &messages]);
        }
        if self.place.tls {
            command
                .args([OsStr::new("--tls-cert"), tls.join("cert.pem").as_os_str()])
                .args([OsStr::new("--tls-key"), tls.join("key.pem").as_os_str()]);
        }
        Ok(command)
    }

    /// The server's program, started where its data can be seen.
    fn command(&self) -> Result<Command> {
        let program = places::program("countersign-server")?;
        Ok(match &self.place.disk {
            Some(disk) => disk.command(&program),
            None => Command::new(program),
        })
    }

    /// Stops the server as a service manager does.
    ///
    /// # Errors
    ///
    /// When it does not end well.
    pub fn stop(&mut self) -> Result<()> {
        match self.server.take() {
            Some(server) => server.process.stop().map(|_| ()),
            None => Ok(()),
        }
    }

    /// Kills the server as a power cut would.
    ///
    /// # Errors
    ///
    /// When it does not go away.
    pub fn kill(&mut self) -> Result<()> {
        match self.server.take() {
            Some(server) => server.process.kill(),
            None => Ok(()),
        }
    }

    /// What was received in a room, not reviewed, as the server's program works it out from the log.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn results(&self, room: &str) -> Result<Value> {
        let printed =
            self.program(&[&"received", &"--data", &self.data(), &"--room", &room, &"--json"])?;
        serde_json::from_slice(&printed.stdout)
            .map_err(|error| Error::Unexpected(format!("results --json: {error}")))
    }

    /// The row of a precinct in [`Party::results`], or `Null`.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn received(&self, room: &str, precinct: &str) -> Result<Value> {
        let results = self.results(room)?;
        let rows = results["precincts"].as_array().cloned().unwrap_or_default();
        Ok(rows.into_iter().find(|row| row["precinct"] == precinct).unwrap_or(Value::Null))
    }

    /// Has a second program verify a receipt, from the receipt's file and the package alone.
    ///
    /// # Errors
    ///
    /// When the program does not give a verdict.
    pub fn verify(&self, receipt: &Path) -> Result<Verified> {
        let (package, receipt) = (self.package(), receipt.as_os_str());
        let output =
            self.output(&[&"verify-receipt", &"--receipt", &receipt, &"--package", &package])?;
        let verdict: Verified = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::Unexpected(format!("verify-receipt: {error}")))?;
        if verdict.receipt_verified == output.status.success() {
            Ok(verdict)
        } else {
            Err(Error::Unexpected(format!(
                "verify-receipt said one thing and ended with {}",
                output.status
            )))
        }
    }

    fn program(&self, arguments: &[&dyn AsRef<OsStr>]) -> Result<Output> {
        let output = self.output(arguments)?;
        if output.status.success() {
            return Ok(output);
        }
        let words: Vec<OsString> = arguments.iter().map(|word| word.as_ref().to_owned()).collect();
        Err(Error::Program {
            program: format!(
                "countersign-server {}",
                words.join(OsStr::new(" ")).to_string_lossy()
            ),
            status: output.status.to_string(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    fn output(&self, arguments: &[&dyn AsRef<OsStr>]) -> Result<Output> {
        let mut command = self.command()?;
        for argument in arguments {
            command.arg(argument.as_ref());
        }
        command.stdin(Stdio::null()).output().doing("running countersign-server")
    }
}

fn no_table() -> Error {
    Error::Unexpected("invitations printed another table".to_owned())
}

/// Writes a copy of a file with one bit of its middle byte flipped.
///
/// # Errors
///
/// When it cannot be read or written, or is empty.
pub fn flip_one_bit(from: &Path, to: &Path) -> Result<()> {
    let mut bytes = std::fs::read(from).doing(format!("reading {}", from.display()))?;
    let middle = bytes.len() / 2;
    let byte = bytes
        .get_mut(middle)
        .ok_or_else(|| Error::Unexpected(format!("{} is empty", from.display())))?;
    *byte ^= 1;
    std::fs::File::create(to)
        .and_then(|mut file| file.write_all(&bytes))
        .doing(format!("writing {}", to.display()))
}
