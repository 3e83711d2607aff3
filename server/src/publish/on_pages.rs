//! What pages have to say, worked out from what is released: every page is read back and compared with it before any is offered,
//! and whoever verifies compares the published ones.

use std::borrow::Cow;
use std::collections::HashMap;

use countersign_core::contest::{Contest, CountKind, Precinct};
use countersign_core::results::{Region, Released};

use super::cells::{COVERED, Cell, Cells, region_name};
use super::corrections::{self, Corrections};
use super::national;
use super::pages::{self, CHANGES, FRONT, NATIONAL, Night, RELEASES, Said};

/// What each page has to say.
#[derive(Debug)]
pub(crate) struct OnPages {
    /// Numbers, by the page's name in the folder of its language.
    by_page: HashMap<String, Cells>,
    /// The rest, which is another thing in each language.
    said: Said,
    none: Cells,
}

impl OnPages {
    /// Works them out.
    #[must_use]
    pub(crate) fn of(night: &Night<'_>, corrections: &Corrections) -> Self {
        let mut pages = Self {
            by_page: HashMap::new(),
            said: pages::said_of_releases(night),
            none: Cells::default(),
        };
        if let Some(released) = &night.released {
            pages.released(released);
            pages.beside_sums(released);
            pages.by_the_rules(released);
            if let Some(parts) = national::working(night.contest, released) {
                let working = national::cells(night.contest, &parts);
                working.each(|cell, number| pages.put(NATIONAL, cell, number));
            }
            pages.seats_that_nobody_is_given(night.contest, released);
        }
        let changed = corrections.on_the_page(night);
        changed.each(|cell, number| pages.put(CHANGES, cell, number));
        pages.histories(night);
        pages
    }

    /// What a page has to say; nothing where it is none that shows results.
    #[must_use]
    pub(crate) fn of_page(&self, name: &str) -> Cow<'_, Cells> {
        self.with(name, self.said.get(name))
    }

    /// What a page has to say that says more at the moment.
    #[must_use]
    pub(crate) fn with(&self, name: &str, more: Option<&Cells>) -> Cow<'_, Cells> {
        let numbers = self.by_page.get(name.strip_prefix("es/").unwrap_or(name));
        let mut cells = Cow::Borrowed(numbers.unwrap_or(&self.none));
        if let Some(more) = more {
            cells.to_mut().extend(more.clone());
        }
        cells
    }

    fn put(&mut self, page: &str, cell: &Cell, number: &str) {
        if !self.by_page.contains_key(page) {
            self.by_page.insert(page.to_owned(), Cells::default());
        }
        if let Some(cells) = self.by_page.get_mut(page) {
            cells.put(&cell.region, &*cell.measure, number);
        }
    }

    fn released(&mut self, released: &Released) {
        let contest = &released.package.contest;
        let rules_count = pages::shows_official(contest);
        let in_counties = InCounties::of(contest);
        let mut expect = |cell: &Cell, number: &str| {
            let Some(page) = page_of(&cell.region) else { return };
            let is_shown = match cell.measure.as_str() {
                // On the first page both are said otherwise.
                "released" => page != FRONT,
                COVERED => false,
                // A precinct's page has the delegates by the rules beside the signed ones.
                measure if measure.starts_with("official:") => {
                    rules_count && !cell.region.starts_with("precinct:")
                }
                _ => true,
            };
            if is_shown {
                self.put(&page, cell, number);
            }
            if cell.measure.starts_with("national:") {
                self.put(NATIONAL, cell, number);
            }
            if let Some(page) = in_counties.also_on(cell) {
                self.put(page, cell, number);
            }
        };
        Cells::of(released).each(&mut expect);
        Cells::sums_with_early_votes(released).each(&mut expect);
    }

    /// What stands beside the sums of the state and of counties: shares, once enough is released, and of how many precincts.
    fn beside_sums(&mut self, released: &Released) {
        let contest = &released.package.contest;
        let covered = released.is_covered();
        for totals in std::iter::once(&released.statewide).chain(&released.counties) {
            let region = region_name(contest, totals.region);
            let Some(page) = page_of(&region) else { continue };
            let cells = self.by_page.entry(page).or_default();
            if totals.region != Region::Statewide {
                cells.put(&region, "all", totals.precincts_total);
            }
            let shares = pages::shares(contest, totals).into_iter().filter(|_| covered);
            for (group, share) in contest.groups.iter().zip(shares) {
                cells.put(&region, format!("share:{}", group.key), share);
            }
        }
    }

    /// How many national seats nobody is given, and of how many, stands with the totals on both pages.
    fn seats_that_nobody_is_given(&mut self, contest: &Contest, released: &Released) {
        let given = released.published_national();
        let Some((open, all)) = given.and_then(|given| national::open(contest, given)) else {
            return;
        };
        for page in [FRONT, NATIONAL] {
            for (measure, seats) in [("open", open), ("seats", all)] {
                let cell = Cell { region: "national".to_owned(), measure: measure.to_owned() };
                self.put(page, &cell, &seats.to_string());
            }
        }
    }

    /// Where the rules give other delegates than were signed, a precinct's page has both.
    fn by_the_rules(&mut self, released: &Released) {
        let contest = &released.package.contest;
        let Some(delegates) = contest.count_index(CountKind::Delegates) else { return };
        for precinct in &released.precincts {
            let Some(named) = contest.precinct(precinct.precinct.0) else { continue };
            let Some(by_the_rules) = &precinct.numbers.by_the_rules else { continue };
            if precinct.numbers.counts.get(delegates) == Some(by_the_rules) {
                continue;
            }
            for (group, number) in contest.groups.iter().zip(by_the_rules) {
                let region = format!("precinct:{}", named.id);
                let cell = Cell { region, measure: format!("byTheRules:{}", group.key) };
                self.put(&of_precinct(&named.id), &cell, &number.to_string());
            }
        }
    }

    /// What each release changed of a precinct stands on the precinct's page.
    fn histories(&mut self, night: &Night<'_>) {
        for release in &night.releases {
            for change in corrections::of_release(night, release) {
                let Some(precinct) = night.contest.precinct(change.precinct.0) else { continue };
                let page = self.by_page.entry(of_precinct(&precinct.id)).or_default();
                corrections::put(page, night.contest, release, change);
            }
        }
    }
}

/// What pages show of the regions within their own.
struct InCounties<'a> {
    /// Page of the county of each precinct.
    counties: HashMap<&'a str, String>,
    /// What the measures of the count begin with that a county's page shows of its precincts.
    count: Option<String>,
}

impl<'a> InCounties<'a> {
    fn of(contest: &'a Contest) -> Self {
        let page = |precinct: &'a Precinct| {
            let county = contest.counties.get(usize::from(precinct.county))?;
            Some((precinct.id.as_str(), of_county(&county.id)))
        };
        let count = pages::last_of_people(contest).and_then(|count| contest.counts.get(count));
        Self {
            counties: contest.precincts.iter().filter_map(page).collect(),
            count: count.map(|kind| format!("{}:", kind.as_str())),
        }
    }

    /// The other page that shows a number: how many attended in a county stands on the first page, and in a precinct on the county's,
    /// with one count.
    fn also_on(&self, cell: &Cell) -> Option<&str> {
        let attendees = cell.measure == "attendees";
        match cell.region.split_once(':')? {
            ("county", _) if attendees => Some(FRONT),
            ("precinct", id) => {
                let in_count = |count: &String| cell.measure.starts_with(count.as_str());
                let is_shown = attendees || self.count.as_ref().is_some_and(in_count);
                self.counties.get(id).filter(|_| is_shown).map(String::as_str)
            }
            _ => None,
        }
    }
}

/// Every page that changes with releases only, by its name in the folder of its language; of the wanted precincts only, and with
/// those that rest on every precinct only where they are wanted.
#[must_use]
pub(crate) fn names(
    night: &Night<'_>,
    wanted: impl Fn(&str) -> bool,
    with_sums: bool,
) -> Vec<String> {
    let precincts = pages::with_history(night);
    let ids = precincts.iter().filter_map(|number| Some(&night.contest.precinct(number.0)?.id));
    let mut names: Vec<String> = ids.filter(|id| wanted(id)).map(|id| of_precinct(id)).collect();
    if with_sums {
        names.extend(night.contest.counties.iter().map(|county| of_county(&county.id)));
        names.extend([CHANGES, RELEASES].map(str::to_owned));
        let national = night.released.as_ref().and_then(Released::published_national);
        names.extend(national.map(|_| NATIONAL.to_owned()));
    }
    names
}

/// Name of a precinct's page.
pub(crate) fn of_precinct(id: &str) -> String {
    format!("precincts/{id}.html")
}

fn of_county(id: &str) -> String {
    format!("counties/{id}.html")
}

/// The page of a region; districts have none.
fn page_of(region: &str) -> Option<String> {
    match region.split_once(':') {
        None => Some(FRONT.to_owned()),
        Some(("precinct", id)) => Some(of_precinct(id)),
        Some(("county", id)) => Some(of_county(id)),
        Some(_) => None,
    }
}
