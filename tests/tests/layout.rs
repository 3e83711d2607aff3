//! The layout matrix (T01): every keypad key reachable at every window size, text size and language,
//! and no label cut off by its box, in Chromium and in the real window.
//!
//! Each kind of window is walked and measured once; several tests judge what was found there. Pictures
//! of faults are left in `run/layout/`.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use countersign_tests::chromium::Chromium;
use countersign_tests::layout::measure::{Measured, measure};
use countersign_tests::layout::pad::Pad;
use countersign_tests::layout::report::{Fault, Report, list};
use countersign_tests::layout::served::Served;
use countersign_tests::layout::window::Kind;
use countersign_tests::layout::{WALKING, lane};
use countersign_tests::party::Party;
use countersign_tests::places;
use countersign_tests::port::free_port;

static IN_CHROMIUM: LazyLock<Report> = LazyLock::new(|| matrix(Kind::Chromium, &[100, 150, 200]));
static IN_THE_APP: LazyLock<Report> = LazyLock::new(|| matrix(Kind::App, &[100, 200]));

fn matrix(kind: Kind, scales: &[u16]) -> Report {
    let report = lane::run(kind, scales);
    // Straight to the terminal: what a test prints is only shown when it fails.
    let _ = writeln!(std::io::stderr(), "{}", report.summary(kind));
    report
}

fn judge(report: &Report, faults: &[Fault], scales: usize) {
    assert!(report.broken.is_empty(), "not walked to the end:\n  {}", report.broken.join("\n  "));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), list(faults));
    let places = report.places_of_a_lane() * scales * lane::LANGUAGES.len();
    assert_eq!(report.places, places, "every screen in every size, text size and language");
    assert!(report.keys > 0 && report.labels > 0 && report.pressed > 0);
}

#[test]
fn t01_every_key_is_whole_and_within_reach_in_chromium() {
    judge(&IN_CHROMIUM, &IN_CHROMIUM.key_faults, 3);
}

#[test]
fn t01_every_key_is_whole_and_within_reach_in_the_real_window() {
    judge(&IN_THE_APP, &IN_THE_APP.key_faults, 2);
}

#[test]
fn no_label_is_cut_off_by_its_box_in_chromium() {
    judge(&IN_CHROMIUM, &IN_CHROMIUM.label_faults, 3);
}

#[test]
fn no_label_is_cut_off_by_its_box_in_the_real_window() {
    judge(&IN_THE_APP, &IN_THE_APP.label_faults, 2);
}

/// A page that can be spoilt on purpose, to see that the measure notices.
struct Spoilt {
    chromium: Chromium,
    host: Served,
    _folder: tempfile::TempDir,
}

#[cfg(test)]
impl Spoilt {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port().unwrap();
        let party =
            Party::prepare(&folder.path().join("party"), &places::contest("practice"), port, port)
                .unwrap();
        let package: PathBuf = party.package();
        let host = Served::start(&folder.path().join("tablet"), &package).unwrap();
        let chromium = Chromium::start().unwrap();
        chromium.resize(WALKING.width, WALKING.height).unwrap();
        Self { chromium, host, _folder: folder }
    }

    /// The page with the code's keypad, after a script spoilt it.
    fn with(&self, script: &str) -> Measured {
        let session = self.chromium.session();
        session.go(self.host.address()).unwrap();
        session.wait_for("button[data-key=letter-Q]").unwrap();
        let helped = format!(
            "const key = document.querySelector('[data-key=letter-Q]');
             const pad = key.closest('.pad');
             const title = document.querySelector('h1');
             {script}"
        );
        session.look(&helped, &[]).unwrap();
        measure(session, WALKING, Some(Pad::Code)).unwrap()
    }
}

fn assert_named(faults: &[String], fault: &str, spoilt: &str) {
    assert!(faults.iter().any(|found| found.contains(fault)), "{spoilt}\ngave {faults:?}");
}

#[test]
fn t01_a_spoilt_key_is_reported() {
    let page = Spoilt::new();
    let whole = page.with("");
    assert_eq!((whole.key_faults, whole.keys), (Vec::new(), Pad::Code.keys().len()));
    let cover = "const cover = document.body.appendChild(document.createElement('div'));
                 const box = key.getBoundingClientRect();
                 Object.assign(cover.style, { position: 'fixed', width: '12px', height: '12px', zIndex: 9 });";
    for (spoil, fault) in [
        ("key.style.cssText = 'width: 40px; justify-self: center'", "letter-Q is smaller than 44"),
        ("key.style.cssText = 'height: 43px; min-height: 0'", "letter-Q is smaller than 44"),
        ("key.style.transform = 'translateX(-2000px)'", "letter-Q is not wholly inside the window"),
        ("key.remove()", "letter-Q is missing"),
        ("key.after(key.cloneNode(true))", "letter-Q is there twice"),
        ("key.disabled = true", "letter-Q does not answer"),
        ("pad.style.cssText = 'height: 200px; overflow: auto'", "the keypad scrolls with div.pad"),
        (
            "document.body.appendChild(document.createElement('input'))",
            "input would raise a keyboard",
        ),
        (
            "document.body.appendChild(document.createElement('textarea')).focus()",
            "the focus raises a keyboard",
        ),
        ("title.contentEditable = 'true'", "h1 would raise a keyboard"),
        (
            "title.attachShadow({ mode: 'open' }).innerHTML = '<input type=number>'",
            "input would raise a keyboard",
        ),
    ] {
        assert_named(&page.with(spoil).key_faults, fault, spoil);
    }
    for corner in ["box.left, box.top", "box.right - 12, box.bottom - 12"] {
        let spoil = format!(
            "{cover} const at = [{corner}]; cover.style.left = `${{at[0]}}px`; cover.style.top = `${{at[1]}}px`;"
        );
        assert_named(&page.with(&spoil).key_faults, "letter-Q is covered at", &spoil);
    }
}

#[test]
fn a_cut_label_is_reported() {
    let page = Spoilt::new();
    assert_eq!(page.with("").label_faults, Vec::<String>::new());
    for (spoil, fault) in [
        ("title.style.cssText = 'height: 8px; overflow: hidden'", "is cut off by h1"),
        ("title.style.cssText = 'margin-left: -60px'", "runs out of div.scroll sideways"),
        ("title.style.cssText = 'white-space: nowrap; width: 3000px'", ", its content 30"),
        (
            "title.style.cssText = 'width: 60px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis'",
            "is shortened by h1",
        ),
        (
            "document.querySelector('[data-testid=help]').style.cssText = 'width: 10px; min-width: 0; padding: 0; white-space: nowrap'",
            "is cut off by button",
        ),
        (
            "const over = document.body.appendChild(document.createElement('div'));
             over.style.cssText = 'position: fixed; inset: 0; z-index: 9'",
            "is covered by div",
        ),
        ("title.style.cssText = 'position: fixed; top: -20px'", "is outside the window"),
    ] {
        assert_named(&page.with(spoil).label_faults, fault, spoil);
    }
}
