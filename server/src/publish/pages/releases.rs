//! Every release: what it named, its documents, and what became of it.

use askama::Template;
use countersign_core::language::Language;

use super::words::{Words as _, whole};
use super::{Effective, Frame, Night, RELEASES, pairs};
use crate::clock::rfc_3339;
use crate::publish::cells::Cells;

#[derive(Template)]
#[template(path = "results/releases.html")]
pub(super) struct ReleasesPage<'a> {
    f: Frame<'a>,
    releases: Vec<One<'a>>,
    pairs: Vec<(String, String)>,
    /// Verifier key of who signs the lists of hashes; empty where nobody does.
    signed_by: String,
}

impl ReleasesPage<'_> {
    /// What it has to say, but for who of the witnesses has seen what.
    pub(super) fn said(&self) -> Cells {
        let mut cells = Cells::default();
        for one in &self.releases {
            let region = format!("release:{}", one.sequence);
            cells.put(&region, "name", one.name);
            cells.put(&region, "layer", one.layer);
            cells.put(&region, "at", &one.at);
            cells.put(&region, "precincts", &one.precincts);
            cells.put(&region, "changed", one.changed);
            cells.put(&region, "signedBy", one.people.0);
            cells.put(&region, "approvedBy", one.people.1);
            if let Some(why) = &one.despite {
                cells.put(&region, "despite", why);
            }
            if let Some((why, at)) = &one.withdrawn {
                cells.put(&region, "withdrawn", at);
                cells.put(&region, "whyWithdrawn", why);
            }
        }
        cells
    }
}

struct One<'a> {
    name: &'a str,
    sequence: usize,
    layer: &'static str,
    at: String,
    precincts: String,
    changed: usize,
    people: (u32, u32),
    /// Who of the witnesses has seen it: not in the log, so it stands in an element that is marked as untold.
    witnessed: Option<String>,
    /// Why it was shown although all that was new looked wrong, taken together.
    despite: Option<String>,
    /// Why and when it was withdrawn.
    withdrawn: Option<(String, String)>,
    folder: &'a str,
    id: &'a str,
    is_withheld: bool,
}

/// The newest first.
pub(super) fn page<'a>(night: &'a Night<'_>, language: Language) -> ReleasesPage<'a> {
    let releases = night.releases.iter().rev().map(|one| One {
        name: &one.named.name,
        sequence: one.named.sequence,
        layer: language.layer(one.layer),
        at: night.time(language, one.at_ms),
        precincts: whole(one.precincts),
        changed: changed(night, one),
        people: (
            one.release.signed.person,
            one.release.approval.map_or(0, |approval| approval.signed.person),
        ),
        witnessed: night.witnessed(one, language),
        despite: night.despite(language, &night.state.review().previews()[one.release.preview]),
        withdrawn: one.release.withdrawal.as_ref().map(|withdrawal| {
            let at = withdrawal.approval.signed.entered_ms;
            let why = night.written(language, withdrawal.signed.id, &withdrawal.why);
            (why, night.time(language, at))
        }),
        folder: &one.folder,
        id: &one.named.id,
        is_withheld: night.is_withheld(one.release.signed.id),
    });
    let title = language.say("Releases", "Publicaciones").to_owned();
    ReleasesPage {
        f: Frame::of(night, language, RELEASES, title),
        releases: releases.collect(),
        pairs: pairs(night, language),
        signed_by: night.signed_by.as_ref().map_or_else(String::new, ToString::to_string),
    }
}

fn changed(night: &Night<'_>, one: &Effective<'_>) -> usize {
    night.changes.iter().filter(|change| change.release == one.release.signed.id).count()
}

/// The Atom feed (RFC 4287). Its addresses are those of the folder, so that it stays true wherever the folder lies.
#[derive(Template)]
#[template(path = "results/releases.atom", escape = "html")]
pub(super) struct Feed<'a> {
    contest: &'a str,
    made_up: bool,
    party: &'a str,
    id: String,
    updated: String,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    /// NIST's word for the status, or `withdrawn`.
    status: &'static str,
    published: String,
    updated: String,
    summary: String,
    folder: &'a str,
}

pub(super) fn feed<'a>(night: &'a Night<'_>) -> Feed<'a> {
    let entries = night.releases.iter().rev().map(|one| {
        let withdrawn =
            one.release.withdrawal.as_ref().map(|withdrawal| withdrawal.approval.signed.entered_ms);
        let changed = changed(night, one);
        Entry {
            id: &one.named.id,
            name: &one.named.name,
            status: match (withdrawn, one.named.corrects) {
                (Some(_), _) => "withdrawn",
                (None, true) => "correction",
                (None, false) => "release",
            },
            published: rfc_3339(one.at_ms),
            updated: rfc_3339(withdrawn.unwrap_or(one.at_ms)),
            summary: format!(
                "{} precincts; {changed} of them had other numbers before. Layer: {}.",
                one.precincts,
                one.layer.code()
            ),
            folder: &one.folder,
        }
    });
    let last = |one: &Effective<'_>| {
        let withdrawn = one.release.withdrawal.as_ref();
        withdrawn.map_or(one.at_ms, |withdrawal| withdrawal.approval.signed.entered_ms)
    };
    Feed {
        contest: &night.contest.title,
        made_up: night.contest.is_made_up(),
        party: &night.contest.party,
        id: format!("urn:countersign:{}:{}:releases", night.state.contest(), night.state.room()),
        updated: rfc_3339(night.releases.iter().map(last).max().unwrap_or(0)),
        entries: entries.collect(),
    }
}
