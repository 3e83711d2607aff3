//! The Merkle tree of RFC 6962, section 2.1: made, proven, verified.

use ring::digest::{Context, SHA256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256 of a zero byte and the entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    hash(&[&[0], entry])
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left, right])
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// A tree in memory: the hash of every complete subtree, 64 bytes for each entry in all. Any earlier size of it
/// can be asked for roots and proofs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// `levels[k][i]` covers the entries `i·2^k .. (i+1)·2^k`.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => hash = node_hash(left, right),
                _ => break,
            }
        }
    }

    /// The root of the first `size` entries; of nothing it is the hash of nothing.
    ///
    /// # Panics
    /// When `size` is more than [`Tree::size`].
    #[must_use]
    pub fn root(&self, size: u64) -> Hash {
        assert!(size <= self.size(), "root of {size} of {}", self.size());
        if size == 0 {
            return hash(&[]);
        }
        self.range(0, size)
    }

    /// The root that the tree would have with `leaves` after its newest. The tree stays as it is.
    #[must_use]
    pub fn root_with(&self, leaves: impl IntoIterator<Item = Hash>) -> Hash {
        let before = self.size();
        // The complete subtrees that lie side by side under it, the largest first: one for each bit of the size.
        let mut edge: Vec<Hash> = (0..self.levels.len())
            .rev()
            .filter(|level| (before >> level) % 2 == 1)
            .map(|level| self.levels[level][(before >> level) as usize - 1])
            .collect();
        for (size, leaf) in (before..).zip(leaves) {
            let mut hash = leaf;
            // A leaf completes as many subtrees as the size ends in ones.
            for _ in 0..size.trailing_ones() {
                let left = edge.pop().expect("each bit of the size has its subtree");
                hash = node_hash(&left, &hash);
            }
            edge.push(hash);
        }
        let right_to_left = edge.into_iter().rev();
        right_to_left.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(|| hash(&[]))
    }

    /// The inclusion proof of entry `index` in the first `size` entries, from the leaf's sibling upwards.
    /// `None` when `index < size <= self.size()` does not hold.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut lo, mut hi) = (0, size);
        let mut proof = Vec::new();
        while hi - lo > 1 {
            let middle = lo + split(hi - lo);
            if index < middle {
                proof.push(self.range(middle, hi));
                hi = middle;
            } else {
                proof.push(self.range(lo, middle));
                lo = middle;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// The consistency proof between the first `old` and the first `new` entries (RFC 6962, 2.1.2).
    /// `None` when `old <= new <= self.size()` does not hold. Empty for `old` 0 or equal sizes.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old > new || new > self.size() {
            return None;
        }
        if old == 0 || old == new {
            return Some(Vec::new());
        }
        let (mut lo, mut hi) = (0, new);
        let mut proof = Vec::new();
        // Whether the subtree lo..hi ends exactly at `old` while still on the left edge, so its hash is known.
        let mut on_edge = true;
        while hi != old {
            let middle = lo + split(hi - lo);
            if old <= middle {
                proof.push(self.range(middle, hi));
                hi = middle;
            } else {
                proof.push(self.range(lo, middle));
                lo = middle;
                on_edge = false;
            }
        }
        if !on_edge {
            proof.push(self.range(lo, hi));
        }
        proof.reverse();
        Some(proof)
    }

    /// Hashes of complete subtrees of 2^`level` entries, from the `from`th on, `count` of them; `None` where the tree
    /// does not have them.
    #[must_use]
    pub fn subtrees(&self, level: u8, from: u64, count: u64) -> Option<&[Hash]> {
        let row = self.levels.get(usize::from(level))?;
        let from = usize::try_from(from).ok()?;
        let to = from.checked_add(usize::try_from(count).ok()?)?;
        row.get(from..to)
    }

    /// Hash of the entries `lo..hi`, where `lo` is a multiple of the next power of two of `hi - lo`.
    fn range(&self, lo: u64, hi: u64) -> Hash {
        let width = hi - lo;
        if width.is_power_of_two() {
            let level = width.trailing_zeros() as usize;
            return self.levels[level][(lo >> level) as usize];
        }
        let middle = lo + split(width);
        node_hash(&self.range(lo, middle), &self.range(middle, hi))
    }
}

/// The largest power of two below `width`, which is at least 2.
fn split(width: u64) -> u64 {
    1 << (u64::BITS - 1 - (width - 1).leading_zeros())
}

/// Whether `proof` shows that `leaf` is entry `index` of the tree of `size` entries with this `root`
/// (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node % 2 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the tree of `new` entries begins with the tree of `old` entries
/// (RFC 9162, 2.1.4.2).
#[must_use]
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old > new {
        return false;
    }
    if old == 0 {
        return proof.is_empty();
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let mut rest = proof.iter();
    let seed = if old.is_power_of_two() { Some(old_root) } else { rest.next() };
    let Some(&seed) = seed else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node % 2 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (seed, seed);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node % 2 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962, 2.1, word for word and slow.
    fn slow_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => hash(&[]),
            [leaf] => *leaf,
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                node_hash(&slow_root(&leaves[..k]), &slow_root(&leaves[k..]))
            }
        }
    }

    #[test]
    fn root_of_nothing_is_the_hash_of_nothing() {
        assert_eq!(
            data_encoding::HEXLOWER.encode(&Tree::default().root(0)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn roots_and_proofs_of_every_size_up_to_70_hold_and_no_other_does() {
        let all = leaves(70);
        let mut tree = Tree::default();
        for (i, leaf) in all.iter().enumerate() {
            tree.push(*leaf);
            assert_eq!(tree.root(i as u64 + 1), slow_root(&all[..=i]));
        }
        for size in 1..=70 {
            let root = tree.root(size);
            for index in 0..size {
                let proof = tree.inclusion(index, size).unwrap();
                let leaf = all[index as usize];
                assert!(verify_inclusion(index, size, leaf, &proof, &root));
                assert!(!verify_inclusion(index + 1, size, leaf, &proof, &root));
                assert!(!verify_inclusion(index, size, leaf_hash(b"x"), &proof, &root));
                if !proof.is_empty() {
                    assert!(!verify_inclusion(index, size, leaf, &proof[1..], &root));
                }
            }
            for old in 0..=size {
                let proof = tree.consistency(old, size).unwrap();
                assert!(
                    verify_consistency(old, &tree.root(old), size, &root, &proof),
                    "{old} {size}"
                );
                if old > 0 && old < size {
                    assert!(!verify_consistency(old, &leaf_hash(b"x"), size, &root, &proof));
                    assert!(!verify_consistency(
                        old,
                        &tree.root(old),
                        size,
                        &leaf_hash(b"x"),
                        &proof
                    ));
                    assert!(!verify_consistency(old, &tree.root(old), size, &root, &proof[1..]));
                }
            }
        }
    }

    #[test]
    fn the_root_with_more_leaves_is_that_of_the_tree_with_them() {
        let all = leaves(40);
        let mut tree = Tree::default();
        for size in 0..=all.len() {
            for more in 0..=all.len() - size {
                let root = tree.root_with(all[size..size + more].iter().copied());
                assert_eq!(root, slow_root(&all[..size + more]), "{size} and {more}");
            }
            assert_eq!(tree.size(), size as u64);
            if let Some(leaf) = all.get(size) {
                tree.push(*leaf);
            }
        }
    }
}
