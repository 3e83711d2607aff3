//! Tables of groups and their numbers, as the first page, counties and precincts have them.

use countersign_core::contest::{Contest, CountKind, OfficialDelegates};
use countersign_core::language::Language;
use countersign_core::results::Totals;
use countersign_core::rules::TenThousandths;

use super::words::{Words as _, per_cent, per_mille, whole};
use crate::publish::cells::EARLY;

/// A table of groups.
pub(super) struct Table {
    /// Titles of the columns after the group's name, each with its key.
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A column.
pub(super) struct Column {
    pub(super) title: String,
    /// The measure, without the group.
    pub(super) measure: String,
}

/// A group.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) key: String,
    /// One for each column, as people read it.
    pub(super) cells: Vec<String>,
    /// Share of the state delegate equivalents, or of the delegates where those are not known, in words and tenths of a per
    /// cent; absent before enough is released.
    pub(super) share: Option<(String, u64)>,
}

impl Column {
    fn new(title: &str, measure: &str) -> Self {
        Self { title: title.to_owned(), measure: measure.to_owned() }
    }

    /// Of a count as it was signed.
    pub(super) fn of_count(kind: CountKind, language: Language, with_early_votes: bool) -> Self {
        let title = language.count(kind);
        if with_early_votes && kind.is_of_people() {
            let room = language.say("in the room", "en la sala");
            return Self::new(&format!("{title}, {room}"), kind.as_str());
        }
        Self::new(title, kind.as_str())
    }

    /// Of the early votes of a count.
    pub(super) fn of_early(kind: CountKind, language: Language) -> Self {
        let early = language.say("early votes", "votos anticipados");
        Self::new(
            &format!("{}, {early}", language.count(kind)),
            &format!("{EARLY}{}", kind.as_str()),
        )
    }

    /// Of the sum of both, which the rules work on.
    pub(super) fn of_sum(kind: CountKind, language: Language) -> Self {
        let sum = language.say("sum", "suma");
        Self::new(&format!("{}, {sum}", language.count(kind)), &format!("sum:{}", kind.as_str()))
    }

    /// Of delegates as the rules give them.
    pub(super) fn by_the_rules(language: Language) -> Self {
        let title = language.say("Delegates by the rules", "Delegados según las reglas");
        Self::new(title, "byTheRules")
    }

    /// Of state delegate equivalents.
    pub(super) fn of_sde(language: Language) -> Self {
        let title = language.say("State delegate equivalents", "Delegados estatales equivalentes");
        Self::new(title, "sde")
    }
}

/// Whether sums of the delegates that count stand beside those that were signed: only where they may be others.
pub(in crate::publish) fn shows_official(contest: &Contest) -> bool {
    contest.count_index(CountKind::Delegates).is_some()
        && contest.release_rules().official == OfficialDelegates::Rules
}

/// What shares are of: state delegate equivalents, or delegates where those are not known.
fn worth(contest: &Contest, totals: &Totals) -> Vec<u64> {
    match contest.has_sde() {
        true => totals.sde.iter().map(|sde| sde.0).collect(),
        false => totals.delegates.clone(),
    }
}

/// Each group's share of a region, in ballot order; none where nobody has anything.
pub(in crate::publish) fn shares(contest: &Contest, totals: &Totals) -> Vec<String> {
    let worth = worth(contest, totals);
    let whole: u64 = worth.iter().sum();
    worth.into_iter().filter(|_| whole > 0).map(|part| per_cent(part, whole)).collect()
}

impl Table {
    /// The columns of a contest's sums.
    fn columns(contest: &Contest, language: Language, with_sde: bool) -> Vec<Column> {
        let early = contest.early_votes.is_some();
        let mut columns = Vec::new();
        for &kind in &contest.counts {
            columns.push(Column::of_count(kind, language, early));
            if early && kind.is_of_people() {
                columns.push(Column::of_early(kind, language));
            }
        }
        if shows_official(contest) {
            let title = language.say("Delegates that count", "Delegados que cuentan");
            columns.push(Column::new(title, "official"));
        }
        if with_sde {
            columns.push(Column::of_sde(language));
        }
        columns
    }

    /// Sums of a region. Groups stand in ballot order until shares may be shown, then the largest first; groups in which
    /// nobody ever stood come last.
    pub(super) fn of(contest: &Contest, totals: &Totals, language: Language, shares: bool) -> Self {
        let with_sde = contest.has_sde();
        let worth = worth(contest, totals);
        let whole_worth: u64 = worth.iter().sum();
        let mut order: Vec<usize> = (0..contest.groups.len()).collect();
        if shares {
            let last = |index: usize| totals.counts.last().map_or(0, |count| count[index]);
            order.sort_by_key(|&index| std::cmp::Reverse((worth[index], last(index))));
        }
        let rows = order.into_iter().map(|index| {
            let group = &contest.groups[index];
            let mut cells = Vec::new();
            for ((kind, count), early) in
                contest.counts.iter().zip(&totals.counts).zip(&totals.early)
            {
                cells.push(whole(count[index]));
                if contest.early_votes.is_some() && kind.is_of_people() {
                    cells.push(whole(early[index]));
                }
            }
            if shows_official(contest) {
                cells.push(whole(totals.delegates[index]));
            }
            if with_sde {
                cells.push(decimals(totals.sde[index]));
            }
            Row {
                name: group.full_name_in(language.code()).to_owned(),
                key: group.key.clone(),
                cells,
                share: (shares && whole_worth > 0).then(|| {
                    let share = worth[index];
                    (per_cent(share, whole_worth), per_mille(share, whole_worth))
                }),
            }
        });
        let rows = rows.collect();
        Self { columns: Self::columns(contest, language, with_sde), rows }
    }
}

/// Four decimals, thousands apart.
pub(super) fn decimals(value: TenThousandths) -> String {
    format!("{}.{:04}", whole(value.0 / 10_000), value.0 % 10_000)
}
