//! Tiles (C2SP tlog-tiles): the log as static files.

use super::entry::{ENTRY_BYTES, Entry};
use super::merkle::{Hash, Tree};

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

/// The bytes are no entry bundle of so many entries. Trying again with the same bytes cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABundle {
    /// Fewer or more bytes than so many entries take.
    #[error("the bundle does not have the {expected} entries it should have")]
    Length {
        /// Entries that were expected.
        expected: u64,
    },
    /// What stands at a place is no log entry.
    #[error("what stands at place {at} of the bundle is not a log entry")]
    Entry {
        /// The place, from 0.
        at: u64,
    },
}

/// Reads an entry bundle of `count` entries: what [`entry_bundle`] writes, and nothing else.
///
/// # Errors
/// [`NotABundle`].
pub fn read_entry_bundle(bytes: &[u8], count: u64) -> Result<Vec<Entry>, NotABundle> {
    let each = 2 + ENTRY_BYTES;
    if count > TILE_WIDTH || bytes.len() as u64 != count * each as u64 {
        return Err(NotABundle::Length { expected: count });
    }
    let read = |(at, one): (u64, &[u8])| {
        let entry = one.strip_prefix(&(ENTRY_BYTES as u16).to_be_bytes());
        entry.and_then(|entry| Entry::from_bytes(entry).ok()).ok_or(NotABundle::Entry { at })
    };
    (0..).zip(bytes.chunks_exact(each)).map(read).collect()
}

/// Reads a hash tile of `count` hashes; `None` for another number of bytes.
#[must_use]
pub fn read_hash_tile(bytes: &[u8], count: u64) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks();
    (rest.is_empty() && hashes.len() as u64 == count).then(|| hashes.to_vec())
}

/// One tile of a log, or one bundle of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// Level of a hash tile; `None` for a bundle of entries.
    pub level: Option<u8>,
    /// Its number on that level, from 0.
    pub index: u64,
    /// Hashes or entries in it, 1 to 256.
    pub width: u64,
}

impl Tile {
    /// The bundles that hold every entry of a log of `size` entries, in order.
    pub fn bundles(size: u64) -> impl Iterator<Item = Self> {
        Self::of_level(None, size)
    }

    /// Every hash tile of a log of `size` entries, from the leaves upwards.
    pub fn hashes(size: u64) -> impl Iterator<Item = Self> {
        (0..8).flat_map(move |level| Self::of_level(Some(level), size >> (8 * u32::from(level))))
    }

    fn of_level(level: Option<u8>, count: u64) -> impl Iterator<Item = Self> {
        (0..count.div_ceil(TILE_WIDTH)).map(move |index| {
            let width = TILE_WIDTH.min(count - index * TILE_WIDTH);
            Self { level, index, width }
        })
    }

    /// Where it lies below a log's address: `tile/<level>/<place>` or `tile/entries/<place>`.
    #[must_use]
    pub fn path(&self) -> String {
        let place = write_path(self.index, self.width);
        match self.level {
            Some(level) => format!("tile/{level}/{place}"),
            None => format!("tile/entries/{place}"),
        }
    }
}

/// A tile's place in an address, as [`parse_path`] reads it.
#[must_use]
pub fn write_path(index: u64, width: u64) -> String {
    let mut place = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        place = format!("x{:03}/{place}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH {
        place.push_str(&format!(".p/{width}"));
    }
    place
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
    use proptest::prelude::*;

    use super::*;
    use crate::id::MessageId;
    use crate::message::Kind;

    fn entries(count: u64) -> Vec<Entry> {
        let entry = |at: u64| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&at.to_be_bytes());
            Entry { kind: Kind::Report, time_ms: 1000 + at, message: MessageId(id) }
        };
        (0..count).map(entry).collect()
    }

    proptest! {
        #[test]
        fn a_place_is_read_as_it_was_written(index in 0..1_u64 << 56, width in 1..=TILE_WIDTH) {
            prop_assert_eq!(parse_path(&write_path(index, width)), Some((index, width)));
        }

        #[test]
        fn a_bundle_is_read_as_it_was_written_and_no_other_length_is(count in 1..=TILE_WIDTH, other in 0..=TILE_WIDTH) {
            let entries = entries(count);
            let bytes = entry_bundle(&entries);
            prop_assert_eq!(read_entry_bundle(&bytes, count), Ok(entries));
            if other != count {
                let expected = Err(NotABundle::Length { expected: other });
                prop_assert_eq!(read_entry_bundle(&bytes, other), expected);
            }
        }

        #[test]
        fn a_changed_byte_changes_an_entry_or_is_noticed(count in 1..20_u64, at in 0..10_000_usize, bit in 0..8_u8) {
            let entries = entries(count);
            let mut bytes = entry_bundle(&entries);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert_ne!(read_entry_bundle(&bytes, count), Ok(entries));
        }

        /// The tiles of a log are those that its tree has, each hash once on its level.
        #[test]
        fn the_tiles_of_a_log_are_all_there_and_lead_to_its_entries(size in 0..1200_u64) {
            let entries = entries(size);
            let mut tree = Tree::default();
            entries.iter().for_each(|entry| tree.push(entry.leaf()));
            let mut leaves = 0;
            for tile in Tile::hashes(size) {
                let level = tile.level.unwrap();
                let bytes = hash_tile(&tree, level, tile.index, tile.width);
                prop_assert!(bytes.is_some(), "{tile:?}");
                let hashes = read_hash_tile(&bytes.unwrap(), tile.width).unwrap();
                leaves += if level == 0 { hashes.len() as u64 } else { 0 };
            }
            prop_assert_eq!(leaves, size);
            let bundled: u64 = Tile::bundles(size).map(|bundle| bundle.width).sum();
            prop_assert_eq!(bundled, size);
        }
    }

    #[test]
    fn paths_are_written_as_the_specification_writes_them() {
        let tile = |level, index, width| Tile { level, index, width }.path();
        assert_eq!(tile(Some(0), 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile(Some(1), 1_234_067, 8), "tile/1/x001/x234/067.p/8");
        assert_eq!(tile(None, 0, 1), "tile/entries/000.p/1");
        assert_eq!(tile(None, 1000, 256), "tile/entries/x001/000");
    }

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
