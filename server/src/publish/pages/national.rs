//! National delegates, with the working.

use askama::Template;
use countersign_core::language::Language;
use countersign_core::results::Released;
use countersign_core::rules::{Split, TenThousandths};

use super::tables::decimals;
use super::words::{per_cent, whole};
use super::{Frame, Night};

#[derive(Template)]
#[template(path = "results/national.html")]
pub(super) struct NationalPage<'a> {
    f: Frame<'a>,
    threshold: String,
    by_delegates: bool,
    parts: Vec<Part>,
    totals: Vec<(String, u32)>,
}

/// One share-out of seats.
struct Part {
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
    worth: String,
    share: String,
    reaches: bool,
    quota: String,
    seats: u32,
}

/// The page; none before enough is released, and where the contest elects no national delegates.
pub(super) fn page<'a>(night: &'a Night<'_>, language: Language) -> Option<NationalPage<'a>> {
    let released = night.released.as_ref()?;
    let national = released.published_national()?;
    let wanted = night.contest.national.as_ref()?;
    let regions = worth(night, released);
    let mut parts = Vec::new();
    for (district, split) in &national.districts {
        let seats = wanted.districts.iter().find(|one| one.district == *district);
        let of = regions.districts.iter().find(|(number, _)| number == district);
        let none = vec![TenThousandths::default(); night.contest.groups.len()];
        let of = of.map_or(&none, |(_, worth)| worth);
        let title =
            format!("{} {district}", language.say("Congressional district", "Distrito congresual"));
        parts.push(part(night, language, title, seats.map_or(0, |one| one.seats), of, split));
    }
    let at_large = language.say("At large", "De todo el estado").to_owned();
    let pleo = language
        .say("Party leaders and elected officials", "Líderes del partido y cargos electos")
        .to_owned();
    let state = &regions.statewide;
    parts.push(part(night, language, at_large, wanted.at_large, state, &national.at_large));
    parts.push(part(night, language, pleo, wanted.pleo, state, &national.pleo));
    let totals = night.contest.groups.iter().zip(national.totals());
    let mut totals: Vec<(String, u32)> = totals
        .filter(|(_, seats)| *seats > 0)
        .map(|(group, seats)| (group.full_name_in(language.code()).to_owned(), seats))
        .collect();
    totals.sort_by_key(|(_, seats)| std::cmp::Reverse(*seats));
    let threshold = night.contest.rules.national_threshold;
    let title = language.say("National delegates", "Delegados nacionales").to_owned();
    Some(NationalPage {
        f: Frame::of(night, language, "national.html", title),
        threshold: per_cent(threshold.numerator.into(), threshold.denominator.into()),
        by_delegates: wanted.basis.is_some(),
        parts,
        totals,
    })
}

fn worth(night: &Night<'_>, released: &Released) -> countersign_core::rules::Regions {
    let worth = released.precincts.iter().map(|one| (one.precinct.0, one.worth.as_slice()));
    countersign_core::rules::Regions::sum(night.contest, worth)
}

fn part(
    night: &Night<'_>,
    language: Language,
    title: String,
    seats: u32,
    worth: &[TenThousandths],
    split: &Split,
) -> Part {
    // Delegates are whole, equivalents are not.
    let by_delegates = night.contest.national.as_ref().is_some_and(|one| one.basis.is_some());
    let shown = |value: u64| match by_delegates {
        true => whole(value / TenThousandths::ONE.0),
        false => decimals(TenThousandths(value)),
    };
    let all: u64 = worth.iter().map(|value| value.0).sum();
    let threshold = night.contest.rules.national_threshold;
    let reaches = |value: &TenThousandths| value.0 > 0 && !threshold.is_more_than(value.0, all);
    let base: u64 = worth.iter().filter(|value| reaches(value)).map(|value| value.0).sum();
    let mut order: Vec<usize> = (0..worth.len()).filter(|&group| worth[group].0 > 0).collect();
    order.sort_by_key(|&group| std::cmp::Reverse(worth[group]));
    let rows = order.into_iter().map(|group| {
        let value = worth[group];
        let reaches = reaches(&value);
        Row {
            name: night.contest.groups[group].full_name_in(language.code()).to_owned(),
            worth: shown(value.0),
            share: per_cent(value.0, all),
            reaches,
            quota: if reaches { quota(value.0, seats, base) } else { String::new() },
            seats: split.seats[group],
        }
    });
    Part {
        title,
        seats,
        whole: shown(all),
        base: shown(base),
        rows: rows.collect(),
        tie: split.tie.is_some(),
    }
}

/// `value` × `seats` ÷ `base` with four decimals, rounded down: it is the whole number and what remains that decide.
fn quota(value: u64, seats: u32, base: u64) -> String {
    let scaled = u128::from(value) * u128::from(seats) * 10_000 / u128::from(base.max(1));
    format!("{}.{:04}", whole(scaled / 10_000), scaled % 10_000)
}
