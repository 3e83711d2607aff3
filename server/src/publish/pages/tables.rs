//! Tables of groups and their numbers, as the first page, counties and precincts have them.

use countersign_core::contest::Contest;
use countersign_core::language::Language;
use countersign_core::results::Totals;
use countersign_core::rules::TenThousandths;

use super::words::{Words as _, per_cent, per_mille, whole};

/// A table of groups.
pub(super) struct Table {
    /// Titles of the columns after the group's name, each with its key.
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A column.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) measure: &'static str,
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

impl Table {
    /// The columns of a contest's sums.
    fn columns(contest: &Contest, language: Language, with_sde: bool) -> Vec<Column> {
        let counts = contest
            .counts
            .iter()
            .map(|&kind| Column { title: language.count(kind), measure: kind.as_str() });
        let mut columns: Vec<Column> = counts.collect();
        if with_sde {
            columns.push(Column {
                title: language
                    .say("State delegate equivalents", "Delegados estatales equivalentes"),
                measure: "sde",
            });
        }
        columns
    }

    /// Sums of a region. Groups stand in ballot order until shares may be shown, then the largest first; groups in which
    /// nobody ever stood come last.
    pub(super) fn of(contest: &Contest, totals: &Totals, language: Language, shares: bool) -> Self {
        let with_sde = contest.has_sde();
        let worth: Vec<u64> = match with_sde {
            true => totals.sde.iter().map(|sde| sde.0).collect(),
            false => totals.delegates.clone(),
        };
        let whole_worth: u64 = worth.iter().sum();
        let mut order: Vec<usize> = (0..contest.groups.len()).collect();
        if shares {
            let last = |index: usize| totals.counts.last().map_or(0, |count| count[index]);
            order.sort_by_key(|&index| std::cmp::Reverse((worth[index], last(index))));
        }
        let rows = order.into_iter().map(|index| {
            let group = &contest.groups[index];
            let mut cells: Vec<String> =
                totals.counts.iter().map(|count| whole(count[index])).collect();
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
