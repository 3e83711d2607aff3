//! Tiles (C2SP tlog-tiles): the log as static files.

use super::entry::{ENTRY_BYTES, Entry};
use super::merkle::Tree;

/// Hashes or entries of a full tile.
pub const TILE_WIDTH: u64 = 256;

/// Bytes of a hash tile: `width` hashes (1 to 256) of level 8·`level`, the `index`th tile of that level.
/// `None` where the tree does not have them.
#[must_use]
pub fn hash_tile(tree: &Tree, level: u8, index: u64, width: u64) -> Option<Vec<u8>> {
    if width == 0 || width > TILE_WIDTH {
        return None;
    }
    let from = index.checked_mul(TILE_WIDTH)?;
    let hashes = tree.subtrees(level.checked_mul(8)?, from, width)?;
    Some(hashes.concat())
}

/// Bytes of an entry bundle: each entry after its length in two bytes, big-endian.
#[must_use]
pub fn entry_bundle(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * (2 + ENTRY_BYTES));
    for entry in entries {
        bytes.extend((ENTRY_BYTES as u16).to_be_bytes());
        bytes.extend(entry.to_bytes());
    }
    bytes
}

/// A tile's place in an address: the index in groups of three digits, all but the last marked with `x`, then
/// `.p/<width>` for a partial tile. `x001/x234/067.p/8` is index 1234067 of width 8.
#[must_use]
pub fn parse_path(path: &str) -> Option<(u64, u64)> {
    let (index, width) = match path.split_once(".p/") {
        Some((index, width)) => {
            let width = super::checkpoint::decimal(width)?;
            (index, (1..TILE_WIDTH).contains(&width).then_some(width)?)
        }
        None => (path, TILE_WIDTH),
    };
    let mut number: u64 = 0;
    let groups: Vec<&str> = index.split('/').collect();
    let (last, marked) = groups.split_last()?;
    let digits = |group: &str| -> Option<u64> {
        (group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()))
            .then(|| group.parse().ok())
            .flatten()
    };
    for group in marked {
        let value = digits(group.strip_prefix('x')?)?;
        number = number.checked_mul(1000)?.checked_add(value)?;
    }
    number = number.checked_mul(1000)?.checked_add(digits(last)?)?;
    (marked.first() != Some(&"x000")).then_some((number, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_the_specification_writes_them() {
        assert_eq!(parse_path("x001/x234/067"), Some((1_234_067, 256)));
        assert_eq!(parse_path("x001/x234/067.p/8"), Some((1_234_067, 8)));
        assert_eq!(parse_path("000"), Some((0, 256)));
        for bad in
            ["", "0", "x000/001", "001/001", "000.p/256", "000.p/0", "000.p/01", "1e3", "x001"]
        {
            assert_eq!(parse_path(bad), None, "{bad}");
        }
    }
}
