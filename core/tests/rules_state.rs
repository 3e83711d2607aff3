//! State delegate equivalents and national delegates against the party's published figures.

mod common;

use std::collections::BTreeMap;

use countersign_core::contest::{Contest, CountyKind, Published};
use countersign_core::rules::{Regions, TenThousandths, satellite_sde, sde, split_seats};

fn totals<'a>(contest: &Contest, rows: impl Iterator<Item = &'a Published>) -> Vec<TenThousandths> {
    let mut totals = vec![TenThousandths::default(); contest.groups.len()];
    for row in rows {
        for (total, sde) in totals.iter_mut().zip(row.sde.as_ref().expect("the file has SDE")) {
            *total = *total + *sde;
        }
    }
    totals
}

fn by_key(contest: &Contest, key: &str) -> usize {
    contest.group_index(key).expect("it is on the ballot")
}

#[test]
fn every_published_sde_is_whole_delegates_times_the_countys_ratio() {
    let contest = common::iowa();
    let mut checked = 0;
    for row in common::published(&contest) {
        let precinct = contest.precinct(row.precinct).expect("it exists");
        let county = contest.county_of(precinct).expect("it has one");
        if county.kind != CountyKind::County {
            assert_eq!(row.awarded(&contest), None, "unknown for satellites");
            continue;
        }
        let awarded = row.awarded(&contest).expect("it is known");
        for (delegates, published) in
            awarded.iter().zip(row.sde.as_ref().expect("the file has SDE"))
        {
            assert_eq!(sde(county, *delegates), Some(*published), "{}", precinct.id);
            checked += usize::from(published.0 > 0);
        }
    }
    assert_eq!(checked, 5_630);
}

#[test]
fn statewide_totals_are_those_published() {
    let contest = common::iowa();
    let rows = common::published(&contest);
    let totals = totals(&contest, rows.iter());
    let total = |key| totals[by_key(&contest, key)].to_string();
    assert_eq!(total("buttigieg"), "562.9538");
    assert_eq!(total("sanders"), "562.0214");
    assert_eq!(total("warren"), "388.4403");
    assert_eq!(total("biden"), "340.3238");
    assert_eq!(total("klobuchar"), "263.8689");
    assert_eq!(totals.iter().copied().sum::<TenThousandths>().to_string(), "2150.8321");
}

#[test]
fn national_delegates_are_those_published() {
    let contest = common::iowa();
    let rows = common::published(&contest);
    let worth = rows.iter().map(|row| (row.precinct, row.sde.as_deref().expect("it has SDE")));
    let regions = Regions::sum(&contest, worth);
    assert_eq!(regions.statewide, totals(&contest, rows.iter()), "satellites abroad count here");
    let national = regions.national_delegates(&contest).expect("the contest decides some");
    let expected = [
        ("buttigieg", [2, 2, 3, 2, 3, 2]),
        ("sanders", [2, 3, 2, 1, 3, 1]),
        ("warren", [1, 2, 2, 0, 2, 1]),
        ("biden", [2, 0, 1, 1, 1, 1]),
        ("klobuchar", [0, 0, 0, 1, 0, 0]),
    ];
    let parts: Vec<_> = national
        .districts
        .iter()
        .map(|(_, split)| split)
        .chain([&national.at_large, &national.pleo])
        .collect();
    assert!(parts.iter().all(|split| split.tie.is_none()));
    for (key, seats) in expected {
        let group = by_key(&contest, key);
        let got: Vec<u32> = parts.iter().map(|split| split.seats[group]).collect();
        assert_eq!(got, seats, "{key}");
        assert_eq!(national.totals()[group], seats.iter().sum::<u32>(), "{key}");
    }
    assert_eq!(national.totals().iter().sum::<u32>(), 41);
}

#[test]
fn a_share_of_exactly_the_threshold_qualifies_and_equal_remainders_are_a_tie() {
    let contest = common::practice();
    let split = |seats, sde: &[u64]| {
        let sde: Vec<TenThousandths> = sde.iter().copied().map(TenThousandths).collect();
        let split = split_seats(&contest, seats, &sde);
        (split.seats, split.tie)
    };
    assert_eq!(split(10, &[85, 15]), (vec![8, 1], Some((vec![0, 1], 1))), "8.5 and 1.5");
    assert_eq!(split(10, &[8_501, 1_499]), (vec![10, 0], None), "just under 15 %");
    assert_eq!(split(3, &[0, 0]), (vec![0, 0], None));
    assert_eq!(split(0, &[5, 5]), (vec![0, 0], None));
    assert_eq!(split(3, &[10, 10, 10]), (vec![1, 1, 1], None));
}

/// What the sites of a pool are worth depends on the attendance of all of them, which was not published. With the first
/// alignment's totals in its place a site's SDE is near the published one, and the pool is worth what it was given.
#[test]
fn satellite_pools_are_shared_out_whole() {
    let contest = common::iowa();
    let mut pools: BTreeMap<u16, Vec<Published>> = BTreeMap::new();
    for row in common::published(&contest) {
        let precinct = contest.precinct(row.precinct).expect("it exists");
        pools.entry(precinct.county).or_default().push(row);
    }
    for (index, rows) in pools {
        let pool = &contest.counties[usize::from(index)];
        if pool.kind != CountyKind::SatellitePool {
            continue;
        }
        let attendance: u64 =
            rows.iter().map(|row| u64::from(row.attendance().expect("small"))).sum();
        let mut worth = 0;
        for row in &rows {
            let site = row.attendance().expect("small");
            let awards = countersign_core::rules::all_awards(
                &contest.rules,
                contest.delegates_to_elect(row.precinct, Some(site)).expect("known"),
                site,
                &row.last,
            );
            let sde = satellite_sde(pool, site, attendance, &awards[0]);
            worth += sde.iter().map(|sde| sde.0).sum::<u64>();
        }
        let whole = u64::from(pool.state_delegates) * 10_000;
        let silent: u64 = rows
            .iter()
            .filter(|row| row.last.iter().all(|people| *people == 0))
            .map(|row| u64::from(row.attendance().expect("small")))
            .sum();
        assert_eq!(silent, 0, "no site of {} has people at first alignment only", pool.id);
        assert!(worth.abs_diff(whole) < 100, "{}: {worth} of {whole}", pool.id);
    }
}
