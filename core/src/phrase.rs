//! The read-back phrase (design section 6): three words that stand for a report's numbers. Same phrase, same
//! numbers for the same precinct. It catches slips, not attackers.

use std::fmt::Write as _;

use bip39::Language;

use crate::id::sha256;
use crate::room::Room;

/// The phrase, words separated by one space.
///
/// It is 33 bits of the SHA-256 over the ASCII line
/// `countersign/v1/phrase <contest> <room> <precinct id> <attendees> <count> <count> …`, each count its numbers
/// separated by commas, without a line feed; the first 33 bits, 11 for each word of the English BIP-39 list.
#[must_use]
pub fn read_back_phrase(
    contest: &str,
    room: Room,
    precinct_id: &str,
    attendees: u32,
    counts: &[Vec<u32>],
) -> String {
    let mut line = format!("countersign/v1/phrase {contest} {room} {precinct_id} {attendees}");
    for count in counts {
        for (i, number) in count.iter().enumerate() {
            let separator = if i == 0 { ' ' } else { ',' };
            write!(line, "{separator}{number}").expect("writing into memory does not fail");
        }
    }
    let hash = sha256(line.as_bytes());
    let mut bits = [0; 8];
    bits.copy_from_slice(&hash[..8]);
    let bits = u64::from_be_bytes(bits) >> 31;
    let words = Language::English.word_list();
    let word = |shift: u32| words[((bits >> shift) & 2047) as usize];
    format!("{} {} {}", word(22), word(11), word(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_numbers_give_the_same_words_and_one_more_person_gives_others() {
        let counts = vec![vec![47, 166], vec![0, 245], vec![0, 5]];
        let phrase = |attendees, room| {
            read_back_phrase("iowa-2020", room, "polk-dm-055", attendees, &counts)
        };
        assert_eq!(phrase(704, Room::Official), phrase(704, Room::Official));
        assert_ne!(phrase(704, Room::Official), phrase(705, Room::Official));
        assert_ne!(phrase(704, Room::Official), phrase(704, Room::Rehearsal));
        assert_eq!(phrase(704, Room::Official).split(' ').count(), 3);
    }
}
