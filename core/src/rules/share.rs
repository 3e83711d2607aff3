//! Exact shares of delegates.

use std::fmt;

use num_rational::Ratio;

/// An exact, non-negative number of delegates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(Ratio<u64>);

impl Share {
    /// `people` × `delegates` ÷ `attendees`; zero where nobody attended.
    #[must_use]
    pub fn new(people: u32, delegates: u32, attendees: u32) -> Self {
        if attendees == 0 {
            return Self(Ratio::from_integer(0));
        }
        Self(Ratio::new(u64::from(people) * u64::from(delegates), u64::from(attendees)))
    }

    /// Numerator in lowest terms.
    #[must_use]
    pub const fn numerator(self) -> u64 {
        *self.0.numer()
    }

    /// Denominator in lowest terms, not 0.
    #[must_use]
    pub const fn denominator(self) -> u64 {
        *self.0.denom()
    }

    /// The nearest whole number, halves up.
    #[must_use]
    pub fn rounded(self) -> u64 {
        self.0.round().to_integer()
    }

    /// How far `awarded` delegates exceed the share; negative where they fall short of it.
    pub(crate) fn excess(self, awarded: u32) -> Ratio<i128> {
        let share = Ratio::new_raw(i128::from(*self.0.numer()), i128::from(*self.0.denom()));
        Ratio::from_integer(i128::from(awarded)) - share
    }
}

/// With four decimals, halves up: `4.8722`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = Ratio::new_raw(u128::from(*self.0.numer()), u128::from(*self.0.denom()));
        let scaled = (wide * 10_000).round().to_integer();
        write!(f, "{}.{:04}", scaled / 10_000, scaled % 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_up_and_show_four_decimals() {
        assert_eq!(Share::new(1, 5, 2).rounded(), 3);
        assert_eq!(Share::new(4, 5, 8).rounded(), 3);
        assert_eq!(Share::new(249, 1, 100).rounded(), 2);
        assert_eq!(Share::new(245, 14, 704).to_string(), "4.8722");
        assert_eq!(Share::new(1, 1, 20_000).to_string(), "0.0001");
        assert_eq!(Share::new(9, 9, 0).to_string(), "0.0000");
    }

    #[test]
    fn equal_shares_are_equal_however_they_are_written() {
        assert_eq!(Share::new(1, 4, 2), Share::new(2, 2, 2));
        assert!(Share::new(1, 4, 3) < Share::new(1, 4, 2));
    }
}
