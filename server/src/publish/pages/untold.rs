//! Sentences that follow neither from the log nor from the time of making: what witnesses did, and when pages are made anew. Pages have
//! them in elements that end with `data-untold`, and whoever verifies leaves them out: so nothing else than they may stand there.
//! They are made and recognized by the same patterns.

use chrono::{NaiveDateTime, TimeZone as _};
use chrono_tz::{OffsetName as _, TZ_VARIANTS};
use countersign_core::language::Language;

use super::words::{MONTHS, local, read_whole};

/// What stands for a number, a time, and names of witnesses in patterns.
const NUMBER: char = '#';
const TIME: char = '@';
const NAMES: char = '&';
const SLOTS: [char; 3] = [NUMBER, TIME, NAMES];

/// What stands between names.
const BETWEEN_NAMES: &str = ", ";

/// A sentence in English and in Spanish, in both with the same slots in the same order.
#[derive(Clone, Copy)]
pub(super) struct Sentence(&'static str, &'static str);

pub(super) const NOBODY_COSIGNS: Sentence =
    Sentence("Nobody cosigns this log", "Nadie cofirma este registro");
pub(super) const COSIGN: Sentence =
    Sentence("# of # witnesses cosign this log", "# de # testigos cofirman este registro");
pub(super) const WITNESSED: Sentence = Sentence(
    "# of # witnesses have cosigned it (# needed)",
    "# de # testigos lo han cofirmado (# necesarios)",
);
pub(super) const NOT_WITNESSED: Sentence = Sentence(
    "NOT WITNESSED. Silent: & (# of # have cosigned it, # needed)",
    "SIN TESTIGOS. En silencio: & (# de # lo han cofirmado, # necesarios)",
);
pub(super) const COSIGNED: Sentence = Sentence(
    "cosigned up to entry #, last at @",
    "cofirmó hasta la entrada #, por última vez el @",
);
pub(super) const COSIGNED_NOTHING: Sentence =
    Sentence("has cosigned nothing", "no ha cofirmado nada");
pub(super) const SILENT: Sentence = Sentence(" · silent now", " · ahora en silencio");
pub(super) const SILENT_SINCE: Sentence =
    Sentence(" · silent now, since @", " · ahora en silencio, desde @");
pub(super) const SERVED: Sentence = Sentence(
    "This page is made anew whenever something happens, and by @ at the latest, also when nothing does.",
    "Esta página se rehace cuando pasa algo, y a más tardar el @ aunque no pase nada.",
);
pub(super) const COPIED_AGAIN: Sentence = Sentence(
    "This is a copy of @. The next one comes by @, also when nothing happens.",
    "Esta es una copia del @. La siguiente llega a más tardar el @, aunque no pase nada.",
);
pub(super) const COPIED_ONCE: Sentence = Sentence(
    "This is a copy of @. It does not renew itself: what came later is not in it.",
    "Esta es una copia del @. No se renueva sola: lo que vino después no está en ella.",
);

/// Stands in the place of what is said of a silent witness.
const NOT_SILENT: Sentence = Sentence("", "");

/// All of them, by places: those of which one stands in the same place, as witnesses and whoever makes the page will have it.
const PLACES: [&[Sentence]; 6] = [
    &[NOBODY_COSIGNS],
    &[COSIGN],
    &[WITNESSED, NOT_WITNESSED],
    &[COSIGNED, COSIGNED_NOTHING],
    &[SILENT, SILENT_SINCE, NOT_SILENT],
    &[SERVED, COPIED_AGAIN, COPIED_ONCE],
];

impl Sentence {
    const fn pattern(self, language: Language) -> &'static str {
        match language {
            Language::English => self.0,
            Language::Spanish => self.1,
        }
    }

    /// The sentence with what belongs into its slots, in their order.
    pub(super) fn say(self, language: Language, of: &[String]) -> String {
        let mut of = of.iter();
        let mut said = String::new();
        for sign in self.pattern(language).chars() {
            match of.as_slice() {
                [next, ..] if SLOTS.contains(&sign) => {
                    said.push_str(next);
                    of.next();
                }
                _ => said.push(sign),
            }
        }
        said
    }
}

/// Names as they stand in a sentence.
pub(super) fn names(names: &[&str]) -> String {
    names.join(BETWEEN_NAMES)
}

/// What stands in the slots of a pattern, with what each is for; `None` where a text is not of that pattern.
fn slots<'t>(mut pattern: &str, mut text: &'t str) -> Option<Vec<(char, &'t str)>> {
    let mut found = Vec::new();
    while let Some(at) = pattern.find(SLOTS) {
        text = text.strip_prefix(&pattern[..at])?;
        let mut rest = pattern[at..].chars();
        let slot = rest.next()?;
        pattern = rest.as_str();
        let next = &pattern[..pattern.find(SLOTS).unwrap_or(pattern.len())];
        let end = if next.is_empty() { text.len() } else { text.find(next)? };
        found.push((slot, &text[..end]));
        text = &text[end..];
    }
    (pattern == text).then_some(found)
}

/// What stands in the slots of whichever of some sentences a text is.
fn any<'t>(
    sentences: &[Sentence],
    language: Language,
    text: &'t str,
) -> Option<Vec<(char, &'t str)>> {
    sentences.iter().find_map(|one| slots(one.pattern(language), text))
}

/// Whether a slot holds what it is for. Whoever is named as a witness is not looked at.
fn fits(language: Language, (slot, text): (char, &str)) -> bool {
    match slot {
        NUMBER => read_whole(text).is_some(),
        TIME => is_time(text, language),
        _ => true,
    }
}

/// Whether a text is one of these sentences.
pub(crate) fn is_one(text: &str) -> bool {
    let is = |language| {
        let slots = PLACES.iter().find_map(|place| any(place, language, text));
        slots.is_some_and(|slots| slots.into_iter().all(|slot| fits(language, slot)))
    };
    Language::ALL.into_iter().any(is)
}

/// Whether a text may stand where somebody who knows of no cosignature has to write `ours`: a sentence for that place in that language, of
/// as many witnesses, of whom as many are needed, and which names none but those.
pub(crate) fn may_stand_for(ours: &str, text: &str) -> bool {
    let may = |language: Language| {
        let both = PLACES.iter().find_map(|place| {
            any(place, language, ours).map(|ours| (ours, any(place, language, text)))
        });
        let Some((ours, Some(theirs))) = both else { return false };
        let of = |slots: &[(char, &str)], kind| {
            let texts = slots.iter().filter(|(slot, _)| *slot == kind);
            texts.map(|(_, text)| (*text).to_owned()).collect::<Vec<String>>()
        };
        // The first number is how many cosigned, or up to where one did; those after it follow from the contest.
        let (our_numbers, their_numbers) = (of(&ours, NUMBER), of(&theirs, NUMBER));
        let agree = match (&our_numbers[..], &their_numbers[..]) {
            ([_, all, ..], [cosigned, ..]) => {
                our_numbers[1..] == their_numbers[1..] && read_whole(cosigned) <= read_whole(all)
            }
            _ => true,
        };
        let our_names = of(&ours, NAMES);
        let mut known = our_names.iter().flat_map(|names| names.split(BETWEEN_NAMES));
        let their_names = of(&theirs, NAMES);
        let mut named = their_names.iter().flat_map(|names| names.split(BETWEEN_NAMES));
        agree
            && named.all(|name| known.any(|one| one == name))
            && theirs.into_iter().all(|slot| fits(language, slot))
    };
    Language::ALL.into_iter().any(may)
}

/// Whether a text is a time as pages write it, in some time zone.
fn is_time(text: &str, language: Language) -> bool {
    let Some((at, zone)) = text.rsplit_once(' ') else { return false };
    let read = match language {
        Language::English => NaiveDateTime::parse_from_str(at, "%b %d, %Y, %I:%M %p").ok(),
        Language::Spanish => read_spanish(at),
    };
    let is_of = |read: NaiveDateTime| {
        let named = |one: &chrono_tz::Tz| {
            let there = one.from_local_datetime(&read);
            let all = [there.earliest(), there.latest()];
            all.into_iter().flatten().any(|at| at.offset().abbreviation() == Some(zone))
        };
        local(language, &read) == at && TZ_VARIANTS.iter().any(named)
    };
    read.is_some_and(is_of)
}

fn read_spanish(text: &str) -> Option<NaiveDateTime> {
    let (day, rest) = text.split_once(' ')?;
    let (month, rest) = rest.split_once(' ')?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    NaiveDateTime::parse_from_str(&format!("{day} {month} {rest}"), "%d %m %Y, %H:%M").ok()
}

#[cfg(test)]
mod tests {
    use super::super::words::Words as _;
    use super::*;

    #[test]
    fn every_sentence_is_recognized_as_it_is_made() {
        let zones = [chrono_tz::America::Chicago, chrono_tz::Asia::Kolkata];
        for (language, zone) in Language::ALL.into_iter().zip(zones) {
            for sentence in PLACES.concat() {
                let slots = sentence.pattern(language).chars().filter(|sign| SLOTS.contains(sign));
                let of: Vec<String> = slots
                    .map(|slot| match slot {
                        NUMBER => "1,765".to_owned(),
                        TIME => language.time(1_580_961_660_000, zone),
                        _ => names(&["a.example.org", "b"]),
                    })
                    .collect();
                let said = sentence.say(language, &of);
                assert!(!said.contains(SLOTS) && is_one(&said), "{said}");
                assert!(may_stand_for(&said, &said), "{said}");
                // A word more, before and behind.
                for more in [format!("{said} CORRECTED"), format!("CORRECTED {said}")] {
                    assert!(!is_one(&more) && !may_stand_for(&said, &more), "{more}");
                }
            }
        }
    }

    #[test]
    fn slots_have_no_room_for_words() {
        for text in [
            "Red 45 of 3 witnesses cosign this log",
            "2 of 3, and Red won, witnesses cosign this log",
            "1765 of 3 witnesses cosign this log",
            "This is a copy of today. It does not renew itself: what came later is not in it.",
            "cosigned up to entry 5, last at Feb 5, 2020, 10:01 PM RED",
            "cosigned up to entry 5, last at Feb 05, 2020, 10:01 PM CST",
            "cosigned up to entry 5, last at Feb 5, 2020, 10:01 PM. Red won. CST",
            "cofirmó hasta la entrada 5, por última vez el 5 red 2020, 22:01 CST",
        ] {
            assert!(!is_one(text), "{text}");
        }
    }

    #[test]
    fn what_follows_from_the_contest_is_compared() {
        let ours = "NOT WITNESSED. Silent: a, b, c (0 of 3 have cosigned it, 2 needed)";
        for may in [
            "NOT WITNESSED. Silent: a, c (1 of 3 have cosigned it, 2 needed)",
            "2 of 3 witnesses have cosigned it (2 needed)",
        ] {
            assert!(may_stand_for(ours, may), "{may}");
        }
        for may_not in [
            "",
            "NOT WITNESSED. Silent: d (1 of 3 have cosigned it, 2 needed)",
            "NOT WITNESSED. Silent: a, a, a (0 of 3 have cosigned it, 2 needed)",
            "NOT WITNESSED. Silent: the result is false (0 of 3 have cosigned it, 2 needed)",
            "2 of 3 witnesses have cosigned it (1 needed)",
            "4 of 3 witnesses have cosigned it (2 needed)",
            "9 of 9 witnesses have cosigned it (2 needed)",
            "2 de 3 testigos lo han cofirmado (2 necesarios)",
            "2 of 3 witnesses cosign this log",
            "has cosigned nothing",
        ] {
            assert!(!may_stand_for(ours, may_not), "{may_not}");
        }
        assert!(may_stand_for(" · silent now", ""));
        assert!(!may_stand_for("Nobody cosigns this log", "1 of 1 witnesses cosign this log"));
    }
}
