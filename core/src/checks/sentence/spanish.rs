//! In Spanish.

use super::Told;
use crate::checks::{RuleId, Variant};

pub(super) fn sentence(told: &Told<'_>) -> String {
    let (group, other) = (told.group(), told.other_group());
    let (entered, expected) = (told.number(0), told.number(1));
    let difference = entered.abs_diff(expected);
    match (told.finding.rule, told.finding.variant) {
        (RuleId::C01, Variant::Fewer) => format!(
            "La primera alineación suma {} y la asistencia es {expected}: faltan {difference}.",
            people(entered)
        ),
        (RuleId::C01, _) => format!(
            "La primera alineación suma {} y la asistencia es {expected}: sobran {difference}.",
            people(entered)
        ),
        (RuleId::C02, _) => format!(
            "La alineación final suma {} y la primera {expected}: sobran {difference}.",
            people(entered)
        ),
        (RuleId::C03, _) => format!(
            "{group} era viable con {} en la primera alineación y tiene {entered} en la final.",
            people(expected)
        ),
        (RuleId::C04, _) => format!(
            "{group} tiene {} en la alineación final, menos de las {expected} que pide la viabilidad.",
            people(entered)
        ),
        (RuleId::C05, _) => {
            format!("Los delegados suman {entered} y el precinto elige {expected}.")
        }
        (RuleId::C06, _) => format!(
            "La sala anunció {}; para estos conteos las reglas dan {}.",
            told.delegates(0),
            told.delegates(1)
        ),
        (RuleId::C07, Variant::ViableWithoutDelegate) => {
            format!("{group} es viable y no tiene delegado; las reglas le dan {expected}.")
        }
        (RuleId::C07, _) => {
            format!(
                "{group} tiene {} y ninguna persona en la alineación final.",
                delegates(entered)
            )
        }
        (RuleId::C08, Variant::Needless) => {
            "Hay un sorteo anotado que ningún empate de estos conteos necesitaba.".to_owned()
        }
        (RuleId::C08, _) => {
            let others = match entered.saturating_sub(2) {
                0 => String::new(),
                1 => " y 1 grupo más".to_owned(),
                more => format!(" y {more} grupos más"),
            };
            format!(
                "{group}, {other}{others} están iguales, y no hay ningún sorteo anotado que favorezca a {expected} de ellos."
            )
        }
        (RuleId::C09, _) => format!(
            "La alineación final suma {}, menos de {} de las {expected} de la primera.",
            people(entered),
            told.contest.rules.final_share_min
        ),
        (RuleId::C10, _) => format!(
            "{group} tiene {} y {}; {other} tiene {} y {}.",
            people(told.number(2)),
            delegates(entered),
            people(told.number(3)),
            delegates(expected)
        ),
    }
}

fn people(count: u32) -> String {
    if count == 1 { "1 persona".to_owned() } else { format!("{count} personas") }
}

fn delegates(count: u32) -> String {
    if count == 1 { "1 delegado".to_owned() } else { format!("{count} delegados") }
}
