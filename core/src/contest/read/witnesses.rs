//! `[witnesses]` of `contest.toml`.

use crate::contest::section::Section;
use crate::contest::{Mistake, WitnessList};
use crate::log::WitnessKey;

/// Who cosigns the contest's logs. `None` where there is a mistake.
pub(super) fn witnesses(
    mut section: Section<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<WitnessList> {
    let before = mistakes.len();
    let written = section.texts("keys", mistakes);
    if written.is_empty() && mistakes.len() == before {
        let remedy = "name their verifier keys, or leave the table out";
        mistakes.push(section.mistake("keys", "witnesses.keys names nobody", remedy));
    }
    let mut keys: Vec<WitnessKey> = Vec::new();
    for (text, line) in written {
        let (what, remedy) = match text.parse::<WitnessKey>() {
            Err(error) => (
                format!("{text:?}: {error}"),
                "copy the key that the witness prints when it starts",
            ),
            Ok(key)
                if keys.iter().any(|one| one.key() == key.key() || one.name() == key.name()) =>
            {
                (
                    format!("the witness {} is named twice", key.name()),
                    "name each key and name once",
                )
            }
            Ok(key) => {
                keys.push(key);
                continue;
            }
        };
        let mut mistake = section.mistake("keys", what, remedy);
        mistake.line = line;
        mistakes.push(mistake);
    }
    if keys.len() > WitnessList::MAX {
        let what = format!("there are {} witnesses", keys.len());
        let remedy = format!("name at most {}", WitnessList::MAX);
        mistakes.push(section.mistake("keys", what, remedy));
    }
    let of = u32::try_from(keys.len()).unwrap_or(u32::MAX);
    let needed = if section.has("needed") {
        section.number("needed", 1, of.max(1), mistakes)
    } else {
        Some(WitnessList::majority(of))
    };
    section.finish(mistakes);
    (mistakes.len() == before).then_some(())?;
    Some(WitnessList { keys, needed: needed? })
}
