//! What a key does to a number.

use crate::api::{Key, ProblemCode};
use crate::error::Result;

/// The number after a press; `None` is empty, which is not zero.
///
/// # Errors
/// `NumberTooLarge` when it would be over `largest`; the number stays.
pub(crate) fn press(value: Option<u32>, key: Key, largest: u32) -> Result<Option<u32>> {
    let digit = |digit: u32| {
        let next = u64::from(value.unwrap_or(0)) * 10 + u64::from(digit);
        u32::try_from(next).ok().filter(|next| *next <= largest).map(Some)
    };
    let next = match key {
        Key::D0 => digit(0),
        Key::D1 => digit(1),
        Key::D2 => digit(2),
        Key::D3 => digit(3),
        Key::D4 => digit(4),
        Key::D5 => digit(5),
        Key::D6 => digit(6),
        Key::D7 => digit(7),
        Key::D8 => digit(8),
        Key::D9 => digit(9),
        Key::Delete => Some(value.filter(|value| *value >= 10).map(|value| value / 10)),
        Key::Clear => Some(None),
        Key::Minus => Some(value.map(|value| value.saturating_sub(1))),
        Key::Plus => {
            Some(value.unwrap_or(0)).filter(|value| *value < largest).map(|value| Some(value + 1))
        }
    };
    next.ok_or_else(|| ProblemCode::NumberTooLarge.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LARGEST: u32 = 100_000;

    fn typed(keys: &[Key]) -> Option<u32> {
        keys.iter().fold(None, |value, &key| press(value, key, LARGEST).unwrap_or(value))
    }

    #[test]
    fn t01_every_key_does_what_it_says() {
        use Key::*;
        assert_eq!(typed(&[D7, D0, D4]), Some(704));
        assert_eq!(typed(&[D0, D5]), Some(5));
        assert_eq!(
            typed(&[D1, D2, D3, D6, D8, D9]),
            Some(12_368),
            "the sixth digit is too much and changes nothing"
        );
        assert_eq!(typed(&[D1, D2, Delete]), Some(1));
        assert_eq!(typed(&[D0, Delete]), None, "empty, not zero");
        assert_eq!(typed(&[Delete]), None);
        assert_eq!(typed(&[D9, Clear]), None);
        assert_eq!(typed(&[Plus]), Some(1), "an empty number becomes 1");
        assert_eq!(typed(&[Minus]), None);
        assert_eq!(typed(&[D0, Minus]), Some(0));
        assert_eq!(typed(&[D1, Minus]), Some(0));
    }

    #[test]
    fn the_largest_number_can_be_reached_and_not_passed() {
        assert_eq!(press(Some(10_000), Key::D0, LARGEST).unwrap(), Some(LARGEST));
        assert!(press(Some(LARGEST), Key::Plus, LARGEST).is_err());
        assert!(press(Some(LARGEST), Key::D0, LARGEST).is_err());
        assert!(press(Some(u32::MAX), Key::D9, u32::MAX).is_err());
    }

    proptest! {
        #[test]
        fn digits_then_as_many_deletes_leave_nothing(number in 0_u32..=LARGEST) {
            let keys = [Key::D0, Key::D1, Key::D2, Key::D3, Key::D4, Key::D5, Key::D6, Key::D7, Key::D8, Key::D9];
            let text = number.to_string();
            let mut value = text.bytes().fold(None, |value, digit| press(value, keys[usize::from(digit - b'0')], LARGEST).unwrap());
            prop_assert_eq!(value, Some(number));
            for _ in 0..text.len() {
                value = press(value, Key::Delete, LARGEST).unwrap();
            }
            prop_assert_eq!(value, None);
        }
    }
}
