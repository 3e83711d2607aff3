//! Reads the numbers out of pages again: page and data say the same, or neither is offered. Whoever verifies reads pages by this too.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::publish::cells::{Cells, Difference};

/// The numbers of a page: what stands in elements that end with a `data-measure`, each of the region that the last `data-region`
/// before it names. A cell that stands there twice with other numbers has both.
#[must_use]
pub(crate) fn cells(html: &str) -> Cells {
    let mut said: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for part in html.split(" data-region=\"").skip(1) {
        let Some((region, part)) = part.split_once('"') else { continue };
        for cell in part.split(" data-measure=\"").skip(1) {
            let Some((measure, rest)) = cell.split_once("\">") else { continue };
            let number = rest.split('<').next().unwrap_or_default();
            let number = number.replace(',', "").replace('\u{2212}', "-");
            let number = number.trim_start_matches('+');
            match said.entry((region, measure)) {
                Entry::Vacant(place) => {
                    place.insert(number.to_owned());
                }
                Entry::Occupied(mut place) if place.get() != number => {
                    let both = format!("{} and {number}", place.get());
                    place.insert(both);
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    let mut cells = Cells::default();
    for ((region, measure), number) in said {
        cells.put(region, measure, number);
    }
    cells
}

/// Compares the numbers of a page with those that it has to say; how many there are.
///
/// # Errors
/// The first [`Difference`].
pub(crate) fn agree(expected: &Cells, html: &str) -> Result<usize, Difference> {
    expected.agree_with(&cells(html))?;
    Ok(expected.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_what_they_say() {
        let html = "<table data-region=\"state\"><tr><td data-measure=\"sde:red\">1,234.5000</td>\
            <td data-measure=\"difference:sde:red\">+1.0000</td>\
            <td data-measure=\"difference:sde:blue\">\u{2212}1,000</td><td>no</td></tr></table>\
            <table data-region=\"precinct:a\"><td data-measure=\"x:y\">0</td></table>\
            <ul data-region=\"release:2/precinct:a\"><li>x: <span data-measure=\"before:x\">1</span> → \
            <strong data-measure=\"after:x\">2</strong></li></ul>";
        let mut expected = Cells::default();
        expected.put("state", "sde:red", "1234.5000");
        expected.put("state", "difference:sde:red", "1.0000");
        expected.put("state", "difference:sde:blue", "-1000");
        expected.put("release:2/precinct:a", "before:x", 1);
        expected.put("release:2/precinct:a", "after:x", 2);
        assert_eq!(cells(html), expected);
    }

    #[test]
    fn a_page_that_says_a_number_twice_and_differently_says_neither() {
        let page = |first, second| {
            let table = |number| {
                format!("<table data-region=\"state\"><td data-measure=\"x\">{number}</td></table>")
            };
            format!("{}{}", table(first), table(second))
        };
        let mut expected = Cells::default();
        expected.put("state", "x", 7);
        assert_eq!(agree(&expected, &page(7, 7)), Ok(1));
        for (first, second) in [(9, 7), (7, 9), (0, 7), (7, 0)] {
            let found = agree(&expected, &page(first, second)).unwrap_err();
            assert_eq!(found.theirs, format!("{first} and {second}"));
        }
    }
}
