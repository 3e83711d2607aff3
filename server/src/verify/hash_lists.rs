//! The lists of hashes of published documents, and their signatures.

use countersign_core::contest::ResultsKey;
use countersign_core::log::HashList;

use super::difference::Difference;
use super::published::Named;
use super::source::{Source, Wanted};
use super::verdict::Verdict;
use super::{Step, Stop, Watch};
use crate::publish::data::NAMES;
use crate::publish::hash_list::{NOTE, SUMS, line};
use crate::publish::pages::Night;

/// Most bytes of a list or a signed list.
const LIST_MAX: usize = 64 << 10;

/// Verifies the list of every release: that it names the documents that lie beside it, and that the key which the party's package
/// names signed it, where it names one. `documents` are those of every release, in the order of their names.
pub(super) fn verify(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    documents: &[Named],
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let key = night.contest.results_key(night.state.room());
    let name = |folder: &str, list: &str| format!("{place}{folder}/{list}");
    let names: Vec<String> = night
        .releases
        .iter()
        .flat_map(|release| [SUMS, NOTE].map(|list| name(&release.folder, list)))
        .collect();
    let wanted = names.iter().cloned();
    let wanted = wanted.map(|name| Wanted { name, size_max: LIST_MAX }).collect();
    let all = names.len();
    let found = source.read(wanted, &mut |read| watch(Step::HashLists, read, all))?;
    let lists = names.chunks(2).zip(found.chunks(2));
    let releases = night.releases.iter().zip(documents.chunks(NAMES.len()));
    for ((release, documents), (names, found)) in releases.zip(lists) {
        let ([sums_name, note_name], [sums, note]) = (names, found) else { continue };
        // A release that waits for witnesses, or that a copy does without.
        let Some(sums) = sums else {
            verdict.not_published.push(sums_name.clone());
            continue;
        };
        let sums = String::from_utf8_lossy(sums);
        agree(sums_name, &sums, documents)?;
        verdict.hash_lists.files += 1;
        let Some(ResultsKey { name, key, .. }) = key else { continue };
        let Some(note) = note else {
            verdict.not_published.push(note_name.clone());
            continue;
        };
        let list = HashList { name, release: release.release.signed.id, hashes: &sums };
        if !list.is_signed(&String::from_utf8_lossy(note), *key) {
            let (file, name) = (note_name.clone(), name.clone());
            return Err(Difference::HashListSignature { file, name }.into());
        }
        verdict.hash_lists.signed += 1;
    }
    Ok(())
}

/// Compares a list with the documents beside it. One that is not there is listed all the same.
fn agree(file: &str, sums: &str, documents: &[Named]) -> Result<(), Difference> {
    let lines: Vec<&str> = sums.split_inclusive('\n').collect();
    let lists = |what: &str| Difference::File { file: file.to_owned(), what: what.to_owned() };
    // Lists from before there was a table of changes lack it, where it is not there.
    let without_changes = documents.last().is_some_and(|(_, changes)| changes.is_none());
    let is_whole = lines.len() == NAMES.len() || without_changes && lines.len() + 1 == NAMES.len();
    if !is_whole {
        return Err(lists("it does not list each document once"));
    }
    for ((document_name, listed), (name, document)) in NAMES.iter().zip(lines).zip(documents) {
        if listed.get(64..) != Some(&*format!("  {document_name}\n")) {
            return Err(lists(&format!("{document_name} is not listed in its place")));
        }
        let found = document.as_ref().map(|document| line(document_name, document));
        if found.as_ref().is_some_and(|found| found != listed) {
            return Err(Difference::Hash { list: file.to_owned(), document: name.clone() });
        }
    }
    Ok(())
}
