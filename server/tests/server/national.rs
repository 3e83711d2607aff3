//! National delegates that nobody is given are not passed over in silence.

use countersign_core::contest::{Fraction, National, NationalBasis, PrecinctKind};
use countersign_core::room::Room;
use countersign_server::practice;

use crate::publish::page;
use crate::released::release_all_alike;
use crate::support::Party;

const ROOM: Room = Room::Official;

/// Releases a night in which two groups have as many each; how the first page and that of the working say it, in both languages.
async fn tied(threshold: Fraction) -> [[String; 2]; 2] {
    let mut contest = practice::contest().unwrap();
    // Satellite sites elect no county delegates.
    contest.precincts.retain(|precinct| precinct.kind == PrecinctKind::Precinct);
    contest.worksheets.clear();
    let basis = Some(NationalBasis::CountyDelegates);
    contest.national = Some(National { districts: Vec::new(), at_large: 5, pleo: 2, basis });
    contest.rules.national_threshold = threshold;
    for precinct in &mut contest.precincts {
        precinct.delegates = precinct.delegates.map(|_| 4);
    }
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    release_all_alike(&party, &server, [10, 10], [2, 2]).await;
    // Both are read back before they are offered.
    server.publish();
    let both =
        async |name: &str| [page(&server, name).await, page(&server, &format!("es/{name}")).await];
    let pages = [both("index.html").await, both("national.html").await];
    server.stop().await;
    pages
}

/// How it is said that nobody is given so many of seven seats.
fn seats(words: &str, open: u32, of: &str) -> String {
    format!(
        "{words}: <span data-measure=\"open\">{open}</span> {of} <span data-measure=\"seats\">7</span><"
    )
}

fn says(pages: &[String; 2], english: &str, spanish: &str) {
    for (page, said) in pages.iter().zip([english, spanish]) {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_group_reaches_the_threshold_pages_say_that_nobody_is_given_a_seat() {
    let [front, working] = tied(Fraction { numerator: 9, denominator: 10 }).await;
    for pages in [&front, &working] {
        says(pages, &seats("nobody is given", 7, "of"), &seats("no se dan a nadie", 7, "de"));
    }
    says(
        &working,
        "data-measure=\"open\">5</span></strong>, since no group has at least 90.0",
        "data-measure=\"open\">2</span></strong>, pues ningún grupo tiene al menos 90.0",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_equal_remainders_leave_open_is_counted() {
    let [front, working] = tied(Fraction { numerator: 15, denominator: 100 }).await;
    says(&front, &seats("nobody is given", 1, "of"), &seats("no se dan a nadie", 1, "de"));
    says(
        &working,
        "data-measure=\"open\">1</span></strong>, since remainders are equal",
        "data-measure=\"open\">1</span></strong>, pues hay restos iguales",
    );
    let (_, parts) = working[0].split_once("<div data-region=\"national:").unwrap();
    assert_eq!(parts.matches("data-measure=\"open\"").count(), 1, "two seats are given evenly");
}
