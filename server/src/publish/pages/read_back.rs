//! Reads the numbers out of pages again: page and data say the same, or neither is offered.

use crate::publish::cells::Cells;

/// The numbers that stand in a page's tables.
#[must_use]
pub(crate) fn cells(html: &str) -> Cells {
    let mut cells = Cells::default();
    for table in html.split("<table data-region=\"").skip(1) {
        let Some((region, rest)) = table.split_once('"') else { continue };
        let body = rest.split("</table>").next().unwrap_or_default();
        for cell in body.split("<td data-measure=\"").skip(1) {
            let Some((measure, rest)) = cell.split_once("\">") else { continue };
            let number = rest.split("</td>").next().unwrap_or_default();
            let number = number.replace(',', "").replace('\u{2212}', "-");
            cells.put(region, measure, number.trim_start_matches('+'));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_what_they_say() {
        let html = "<table data-region=\"state\"><tr><td data-measure=\"sde:red\">1,234.5000</td>\
            <td data-measure=\"difference:sde:red\">+1.0000</td>\
            <td data-measure=\"difference:sde:blue\">\u{2212}1,000</td><td>no</td></tr></table><table data-region=\"precinct:a\"><td data-measure=\"x:y\">0</td></table>";
        let mut expected = Cells::default();
        expected.put("state", "sde:red", "1234.5000");
        expected.put("state", "difference:sde:red", "1.0000");
        expected.put("state", "difference:sde:blue", "-1000");
        assert_eq!(cells(html), expected);
    }
}
