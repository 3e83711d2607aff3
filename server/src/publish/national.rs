//! How national delegates follow from what is released, in numbers: the page of the working shows them, and is read back.

use countersign_core::contest::Contest;
use countersign_core::results::{Measure, Released};
use countersign_core::rules::{National, Regions, Split, TenThousandths};

use super::cells::{Cells, number};
use super::pages::words::per_cent;

/// What seats are shared out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seats {
    /// A congressional district.
    District(u8),
    /// The whole state.
    AtLarge,
    /// Party leaders and elected officials.
    Pleo,
}

/// One share-out of seats.
pub(super) struct Part {
    pub(super) of: Seats,
    pub(super) seats: u32,
    /// What all groups have together.
    pub(super) all: TenThousandths,
    /// What those that reach the threshold have together.
    pub(super) base: TenThousandths,
    /// Groups that have something, the largest first.
    pub(super) rows: Vec<Row>,
    /// Seats that nobody is given, and why.
    pub(super) open: Option<(u32, Why)>,
}

/// Why nobody is given a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Nothing that counts for it is released.
    Nothing,
    /// No group reaches the threshold. What the party's rules then say is no datum of the contest.
    TooFew,
    /// Remainders are equal.
    Tie,
}

/// A group.
pub(super) struct Row {
    /// Its index in ballot order.
    pub(super) group: usize,
    pub(super) worth: TenThousandths,
    pub(super) reaches: bool,
    /// Its part of the seats in ten-thousandths, rounded down: it is the whole number and what remains that decide. `None` below
    /// the threshold.
    pub(super) quota: Option<u128>,
    pub(super) seats: u32,
}

/// Every share-out, districts first; none before enough is released, and where the contest elects no national delegates.
#[must_use]
pub(super) fn working(contest: &Contest, released: &Released) -> Option<Vec<Part>> {
    let national = released.published_national()?;
    let wanted = contest.national.as_ref()?;
    let worth = released.precincts.iter().map(|one| (one.precinct.0, one.worth.as_slice()));
    let regions = Regions::sum(contest, worth);
    let none = vec![TenThousandths::default(); contest.groups.len()];
    let mut parts = Vec::new();
    for (district, split) in &national.districts {
        let seats = wanted.districts.iter().find(|one| one.district == *district);
        let of = regions.districts.iter().find(|(number, _)| number == district);
        let of = of.map_or(&none, |(_, worth)| worth);
        let seats = seats.map_or(0, |one| one.seats);
        parts.push(part(contest, Seats::District(*district), seats, of, split));
    }
    let state = &regions.statewide;
    parts.push(part(contest, Seats::AtLarge, wanted.at_large, state, &national.at_large));
    parts.push(part(contest, Seats::Pleo, wanted.pleo, state, &national.pleo));
    Some(parts)
}

fn part(contest: &Contest, of: Seats, seats: u32, worth: &[TenThousandths], split: &Split) -> Part {
    let all: u64 = worth.iter().map(|value| value.0).sum();
    let threshold = contest.rules.national_threshold;
    let reaches = |value: &TenThousandths| value.0 > 0 && !threshold.is_more_than(value.0, all);
    let base: u64 = worth.iter().filter(|value| reaches(value)).map(|value| value.0).sum();
    let mut order: Vec<usize> = (0..worth.len()).filter(|&group| worth[group].0 > 0).collect();
    order.sort_by_key(|&group| std::cmp::Reverse(worth[group]));
    let rows = order.into_iter().map(|group| {
        let (worth, reaches) = (worth[group], reaches(&worth[group]));
        let quota = || u128::from(worth.0) * u128::from(seats) * 10_000 / u128::from(base.max(1));
        let seats = split.seats[group];
        Row { group, worth, reaches, quota: reaches.then(quota), seats }
    });
    let why = match (all, base) {
        (0, _) => Why::Nothing,
        (_, 0) => Why::TooFew,
        _ => Why::Tie,
    };
    let open = seats.saturating_sub(split.seats.iter().sum());
    let open = (open > 0).then_some((open, why));
    Part {
        of,
        seats,
        all: TenThousandths(all),
        base: TenThousandths(base),
        rows: rows.collect(),
        open,
    }
}

impl Part {
    /// What the page calls it: `national:district:3`, `national:atLarge` or `national:pleo`.
    #[must_use]
    pub(super) fn region(&self) -> String {
        match self.of {
            Seats::District(district) => format!("national:district:{district}"),
            Seats::AtLarge => "national:atLarge".to_owned(),
            Seats::Pleo => "national:pleo".to_owned(),
        }
    }
}

/// How many seats nobody is given, and how many there are; `None` where all are given.
#[must_use]
pub(super) fn open(contest: &Contest, national: &National) -> Option<(u32, u32)> {
    let wanted = contest.national.as_ref()?;
    let districts: u32 = wanted.districts.iter().map(|one| one.seats).sum();
    let all = districts + wanted.at_large + wanted.pleo;
    let open = all.saturating_sub(national.totals().iter().sum());
    (open > 0).then_some((open, all))
}

/// Whether seats follow from county convention delegates, which are whole, or from equivalents.
#[must_use]
pub(super) fn by_delegates(contest: &Contest) -> bool {
    contest.national.as_ref().is_some_and(|one| one.basis.is_some())
}

/// What the page of the working has to say, but for the totals.
#[must_use]
pub(super) fn cells(contest: &Contest, parts: &[Part]) -> Cells {
    let worth = |value: TenThousandths| match by_delegates(contest) {
        true => (value.0 / TenThousandths::ONE.0).to_string(),
        false => number(Measure::Sde, value.0.into()),
    };
    let mut cells = Cells::default();
    for part in parts {
        let region = part.region();
        cells.put(&region, "seats", part.seats);
        cells.put(&region, "all", worth(part.all));
        cells.put(&region, "base", worth(part.base));
        if let Some((open, _)) = part.open {
            cells.put(&region, "open", open);
        }
        for row in &part.rows {
            let Some(group) = contest.groups.get(row.group) else { continue };
            let mut put = |measure: &str, number: String| {
                cells.put(&region, format!("{measure}:{}", group.key), number);
            };
            put("worth", worth(row.worth));
            put("share", per_cent(row.worth.0, part.all.0));
            if let Some(quota) = row.quota {
                put("quota", format!("{}.{:04}", quota / 10_000, quota % 10_000));
            }
            put("seats", row.seats.to_string());
        }
    }
    cells
}
