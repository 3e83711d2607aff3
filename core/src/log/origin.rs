//! Origins: which log a checkpoint is of, `<host>/<contest>/<room>/<n>`.

use super::checkpoint::decimal;

/// Largest origin in bytes.
const SIZE_MAX: usize = 255;

/// An origin in its two parts. Logs of one series are those of one host, contest and room; `n` grows only when a log had to
/// be begun again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    series: &'a str,
    number: u32,
}

impl<'a> Origin<'a> {
    /// Reads an origin; `None` when its last part is no number from 1 on, or it is longer than 255 bytes.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > SIZE_MAX || text.contains(|c: char| c.is_control() || c == ' ') {
            return None;
        }
        let (series, number) = text.rsplit_once('/')?;
        let number = u32::try_from(decimal(number)?).ok().filter(|&number| number > 0)?;
        (!series.is_empty()).then_some(Self { series, number })
    }

    /// Everything before the number.
    #[must_use]
    pub const fn series(&self) -> &'a str {
        self.series
    }

    /// The number of the log, from 1.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The origin of log `number` of the same series.
    #[must_use]
    pub fn numbered(&self, number: u32) -> String {
        format!("{}/{number}", self.series)
    }

    /// Whether this log took the place of `other`, or of one that took its place.
    #[must_use]
    pub fn is_after(&self, other: &Origin<'_>) -> bool {
        self.series == other.series && self.number > other.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_is_the_log_s_number() {
        let origin = Origin::parse("reports.example.org/iowa-2020/official/12").unwrap();
        assert_eq!(
            (origin.series(), origin.number()),
            ("reports.example.org/iowa-2020/official", 12)
        );
        assert_eq!(origin.numbered(13), "reports.example.org/iowa-2020/official/13");
        let next = Origin::parse("reports.example.org/iowa-2020/official/13").unwrap();
        assert!(next.is_after(&origin) && !origin.is_after(&next) && !origin.is_after(&origin));
        let other = Origin::parse("reports.example.org/iowa-2020/rehearsal/99").unwrap();
        assert!(!other.is_after(&origin));
        for bad in
            ["", "1", "/1", "a/0", "a/01", "a/+1", "a/-1", "a/", "a/4294967296", "a b/1", "a\n/1"]
        {
            assert_eq!(Origin::parse(bad), None, "{bad}");
        }
        assert_eq!(Origin::parse(&format!("{}/1", "a".repeat(254))), None);
    }
}
