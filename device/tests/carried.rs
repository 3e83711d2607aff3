//! Hand-off to another tablet, and packages that are not taken.

mod common;

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::Party;
use common::server::Server;
use common::tablet::{Device, MAPLE_1, config, count, recount};
use countersign_core::hand_off::HandOff;
use countersign_core::id::MessageId;
use countersign_core::message::Kind;
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_device::api::*;
use countersign_device::{SaveFile, Tablet};
use data_encoding::BASE64;
use image::{GrayImage, ImageFormat, Luma};

/// A person who puts every file into one folder.
struct Folder(PathBuf);

impl SaveFile for Folder {
    fn save(&self, name: &str, bytes: &[u8]) -> io::Result<Option<PathBuf>> {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).map(|()| Some(path))
    }
}

/// A tablet with a signed report that it has sent nowhere, another one, and what the first hands off.
struct Hall {
    server: Server,
    device: Device,
    carrier: Device,
    report: ReportView,
    saved: tempfile::TempDir,
}

impl Hall {
    fn new() -> Self {
        let server = Server::plain();
        let (first, second) = {
            let hall = server.hall();
            (hall.party.code(0).to_string(), hall.party.code(1).to_string())
        };
        let saved = tempfile::tempdir().expect("a temporary folder");
        let mut device = Device::enrolled(server.package(), &first);
        device.config.save_file = Arc::new(Folder(saved.path().to_owned()));
        device.restart();
        device.unlock();
        device.fill(0, RoomName::Official, MAPLE_1);
        let report = device.sign();
        let carrier = Device::enrolled(server.package(), &second);
        Self { server, device, carrier, report, saved }
    }

    fn link(&self) -> (String, Vec<String>) {
        match self.device.call(Command::HandOff { report: self.report.id.clone() }) {
            Ok(Answer::HandOff { link, qr, .. }) => (link, qr),
            other => panic!("a hand-off was expected: {other:?}"),
        }
    }

    fn file(&self) -> Vec<u8> {
        let command = Command::SaveHandOff { report: self.report.id.clone() };
        let Ok(Answer::Saved { path: Some(path) }) = self.device.call(command) else {
            panic!("a file was expected")
        };
        let name = Path::new("maple-1-official-1.countersign");
        assert_eq!(Path::new(&path), self.saved.path().join(name));
        std::fs::read(path).expect("it was written")
    }

    /// The QR as a camera sees it: with a quiet zone, some pixels for each module.
    fn picture(&self, format: ImageFormat) -> Vec<u8> {
        const PIXELS: usize = 5;
        const QUIET: usize = 4;
        let (_, rows) = self.link();
        let modules = rows.len() + 2 * QUIET;
        let dark = |x: usize, y: usize| {
            let row = y.checked_sub(QUIET).and_then(|y| rows.get(y));
            let module = row.zip(x.checked_sub(QUIET)).and_then(|(row, x)| row.as_bytes().get(x));
            module == Some(&b'1')
        };
        let side = u32::try_from(modules * PIXELS).expect("small");
        let picture = GrayImage::from_fn(side, side, |x, y| {
            let (x, y) = (x as usize / PIXELS, y as usize / PIXELS);
            Luma([if dark(x, y) { 20 } else { 235 }])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("it can be written");
        bytes.into_inner()
    }

    /// The other tablet carries what was brought to the server and has the receipt; later the first one learns of the
    /// same entry.
    fn carry(&self, brought: Command) {
        let view = self.carrier.view_of(brought.clone());
        assert_eq!(view.carried[0].id, self.report.id);
        assert_eq!(view.carried[0].precinct.as_ref().map(|one| one.id.as_str()), Some("maple-1"));
        assert_eq!(view.carried[0].standing, Standing::SavedHere);
        assert_eq!(self.carrier.view_of(brought).carried.len(), 1, "the same again is the same");
        self.carrier.sync_until_settled(20);
        let standing = self.carrier.view().carried[0].standing.clone();
        let Standing::Countersigned { log_index, .. } = standing else {
            panic!("not countersigned: {standing:?}")
        };
        let receipt = self.carrier.tablet().receipt(&self.report.id).expect("the database is good");
        let id = MessageId::from_hex(&self.report.id).expect("an id");
        {
            let hall = self.server.hall();
            let log = hall.party.contest.log(Room::Official).expect("both rooms have one");
            let text = receipt.expect("it keeps the receipt");
            let receipt = Receipt::verify(&text, id, Kind::Report, &log.origin, &log.keys);
            assert_eq!(receipt.expect("it verifies").index, log_index);
        }
        self.device.sync_until_settled(20);
        let own = self.device.standing(&self.report.id);
        assert!(
            matches!(own, Standing::Countersigned { log_index: of_own, .. } if of_own == log_index),
            "{own:?}"
        );
        assert_eq!(self.server.hall().reports(Room::Official), 1);
    }
}

fn of_link(link: String) -> Command {
    Command::ImportHandOff { link: Some(link), file: None }
}

fn of_file(bytes: &[u8]) -> Command {
    Command::ImportHandOff { link: None, file: Some(BASE64.encode(bytes)) }
}

#[test]
fn t29_another_tablet_carries_the_report_and_can_change_nothing() {
    let hall = Hall::new();
    let (link, qr) = hall.link();
    assert!(qr.len() > 20 && qr.iter().all(|row| row.len() == qr.len()));
    let mut altered = link.clone();
    altered
        .replace_range(link.len() - 4..link.len() - 3, if link.ends_with('A') { "B" } else { "A" });
    if altered != link {
        let problem = hall.carrier.call(of_link(altered)).unwrap_err();
        assert_eq!(problem.code, ProblemCode::HandOffUnreadable);
    }
    hall.carry(of_link(link));
}

/// A person whose stick is full, locked or gone.
struct Stick(io::ErrorKind);

impl SaveFile for Stick {
    fn save(&self, _: &str, _: &[u8]) -> io::Result<Option<PathBuf>> {
        Err(io::Error::from(self.0))
    }
}

#[test]
fn t29_a_full_or_locked_stick_is_no_trouble_of_the_tablet() {
    use io::ErrorKind::{NotFound, ReadOnlyFilesystem, StorageFull};
    let mut hall = Hall::new();
    for kind in [StorageFull, ReadOnlyFilesystem, NotFound] {
        hall.device.config.save_file = Arc::new(Stick(kind));
        hall.device.restart();
        hall.device.unlock();
        let problem = hall
            .device
            .call(Command::SaveHandOff { report: hall.report.id.clone() })
            .expect_err("nothing can be written there");
        assert_eq!((problem.code, problem.retry), (ProblemCode::NotWrittenThere, true), "{kind}");
    }
    // The report is still here, and goes to another place.
    hall.device.config.save_file = Arc::new(Folder(hall.saved.path().to_owned()));
    hall.device.restart();
    hall.device.unlock();
    assert!(HandOff::from_bytes(&hall.file()).is_ok());
}

#[test]
fn t29_a_file_is_carried() {
    let hall = Hall::new();
    hall.carry(of_file(&hall.file()));
}

#[test]
fn t29_a_picture_of_the_qr_is_carried() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let hall = Hall::new();
        hall.carry(of_file(&hall.picture(format)));
    }
}

#[test]
fn t29_a_correction_brings_along_what_it_corrects_until_that_has_its_receipt() {
    let hall = Hall::new();
    let correct = |of: &ReportView, key| {
        let begin = Command::BeginCorrection { report: of.id.clone(), reason: recount() };
        hall.device.view_of(begin);
        hall.device.view_of(Command::Press { cell: count(1, 13), key });
        for who in [Attester::Chair, Attester::Secretary] {
            hall.device.view_of(Command::Attest { who, objection: None });
        }
        hall.device.sign()
    };
    let second = correct(&hall.report, Key::Minus);
    let third = correct(&second, Key::Plus);
    let handed_off = |report: &ReportView| {
        let Ok(Answer::HandOff { link, .. }) =
            hall.device.call(Command::HandOff { report: report.id.clone() })
        else {
            panic!("a hand-off was expected")
        };
        let messages = HandOff::from_link(&link).expect("it is one").messages;
        let ids = messages.iter().filter(|message| message.kind() == Kind::Report);
        (link.clone(), ids.map(|message| message.id().to_string()).collect::<Vec<_>>())
    };
    let (link, reports) = handed_off(&third);
    assert_eq!(reports, [hall.report.id.as_str(), second.id.as_str(), third.id.as_str()]);
    hall.carrier.view_of(of_link(link));
    hall.carrier.sync_until_settled(20);
    for carried in hall.carrier.view().carried {
        assert!(matches!(carried.standing, Standing::Countersigned { .. }), "{carried:?}");
    }
    assert_eq!(hall.server.hall().reports(Room::Official), 3);
    hall.device.sync_until_settled(20);
    assert_eq!(handed_off(&third).1, [third.id.as_str()]);
}

#[test]
fn t29_what_is_no_hand_off_is_said_to_be_unreadable_and_changes_nothing() {
    let hall = Hall::new();
    let (file, picture) = (hall.file(), hall.picture(ImageFormat::Png));
    let mut flipped = file.clone();
    *flipped.last_mut().expect("it holds something") ^= 1;
    let brought = [
        of_file(&file[..file.len() / 2]),
        of_file(&flipped),
        of_file(&picture[..picture.len() / 2]),
        of_file(b"a letter"),
        of_link("HTTPS://LOCALHOST/C/".to_owned()),
        Command::ImportHandOff { link: Some(hall.link().0), file: Some(BASE64.encode(&file)) },
        Command::ImportHandOff { link: None, file: Some("no base 64!".to_owned()) },
        Command::ImportHandOff { link: None, file: None },
    ];
    for brought in brought {
        let problem = hall.carrier.call(brought.clone()).unwrap_err();
        assert_eq!(problem.code, ProblemCode::HandOffUnreadable, "{brought:?}");
    }
    assert_eq!(hall.carrier.view().carried, []);
}

#[test]
fn a_lower_package_or_another_party_s_is_not_taken() {
    let party = Party::new("http://127.0.0.1:9");
    let mut device = Device::enrolled(party.package(3).into_bytes(), &party.code(0).to_string());
    device.config.package = Some(party.package(2).into_bytes());
    device.restart();
    assert_eq!(device.view().package.unwrap().number, 3);
    device.tablet = None;
    let other = Party::numbered(2, "http://127.0.0.1:9").package(9).into_bytes();
    let Err(problem) = Tablet::open(config(device.folder.path(), Some(other)).0) else {
        panic!("another party's package opens nothing")
    };
    assert_eq!(problem.code, ProblemCode::PackageRefused);
}
