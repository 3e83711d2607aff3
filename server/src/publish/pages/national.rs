//! National delegates, with the working.

use askama::Template;
use countersign_core::contest::Contest;
use countersign_core::language::Language;
use countersign_core::rules::{National, TenThousandths};

use super::tables::decimals;
use super::words::{per_cent, whole};
use super::{Frame, NATIONAL, Night};
use crate::publish::national::{self, Seats, Why, by_delegates, working};

#[derive(Template)]
#[template(path = "results/national.html")]
pub(super) struct NationalPage<'a> {
    f: Frame<'a>,
    threshold: String,
    by_delegates: bool,
    parts: Vec<Part>,
    given: Given,
}

/// Which seats are given.
pub(super) struct Given {
    /// Groups that get any, those with most first.
    pub(super) groups: Vec<Total>,
    /// How many nobody is given, and how many there are; absent where all are given.
    pub(super) open: Option<(u32, u32)>,
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
    /// Seats that nobody is given, and why.
    open: Option<(u32, String)>,
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
    let given = given(night.contest, released.published_national()?, language);
    let title = language.say("National delegates", "Delegados nacionales").to_owned();
    Some(NationalPage {
        f: Frame::of(night, language, NATIONAL, title),
        threshold: threshold(night.contest),
        by_delegates: by_delegates(night.contest),
        parts: parts.iter().map(|one| part(night.contest, language, one)).collect(),
        given,
    })
}

/// The share that a group has to reach, in words.
fn threshold(contest: &Contest) -> String {
    let threshold = contest.rules.national_threshold;
    per_cent(threshold.numerator.into(), threshold.denominator.into())
}

/// Which seats are given to whom.
pub(super) fn given(contest: &Contest, national: &National, language: Language) -> Given {
    let totals = contest.groups.iter().zip(national.totals());
    let mut totals: Vec<Total> = totals
        .filter(|(_, seats)| *seats > 0)
        .map(|(group, seats)| {
            let name = group.full_name_in(language.code()).to_owned();
            Total { name, key: group.key.clone(), seats }
        })
        .collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.seats));
    Given { groups: totals, open: national::open(contest, national) }
}

/// Why nobody is given a seat, in words.
fn why(contest: &Contest, language: Language, why: Why) -> String {
    match why {
        Why::Nothing => language
            .say(
                "nothing that counts for them is released",
                "no se ha publicado nada que cuente para ellos",
            )
            .to_owned(),
        Why::TooFew => {
            let words = language.say("no group has at least", "ningún grupo tiene al menos");
            format!("{words} {}", threshold(contest))
        }
        Why::Tie => language.say("remainders are equal", "hay restos iguales").to_owned(),
    }
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
        open: part.open.map(|(seats, reason)| (seats, why(contest, language, reason))),
    }
}
