//! The contests of this repository, for tests.
#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod oracle;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use countersign_core::checks::Figures;
use countersign_core::contest::{self, Contest, Published, read_published};

pub(crate) fn folder(contest: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contests").join(contest)
}

pub(crate) fn files(contest: &str) -> contest::Files {
    let root = folder(contest);
    let mut out = contest::Files::new();
    let mut open = vec![root.clone()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(&root)
                    .expect("it is inside")
                    .to_string_lossy()
                    .replace('\\', "/");
                out.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
    }
    out
}

pub(crate) fn read(contest: &str) -> Contest {
    contest::read(&files(contest)).unwrap_or_else(|mistakes| {
        panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

pub(crate) fn iowa() -> Contest {
    static IOWA: LazyLock<Contest> = LazyLock::new(|| read("iowa-2020"));
    IOWA.clone()
}

pub(crate) fn nevada() -> Contest {
    static NEVADA: LazyLock<Contest> = LazyLock::new(|| read("nevada-2020"));
    NEVADA.clone()
}

/// Nevada's results at an hour (`s2112`) or in the end (`final`).
pub(crate) fn nevada_csv(name: &str) -> Vec<u8> {
    fs::read(folder("nevada-2020").join(format!("results/{name}.csv")))
        .expect("it is in the repository")
}

pub(crate) fn nevada_published(name: &str) -> Vec<Published> {
    read_published(&nevada(), name, &nevada_csv(name)).expect("it has no mistake")
}

/// Made up: the only contest here with early votes.
pub(crate) fn early() -> Contest {
    static EARLY: LazyLock<Contest> = LazyLock::new(|| read("early-votes-example"));
    EARLY.clone()
}

pub(crate) fn practice() -> Contest {
    static PRACTICE: LazyLock<Contest> = LazyLock::new(|| read("practice"));
    PRACTICE.clone()
}

pub(crate) fn final_csv() -> Vec<u8> {
    fs::read(folder("iowa-2020").join("results/final.csv")).expect("it is in the repository")
}

pub(crate) fn published(contest: &Contest) -> Vec<Published> {
    static FINAL: LazyLock<Vec<Published>> = LazyLock::new(|| {
        read_published(&iowa(), "final.csv", &final_csv())
            .expect("the real results have no mistake")
    });
    assert_eq!(contest.id, "iowa-2020", "these are Iowa's results");
    FINAL.clone()
}

/// Figures as a tablet would hold them.
pub(crate) fn figures(attendees: u32, counts: [&[u32]; 3]) -> Figures {
    Figures {
        attendees: Some(attendees),
        counts: counts.iter().map(|count| count.iter().copied().map(Some).collect()).collect(),
    }
}

/// Real counts of a precinct with its published delegates; attendance is the first alignment's total.
pub(crate) fn real(contest: &Contest, id: &str) -> (u32, Published, Vec<u32>) {
    let (number, _) = contest.precinct_by_id(id).expect("it is in the roster");
    let row =
        published(contest).into_iter().find(|row| row.precinct == number).expect("it has results");
    let awarded = row.awarded(contest).unwrap_or_default();
    (number, row, awarded)
}
