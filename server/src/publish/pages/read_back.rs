//! Reads the numbers out of pages again: page and data say the same, or neither is offered. Whoever verifies reads pages by this too.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::publish::cells::{Cell, Cells, Difference};

/// What marks an element, and how what stands in it is read.
type Mark = (&'static str, fn(&str) -> String);

/// Numbers, and whatever else is told: names, states, times, shares and what people wrote.
const MARKS: [Mark; 2] = [("data-measure=\"", number), ("data-says=\"", words)];

/// Names the region of the marks after it.
const REGION: &str = "data-region=\"";

/// Marks an element whose text does not follow from the log: what witnesses have seen, and when pages are made anew.
const UNTOLD: &str = "data-untold>";

/// What marks begin with.
const DATA: &str = " data-";

/// A marked element.
struct Marked<'h> {
    /// Its region and measure; `None` where its text does not follow from the log.
    of: Option<(&'h str, &'h str)>,
    read: fn(&str) -> String,
    /// Where its text begins in the page.
    at: usize,
    text: &'h str,
}

/// Every marked element of a page, in their order: those that end with a mark, each of the region that the last `data-region`
/// before it names.
fn marked(html: &str) -> impl Iterator<Item = Marked<'_>> {
    let mut region = None;
    html.match_indices(DATA).filter_map(move |(at, _)| {
        let mark = at + 1;
        let rest = &html[mark..];
        if let Some(named) = rest.strip_prefix(REGION) {
            region = named.split_once('"').map(|(name, _)| name);
            return None;
        }
        let element = |of, read, length| {
            let (at, text) = (mark + length, &rest[length..]);
            Marked { of, read, at, text: text.split('<').next().unwrap_or_default() }
        };
        if rest.starts_with(UNTOLD) {
            return Some(element(None, words as fn(&str) -> String, UNTOLD.len()));
        }
        MARKS.into_iter().find_map(|(begin, read)| {
            let (measure, _) = rest.strip_prefix(begin)?.split_once("\">")?;
            Some(element(Some((region?, measure)), read, begin.len() + measure.len() + 2))
        })
    })
}

/// What a text is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// A cell.
    Cell(&'a Cell),
    /// Something that does not follow from the log, by its place among those of the page, from 0.
    Untold(usize),
}

/// What a page says in its marked elements. A cell that stands there twice and says something else has both.
#[must_use]
pub(crate) fn cells(html: &str) -> Cells {
    let mut said: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for Marked { of, read, text, .. } in marked(html) {
        let Some(of) = of else { continue };
        let text = read(text);
        match said.entry(of) {
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
    let mut cells = Cells::default();
    for ((region, measure), text) in said {
        cells.put(region, measure, text);
    }
    cells
}

/// The texts of a page that do not follow from the log.
pub(crate) fn untold(html: &str) -> impl Iterator<Item = String> {
    marked(html).filter(|marked| marked.of.is_none()).map(|marked| (marked.read)(marked.text))
}

/// A page in which other texts stand for those of its marked elements that nobody else can tell. `other` gives them, or `None` where the
/// text stays: by what the text is of, and by the text itself. What it gives has to be something that may stand there, or whoever writes
/// that would be taken for whoever wrote something else.
#[must_use]
pub(crate) fn without<'o>(html: &str, other: impl Fn(Of<'_>, &str) -> Option<&'o str>) -> String {
    let mut rest = String::with_capacity(html.len());
    let (mut from, mut untold) = (0, 0);
    for Marked { of, read, at, text } in marked(html) {
        // A mark may stand in a text that was left out before.
        if at < from {
            continue;
        }
        let cell = of.map(|(region, measure)| Cell {
            region: region.to_owned(),
            measure: measure.to_owned(),
        });
        let of = cell.as_ref().map_or(Of::Untold(untold), Of::Cell);
        untold += usize::from(cell.is_none());
        if let Some(other) = other(of, &read(text)) {
            rest.push_str(&html[from..at]);
            rest.push_str(other);
            from = at + text.len();
        }
    }
    rest.push_str(&html[from..]);
    rest
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
    fn what_nobody_else_can_tell_is_left_out() {
        let page = |witnesses: &str, received: u32, released: u32| {
            format!(
                "<p data-region=\"state\"><b data-says=\"released\">{released}</b> <i data-untold>{witnesses}</i> \
                <b data-region=\"cameIn\" data-says=\"received\">{received}</b></p>"
            )
        };
        let came_in = |of: Of<'_>| match of {
            Of::Cell(cell) => cell.region == "cameIn",
            Of::Untold(at) => at == 0,
        };
        let left = |html: &str| {
            without(html, |of, text| (came_in(of) && !text.contains("CORRECTED")).then_some(""))
        };
        let ours = left(&page("", 0, 7));
        assert_eq!(left(&page("2 of 3", 9, 7)), ours);
        assert_ne!(left(&page("2 of 3", 9, 8)), ours);
        assert_ne!(left(&page("CORRECTED", 9, 7)), ours, "and only what may stand there");
        assert_ne!(left(&page("<b>2</b> of 3", 9, 7)), ours, "no more than text is left out");
        assert_eq!(cells(&page("2 of 3", 9, 7)), cells(&page("", 9, 7)));
    }

    #[test]
    fn a_mark_in_a_text_that_is_left_out_is_none() {
        let html = "<i data-untold>2 of 3 data-untold>more data-says=\"x\">and more</i><i data-untold>2</i>";
        assert_eq!(without(html, |_, _| Some("")), "<i data-untold></i><i data-untold></i>");
        assert_eq!(untold(html).count(), 3);
        let only_the_last = without(html, |_, text| (text == "2").then_some("two"));
        assert!(
            only_the_last.contains("and more") && only_the_last.ends_with("data-untold>two</i>")
        );
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
