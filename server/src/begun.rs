//! The sentence that every page says once a log was begun again.

use countersign_core::results::LogBegunAgain;
use countersign_core::room::Room;

use crate::clock::utc;

/// In English.
#[must_use]
pub fn english(room: Room, begun: &LogBegunAgain) -> String {
    let why = match (begun.reason, &begun.why) {
        ("restored", _) => "an older copy of the server had to be used".to_owned(),
        ("lost", _) => "nothing of the old log was left".to_owned(),
        ("damaged", _) => "the old log was damaged".to_owned(),
        (_, Some(why)) => format!("\u{201c}{why}\u{201d}"),
        (code, None) => code.to_owned(),
    };
    let known = match (begun.known_size, &begun.known_root) {
        (Some(size), Some(root)) => {
            format!("The largest checkpoint known of it has {size} entries and the root {root}.")
        }
        _ => "No checkpoint of it is known.".to_owned(),
    };
    format!(
        "The log of the {room} room was begun again at {}: {why}. It brings {} entries of the old log ({}). {known}",
        utc(begun.at_ms),
        begun.carried,
        begun.from,
    )
}

/// In Spanish.
#[must_use]
pub fn spanish(room: Room, begun: &LogBegunAgain) -> String {
    let room = match room {
        Room::Official => "del caucus",
        Room::Rehearsal => "del ensayo",
    };
    let why = match (begun.reason, &begun.why) {
        ("restored", _) => "hubo que usar una copia anterior del servidor".to_owned(),
        ("lost", _) => "no quedó nada del registro anterior".to_owned(),
        ("damaged", _) => "el registro anterior estaba dañado".to_owned(),
        (_, Some(why)) => format!("«{why}»"),
        (code, None) => code.to_owned(),
    };
    let known = match (begun.known_size, &begun.known_root) {
        (Some(size), Some(root)) => format!(
            "El mayor punto de control conocido de aquel tiene {size} anotaciones y la raíz {root}."
        ),
        _ => "No se conoce ningún punto de control de aquel.".to_owned(),
    };
    format!(
        "El registro {room} se comenzó de nuevo el {}: {why}. Trae {} anotaciones del registro anterior ({}). {known}",
        utc(begun.at_ms),
        begun.carried,
        begun.from,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_when_why_and_which_log() {
        let begun = LogBegunAgain {
            at_ms: 1_580_786_005_000,
            origin: "reports.example.org/practice/official/2".to_owned(),
            from: "reports.example.org/practice/official/1".to_owned(),
            reason: "other",
            why: Some("the copy of eight".to_owned()),
            carried: 7,
            known_size: Some(9),
            known_root: Some("AAAA".to_owned()),
            message: String::new(),
        };
        for text in [english(Room::Official, &begun), spanish(Room::Official, &begun)] {
            for part in ["2020-02-04 03:13:25 UTC", "the copy of eight", "official/1", "9", "AAAA"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        let lost = LogBegunAgain {
            reason: "lost",
            why: None,
            known_size: None,
            known_root: None,
            ..begun
        };
        assert!(english(Room::Official, &lost).ends_with("No checkpoint of it is known."));
    }
}
