//! Tags of documents: whoever has the newest one already is told so and loads nothing.

use axum::http::{HeaderMap, header};

/// Whether who asks names a tag, quotes included, as one that they have (RFC 9110, section 13.1.2: a list, compared weakly).
pub(super) fn is_known(tag: &str, asked: &HeaderMap) -> bool {
    let lists = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = lists.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    tags.any(|known| known.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_known_tag_is_found_in_a_list() {
        for (value, known) in [("\"a\"", true), ("\"b\", W/\"a\"", true), ("\"b\"", false)] {
            let mut asked = HeaderMap::new();
            asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            assert_eq!(is_known("\"a\"", &asked), known, "{value}");
        }
    }
}
