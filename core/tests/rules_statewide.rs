//! Checks across sources and precincts (H01 to H05), on the real results of Iowa 2020.

mod common;

use common::{iowa, published};
use countersign_core::audit;
use countersign_core::checks::statewide::{
    Found, Numbers, PrecinctSources, Scope, Source, StatewideFinding, StatewideRule,
    check_statewide,
};
use countersign_core::contest::{Contest, Published, read_published};
use countersign_core::language::Language;

fn numbers(contest: &Contest, row: &Published) -> Numbers {
    Numbers {
        attendees: row.attendance().expect("it is known"),
        counts: vec![row.first.clone(), row.last.clone(), row.awarded(contest).unwrap_or_default()],
    }
}

fn alone(precinct: u32, numbers: Numbers) -> PrecinctSources {
    let candidate = Source { number: 0, numbers };
    PrecinctSources {
        precinct,
        candidate,
        others: vec![],
        last_release: None,
        corrects: None,
        in_batch: true,
    }
}

fn all(contest: &Contest, rows: &[Published]) -> Vec<PrecinctSources> {
    rows.iter().map(|row| alone(row.precinct, numbers(contest, row))).collect()
}

fn one(contest: &Contest, id: &str) -> PrecinctSources {
    let (number, row, _) = common::real(contest, id);
    alone(number, numbers(contest, &row))
}

/// Other words, and the same numbers in the same order.
fn are_said_in_both_languages(contest: &Contest, found: &[StatewideFinding]) {
    for finding in found {
        let [english, spanish] =
            Language::ALL.map(|language| finding.headquarters_sentence(contest, language));
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        assert_ne!(english, spanish);
        assert_eq!(digits(&english), digits(&spanish), "{english} / {spanish}");
    }
}

fn rules(found: &[StatewideFinding]) -> Vec<StatewideRule> {
    found.iter().map(StatewideFinding::rule).collect()
}

/// Every later group's people stand under the neighbour before, as Sanders' 191 stood under Patrick in Des Moines 55.
fn shift(numbers: &mut Numbers, from: usize) {
    for count in &mut numbers.counts {
        if from < count.len() {
            count.remove(from);
            count.push(0);
        }
    }
}

#[test]
fn t51_the_seven_and_nine_real_pairs_are_listed() {
    let contest = iowa();
    let text =
        std::fs::read(common::folder("iowa-2020").join("results/r100.csv")).expect("it is there");
    let rows = read_published(&contest, "r100.csv", &text).expect("no mistake");
    let mut sources = all(&contest, &rows);
    let found = check_statewide(&contest, &sources);
    let pairs = |wanted: &str| {
        found.iter()
            .filter(|it| matches!(it.found, Found::SameNumbers { count, .. } if count.as_str() == wanted))
            .flat_map(|it| it.other_precincts().map(move |other| (it.scope, other)))
            .filter(|&(scope, other)| scope < Scope::Precinct(other))
            .count()
    };
    assert_eq!((pairs("firstAlignment"), pairs("finalAlignment")), (7, 9));
    are_said_in_both_languages(&contest, &found);
    sources.reverse();
    assert_eq!(check_statewide(&contest, &sources), found, "the order does not matter");
    for it in &found {
        let Scope::Precinct(this) = it.scope else { panic!("H01 is about precincts") };
        for other in it.other_precincts() {
            let back = |that: &StatewideFinding| {
                that.scope == Scope::Precinct(other) && that.other_precincts().any(|at| at == this)
            };
            assert!(found.iter().any(&back), "H01 names both");
        }
    }
    let audit = audit::audit(&contest, "r100.csv", &text).expect("no mistake");
    let row = audit.rows.iter().find(|row| row.precinct_id == "scott-b52").expect("it is there");
    assert_eq!(row.same_as, ["scott-d52"]);
}

#[test]
fn h02_and_h03_name_cells_and_the_swapped_pair() {
    let contest = iowa();
    let mut dm55 = one(&contest, "polk-dm-055");
    assert!(check_statewide(&contest, &[dm55.clone()]).is_empty());
    let (patrick, sanders) = (
        contest.group_index("patrick").expect("it is"),
        contest.group_index("sanders").expect("it is"),
    );
    let mut other = dm55.candidate.clone();
    other.number = 1;
    for count in &mut other.numbers.counts {
        count.swap(patrick, sanders);
    }
    dm55.others.push(other.clone());
    let found = check_statewide(&contest, &[dm55.clone()]);
    assert_eq!(rules(&found), [StatewideRule::H02, StatewideRule::H03]);
    assert_eq!(found[1].groups(), [patrick, sanders]);
    assert!(
        found[1]
            .headquarters_sentence(&contest, Language::English)
            .contains("swapped in first alignment")
    );
    dm55.others[0].numbers.attendees += 1;
    let found = check_statewide(&contest, &[dm55]);
    assert_eq!(rules(&found), [StatewideRule::H02], "attendance differs too");
    assert!(
        found[0]
            .headquarters_sentence(&contest, Language::English)
            .contains("attendees 704 and 705")
    );
}

#[test]
fn h04_and_h05_on_des_moines_55() {
    let mut contest = iowa();
    let mut dm55 = one(&contest, "polk-dm-055");
    let place = usize::try_from(dm55.precinct).expect("it is small");
    contest.precincts[place].plausible_max = Some(704);
    assert!(check_statewide(&contest, &[dm55.clone()]).is_empty());
    contest.precincts[place].plausible_max = Some(703);
    let mut before = dm55.candidate.numbers.clone();
    before.counts[2].swap(0, 3);
    dm55.corrects = Some(before);
    let found = check_statewide(&contest, &[dm55]);
    are_said_in_both_languages(&contest, &found);
    assert_eq!(rules(&found), [StatewideRule::H04, StatewideRule::H05]);
}

#[test]
fn t50_an_absurd_report_is_held_back_and_says_nothing_of_its_batch() {
    let contest = iowa();
    let real = all(&contest, &published(&contest));
    let patrick = contest.group_index("patrick").expect("it is a group");
    // The first half is released.
    let mut sources = real;
    let half = sources.len() / 2;
    for it in &mut sources[..half] {
        it.last_release = Some(it.candidate.numbers.clone());
    }
    let of_many = |sources: &[PrecinctSources]| {
        let mut found = check_statewide(&contest, sources);
        found.retain(|it| !matches!(it.scope, Scope::Precinct(_)));
        found
    };
    let real_ones = of_many(&sources);
    let absurd = |it: &mut PrecinctSources| {
        it.candidate.numbers.attendees = 200_000;
        it.candidate.numbers.counts[0][patrick] = 200_000;
    };
    let is_named = |sources: &[PrecinctSources], at: usize| {
        check_statewide(&contest, sources).iter().any(|it| {
            it.scope == Scope::Precinct(sources[at].precinct) && it.rule() == StatewideRule::H03
        })
    };
    let (first, second) = (half + 100, half + 300);
    absurd(&mut sources[first]);
    assert!(is_named(&sources, first));
    assert_eq!(of_many(&sources), real_ones, "one report alone says nothing of many");
    absurd(&mut sources[second]);
    assert_ne!(of_many(&sources), real_ones, "two of them may be a shift");
    sources[first].in_batch = false;
    sources[second].in_batch = false;
    assert!(is_named(&sources, first) && is_named(&sources, second));
    assert_eq!(of_many(&sources), real_ones, "what is impossible by itself is in no batch");
}

#[test]
fn t50_shifted_columns_are_stopped() {
    let contest = iowa();
    let real = all(&contest, &published(&contest));
    let from = contest.group_index("patrick").expect("it is a group");
    let mut state = 20_200_203_u64;
    for (injected, rounds) in [(1, 40), (10, 10), (100, 3)] {
        for history in [true, false] {
            let (mut caught, mut flagged) = (0, 0);
            for _ in 0..rounds {
                let mut sources = real.clone();
                for it in &mut sources {
                    it.last_release = Some(it.candidate.numbers.clone());
                }
                let mut hit = std::collections::BTreeSet::new();
                while hit.len() < injected {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    hit.insert(usize::try_from(state >> 33).expect("31 bits") % sources.len());
                }
                for &at in &hit {
                    shift(&mut sources[at].candidate.numbers, from);
                    if !history {
                        sources[at].last_release = None;
                    }
                }
                let found = check_statewide(&contest, &sources);
                are_said_in_both_languages(&contest, &found);
                let named = hit.iter().filter(|&&at| {
                    let scope = Scope::Precinct(sources[at].precinct);
                    found.iter().any(|it| it.scope == scope && it.rule() == StatewideRule::H03)
                });
                flagged += named.count();
                caught += usize::from(rules(&found).contains(&StatewideRule::H03));
            }
            println!(
                "{injected} shifted, own history {history}: {caught} of {rounds} batches, {flagged} precincts"
            );
            if injected > 1 {
                assert_eq!(caught, rounds, "every batch of {injected} is stopped");
            }
        }
    }
    let start = std::time::Instant::now();
    assert!(rules(&check_statewide(&contest, &real)).iter().all(|it| *it == StatewideRule::H01));
    println!("all real precincts: {:?}", start.elapsed());
}
