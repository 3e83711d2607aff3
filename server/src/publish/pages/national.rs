//! National delegates, with the working.

use askama::Template;
use countersign_core::contest::Contest;
use countersign_core::language::Language;
use countersign_core::rules::{National, TenThousandths};

use super::tables::decimals;
use super::words::{per_cent, whole};
use super::{Frame, NATIONAL, Night};
use crate::publish::national::{self, Seats, by_delegates, working};

#[derive(Template)]
#[template(path = "results/national.html")]
pub(super) struct NationalPage<'a> {
    f: Frame<'a>,
    threshold: String,
    by_delegates: bool,
    parts: Vec<Part>,
    totals: Vec<Total>,
}

/// What a group has in all.
pub(super) struct Total {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) seats: u32,
}

/// One share-out of seats.
struct Part {
    region: String,
    title: String,
    seats: u32,
    /// What all groups have together, and those that reach the threshold.
    whole: String,
    base: String,
    rows: Vec<Row>,
    tie: bool,
}

struct Row {
    name: String,
    key: String,
    worth: String,
    share: String,
    reaches: bool,
    quota: String,
    seats: u32,
}

/// The page; none before enough is released, and where the contest elects no national delegates.
pub(super) fn page<'a>(night: &'a Night<'_>, language: Language) -> Option<NationalPage<'a>> {
    let released = night.released.as_ref()?;
    let parts = working(night.contest, released)?;
    let totals = totals(night.contest, released.published_national()?, language);
    let threshold = night.contest.rules.national_threshold;
    let title = language.say("National delegates", "Delegados nacionales").to_owned();
    Some(NationalPage {
        f: Frame::of(night, language, NATIONAL, title),
        threshold: per_cent(threshold.numerator.into(), threshold.denominator.into()),
        by_delegates: by_delegates(night.contest),
        parts: parts.iter().map(|one| part(night.contest, language, one)).collect(),
        totals,
    })
}

/// Groups that get a seat, those with most first.
pub(super) fn totals(contest: &Contest, national: &National, language: Language) -> Vec<Total> {
    let totals = contest.groups.iter().zip(national.totals());
    let mut totals: Vec<Total> = totals
        .filter(|(_, seats)| *seats > 0)
        .map(|(group, seats)| {
            let name = group.full_name_in(language.code()).to_owned();
            Total { name, key: group.key.clone(), seats }
        })
        .collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.seats));
    totals
}

fn part(contest: &Contest, language: Language, part: &national::Part) -> Part {
    let title = match part.of {
        Seats::District(district) => {
            let name = language.say("Congressional district", "Distrito congresual");
            format!("{name} {district}")
        }
        Seats::AtLarge => language.say("At large", "De todo el estado").to_owned(),
        Seats::Pleo => language
            .say("Party leaders and elected officials", "Líderes del partido y cargos electos")
            .to_owned(),
    };
    // Delegates are whole, equivalents are not.
    let shown = |value: TenThousandths| match by_delegates(contest) {
        true => whole(value.0 / TenThousandths::ONE.0),
        false => decimals(value),
    };
    let rows = part.rows.iter().filter_map(|row| {
        let group = contest.groups.get(row.group)?;
        let quota = row.quota.map(|one| format!("{}.{:04}", whole(one / 10_000), one % 10_000));
        Some(Row {
            name: group.full_name_in(language.code()).to_owned(),
            key: group.key.clone(),
            worth: shown(row.worth),
            share: per_cent(row.worth.0, part.all.0),
            reaches: row.reaches,
            quota: quota.unwrap_or_default(),
            seats: row.seats,
        })
    });
    Part {
        region: part.region(),
        title,
        seats: part.seats,
        whole: shown(part.all),
        base: shown(part.base),
        rows: rows.collect(),
        tie: part.tie,
    }
}
