//! Reads the numbers out of pages again: page and data say the same, or neither is offered. Whoever verifies reads pages by this too.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::publish::cells::{Cells, Difference};

/// What marks an element, and how what stands in it is read.
type Mark = (&'static str, fn(&str) -> String);

/// Numbers, and whatever else is told: names, states, times, shares and what people wrote.
const MARKS: [Mark; 2] = [(" data-measure=\"", number), (" data-says=\"", words)];

/// What a page says: what stands in elements that end with a `data-measure` or `data-says`, each of the region that the last
/// `data-region` before it names. A cell that stands there twice and says something else has both.
#[must_use]
pub(crate) fn cells(html: &str) -> Cells {
    let mut said: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for part in html.split(" data-region=\"").skip(1) {
        let Some((region, part)) = part.split_once('"') else { continue };
        let marked = |(mark, read): Mark| part.split(mark).skip(1).map(move |cell| (cell, read));
        for (cell, read) in MARKS.into_iter().flat_map(marked) {
            let Some((measure, rest)) = cell.split_once("\">") else { continue };
            let text = read(rest.split('<').next().unwrap_or_default());
            match said.entry((region, measure)) {
                Entry::Vacant(place) => {
                    place.insert(text);
                }
                Entry::Occupied(mut place) if *place.get() != text => {
                    let both = format!("{} and {text}", place.get());
                    place.insert(both);
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    let mut cells = Cells::default();
    for ((region, measure), text) in said {
        cells.put(region, measure, text);
    }
    cells
}

/// A number as documents write it.
fn number(text: &str) -> String {
    text.replace(',', "").replace('\u{2212}', "-").trim_start_matches('+').to_owned()
}

/// Words as they were before they were put into a page.
fn words(text: &str) -> String {
    const ESCAPED: [(&str, &str); 5] =
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    let unescape = |text: String, (escaped, sign): (&str, &str)| text.replace(escaped, sign);
    ESCAPED.into_iter().fold(text.to_owned(), unescape)
}

/// Compares what a page says with what it has to say; how much that is.
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
    fn words_are_read_as_they_were_written() {
        let why = "\"1,000\" <b>, isn't it &#60; 2?";
        let html = "<li data-region=\"entry:7\"><q data-says=\"why\">&#34;1,000&#34; &#60;b&#62;, isn&#39;t it \
            &#38;#60; 2?</q> (<span data-says=\"who\">reviewer 2</span>)</li>";
        let mut expected = Cells::default();
        expected.put("entry:7", "why", why);
        expected.put("entry:7", "who", "reviewer 2");
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
