//! Released totals beside what was published.

use std::collections::BTreeMap;
use std::fmt;

use countersign_core::contest::{Contest, CountKind, CountyKind, PrecinctKind, Published};
use countersign_core::results::{Released, ReleasedPrecinct};
use countersign_core::rules::TenThousandths;
use serde::Serialize;

use crate::recorded::{Summed, Total};

/// Explanations, and differences without one, of which so many are printed. The figures have them all.
const PRINTED: usize = 5;

/// A number that is not as published.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Difference {
    place: String,
    what: String,
    published: String,
    released: String,
    /// Why it has to be so, where that is known.
    because: Option<String>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Compared {
    cells: usize,
    differences: Vec<Difference>,
}

/// The one thing that was never published.
const POOLS: &str =
    "attendance of satellite sites, which shares out their pools' SDE, was not published";

impl Compared {
    /// Differences that nothing explains.
    pub(crate) fn unexplained(&self) -> usize {
        self.differences.iter().filter(|difference| difference.because.is_none()).count()
    }

    fn differs(
        &mut self,
        place: &str,
        what: String,
        numbers: [String; 2],
        because: Option<String>,
    ) {
        let [published, released] = numbers;
        let place = place.to_owned();
        self.differences.push(Difference { place, what, published, released, because });
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: BTreeMap<Option<&str>, Vec<&Difference>> = BTreeMap::new();
        for difference in &self.differences {
            reasons.entry(difference.because.as_deref()).or_default().push(difference);
        }
        write!(f, "{} numbers compared, {} differ", self.cells, self.unexplained())?;
        for (because, differences) in reasons {
            if let Some(because) = because {
                write!(f, "\n    {} more, since {because}", differences.len())?;
            }
            // Which satellites these are says nothing.
            for difference in differences.iter().take(PRINTED).filter(|_| because != Some(POOLS)) {
                let Difference { place, what, published, released, .. } = difference;
                write!(f, "\n      {place}, {what}: published {published}, released {released}")?;
            }
        }
        Ok(())
    }
}

/// What is compared with what was published.
pub(crate) struct Compare<'a> {
    pub(crate) released: &'a Released,
    /// The published numbers that the reports which count were made of, by precinct.
    pub(crate) standing: &'a BTreeMap<u32, Published>,
    /// What was published of precincts of which no report could say it: the published sums have it, and nothing else.
    pub(crate) left_out: &'a [Published],
}

impl Compare<'_> {
    /// Compares the sums that are recorded of a release, and every precinct with what its report was made of.
    pub(crate) fn with(&self, totals: &[Total]) -> Compared {
        let mut compared = Compared::default();
        for total in totals {
            self.total(&mut compared, total);
        }
        for precinct in &self.released.precincts {
            self.precinct(&mut compared, precinct);
        }
        compared
    }

    fn contest(&self) -> &Contest {
        &self.released.package.contest
    }

    fn total(&self, compared: &mut Compared, total: &Total) {
        let contest = self.contest();
        let county = total.county.map(|county| &contest.counties[county]);
        let place = county.map_or("statewide", |county| &county.name);
        let what = match total.group {
            Some(group) => format!("{}, {}", contest.groups[group].key, total.of.as_str()),
            None => total.of.as_str().to_owned(),
        };
        // The state's SDE have those of the pools in them.
        let pools = county.is_none_or(|county| county.kind == CountyKind::SatellitePool);
        let pools = (pools && total.of == Summed::Sde).then(|| POOLS.to_owned());
        let released = self.sum(total);
        if let Some(summed) = &total.summed {
            compared.cells += 1;
            if summed.value != released {
                let missing = self.left_out.iter().filter(|one| self.is_in(one, total));
                let missing = missing.map(|one| number_of(one, total)).sum();
                let because = match (summed.value == released + missing).then(|| self.names()) {
                    Some(names) => {
                        Some(format!("no report may hold what was published of {names}"))
                    }
                    None => pools.clone(),
                };
                let numbers = [total.of.shown(summed.value), total.of.shown(released)];
                compared.differs(place, what.clone(), numbers, because);
            }
        }
        if let Some(printed) = &total.printed {
            compared.cells += 1;
            if !printed.is_print_of(released) {
                let contradicts =
                    total.summed.as_ref().filter(|summed| !printed.is_print_of(summed.value));
                let because = match contradicts {
                    Some(_) => {
                        Some("the printed total is not what was published by precinct".to_owned())
                    }
                    None => pools,
                };
                let numbers = [total.of.shown(printed.value), total.of.shown(released)];
                compared.differs(place, format!("{what}, as printed"), numbers, because);
            }
        }
    }

    fn names(&self) -> String {
        let contest = self.contest();
        let place = |one: &Published| Some(contest.precinct(one.precinct)?.id.clone());
        let names: Vec<String> = self.left_out.iter().filter_map(place).collect();
        names.join(", ")
    }

    /// Whether a precinct belongs to what is summed.
    fn is_in(&self, published: &Published, total: &Total) -> bool {
        let place = self.contest().precinct(published.precinct);
        let county = place.map(|place| usize::from(place.county));
        total.county.is_none() || total.county == county
    }

    fn sum(&self, total: &Total) -> TenThousandths {
        let sums = match total.county {
            Some(county) => &self.released.counties[county],
            None => &self.released.statewide,
        };
        let count = |kind| {
            let index = self.contest().count_index(kind);
            index.and_then(|index| sums.counts.get(index)).map_or(&[][..], Vec::as_slice)
        };
        match total.of {
            Summed::Precincts => whole(u64::from(sums.precincts_released)),
            Summed::Attendance => whole(sums.attendees),
            Summed::Count(kind) => whole(of_group(count(kind), total.group)),
            Summed::Sde => of_group(&sums.sde, total.group),
        }
    }

    fn precinct(&self, compared: &mut Compared, released: &ReleasedPrecinct) {
        let contest = self.contest();
        let Some(published) = self.standing.get(&released.precinct.0) else { return };
        let Some(place) = contest.precinct(released.precinct.0) else { return };
        let mut look = |what: String, then: String, now: String, because: Option<&str>| {
            compared.cells += 1;
            if then != now {
                compared.differs(&place.id, what, [then, now], because.map(str::to_owned));
            }
        };
        if let Some(attendees) = published.attendees {
            let now = released.numbers.attendees.to_string();
            look(Summed::Attendance.as_str().to_owned(), attendees.to_string(), now, None);
        }
        let counts = [
            (CountKind::FirstAlignment, Some(&published.first)),
            (CountKind::FinalAlignment, Some(&published.last)),
            (CountKind::Delegates, published.delegates.as_ref()),
        ];
        for (kind, then) in counts {
            let (Some(index), Some(then)) = (contest.count_index(kind), then) else { continue };
            let now = &released.numbers.counts[index];
            for (group, (then, now)) in contest.groups.iter().zip(then.iter().zip(now)) {
                let what = format!("{}, {}", group.key, Summed::Count(kind).as_str());
                look(what, then.to_string(), now.to_string(), None);
            }
        }
        let pool = (place.kind == PrecinctKind::Satellite).then_some(POOLS);
        for (group, (then, now)) in
            contest.groups.iter().zip(published.sde.iter().flatten().zip(&released.sde))
        {
            look(format!("{}, SDE", group.key), then.to_string(), now.to_string(), pool);
        }
    }
}

const fn whole(number: u64) -> TenThousandths {
    TenThousandths(number * TenThousandths::ONE.0)
}

/// What a group has, or all of them.
fn of_group<T: Copy + std::iter::Sum<T>>(numbers: &[T], group: Option<usize>) -> T {
    match group {
        Some(group) => numbers.iter().copied().skip(group).take(1).sum(),
        None => numbers.iter().copied().sum(),
    }
}

/// What a precinct adds to a sum, as published.
fn number_of(published: &Published, total: &Total) -> TenThousandths {
    let of = |numbers: &[u32]| {
        let numbers: Vec<u64> = numbers.iter().copied().map(u64::from).collect();
        whole(of_group(&numbers, total.group))
    };
    match total.of {
        Summed::Precincts => whole(1),
        Summed::Attendance => whole(u64::from(published.attendees.unwrap_or(0))),
        Summed::Count(CountKind::FirstAlignment) => of(&published.first),
        Summed::Count(CountKind::FinalAlignment) => of(&published.last),
        Summed::Count(CountKind::Delegates) => of(published.delegates.as_deref().unwrap_or(&[])),
        Summed::Sde => of_group(published.sde.as_deref().unwrap_or(&[]), total.group),
    }
}

impl Summed {
    /// SDE with their decimals; everything else is whole.
    fn shown(self, number: TenThousandths) -> String {
        match self {
            Self::Sde => number.to_string(),
            _ => (number.0 / TenThousandths::ONE.0).to_string(),
        }
    }
}
