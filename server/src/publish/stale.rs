//! What earlier exports wrote into a folder and the results have no more, such as national delegates that rested on a release that was
//! withdrawn: a server answers that it is not there, and in a folder it would stay readable with nothing that says so. Told by its
//! name; what has another one is not of an export and stays.

use std::fs;
use std::path::Path;

use countersign_core::language::Language;

use super::data::NAMES;
use super::files::Files;
use super::hash_list::{NOTE, SUMS};
use super::pages::{NATIONAL, in_language};

/// Folders of pages and tables, in the folder of each language.
const OF_PAGES: [&str; 3] = ["compare", "counties", "precincts"];

/// Name of what became of a release, beside its documents.
pub(super) const STATUS: &str = "status.json";

/// Names of what may be there and is not among the files of the results; messages are the public log's.
pub(super) fn names(folder: &Path, files: &Files) -> Vec<String> {
    let mut names = Vec::new();
    for language in Language::ALL {
        names.push(in_language(language, NATIONAL));
        for pages in OF_PAGES {
            let is_one = |name: &str| [".csv", ".html"].iter().any(|end| name.ends_with(end));
            names.extend(within(folder, &in_language(language, pages), is_one));
        }
    }
    names.extend(within(folder, "receipts", |name| name.ends_with(".txt")));
    for release in within(folder, "data", is_of_a_release) {
        let is_one = |name: &str| [SUMS, NOTE, STATUS].contains(&name) || NAMES.contains(&name);
        names.extend(within(folder, &release, is_one));
    }
    names.retain(|name| !files.contains_key(name));
    names
}

/// Whether a release's documents lie in a folder with such a name: its number, and the start of its id.
fn is_of_a_release(name: &str) -> bool {
    name.split_once('-').is_some_and(|(number, id)| {
        number.len() >= 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && id.len() == 8
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// What lies in a folder below another one, with its name from there.
fn within(root: &Path, folder: &str, is_one: impl Fn(&str) -> bool) -> Vec<String> {
    let there = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let names = there.filter_map(|one| one.file_name().into_string().ok());
    names.filter(|name| is_one(name)).map(|name| format!("{folder}/{name}")).collect()
}
