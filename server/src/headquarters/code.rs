//! Printed one-time codes: eight letters and digits in two groups, each good for one sign-in.

use std::fmt;

use ring::hmac;

/// How many a person is given at a time.
pub const CODES: usize = 10;

/// What is kept of a code.
///
/// It is no secret of its own strength (40 bits): whoever holds the private store and a person's password has the person's key
/// already, and a code adds nothing to that. It is for a password that was seen or guessed elsewhere.
pub type CodeHash = [u8; 32];

/// Crockford's base 32: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARS: usize = 8;

/// A code, as it is printed and typed. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode([u8; CHARS]);

impl OneTimeCode {
    /// The code of five random bytes.
    #[must_use]
    pub fn new(random: [u8; 5]) -> Self {
        let mut bits = random.iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        let mut chars = [0; CHARS];
        for char in chars.iter_mut().rev() {
            *char = ALPHABET[(bits & 31) as usize];
            bits >>= 5;
        }
        Self(chars)
    }

    /// Reads a code as people type it: in small letters, without the hyphen, with O for 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let typed = text.chars().filter(|char| !matches!(char, ' ' | '-'));
        let chars: Vec<u8> = typed
            .take(CHARS + 1)
            .map(|char| match char.to_ascii_uppercase() {
                'O' => Some(b'0'),
                'I' | 'L' => Some(b'1'),
                char => u8::try_from(char).ok().filter(|byte| ALPHABET.contains(byte)),
            })
            .collect::<Option<_>>()?;
        Some(Self(chars.try_into().ok()?))
    }

    /// What is kept of it, with its account's salt.
    #[must_use]
    pub fn hash(&self, salt: &[u8]) -> CodeHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&key(salt), &self.0).as_ref());
        hash
    }

    /// Which of these hashes is that of the code. All are looked at, however soon one fits.
    #[must_use]
    pub fn find(&self, salt: &[u8], hashes: &[CodeHash]) -> Option<CodeHash> {
        let key = key(salt);
        let fits = |hash: &CodeHash| hmac::verify(&key, &self.0, hash.as_slice()).is_ok();
        hashes.iter().fold(None, |found, hash| if fits(hash) { Some(*hash) } else { found })
    }
}

fn key(salt: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, salt)
}

impl fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, &char) in self.0.iter().enumerate() {
            let hyphen = if index == CHARS / 2 { "-" } else { "" };
            write!(f, "{hyphen}{}", char::from(char))?;
        }
        Ok(())
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = OneTimeCode::new([0x00, 0x44, 0x32, 0xff, 0x1f]);
        assert_eq!(code.to_string(), "0123-5ZRZ");
        for typed in ["0123-5ZRZ", "o123 5zrz", "0l235zrz", " 01235ZRZ "] {
            assert_eq!(OneTimeCode::parse(typed).as_ref(), Some(&code), "{typed}");
        }
        for wrong in ["", "0123-5ZR", "0123-5ZRZ0", "0123-5ZRU", "0123-5ZRé"] {
            assert_eq!(OneTimeCode::parse(wrong), None, "{wrong}");
        }
        assert!(!format!("{code:?}").contains('Z'));
    }

    #[test]
    fn a_code_is_found_among_those_of_its_account() {
        let codes = [[1; 5], [2; 5], [3; 5]].map(OneTimeCode::new);
        let hashes: Vec<_> = codes.iter().map(|code| code.hash(b"salt")).collect();
        assert_eq!(codes[1].find(b"salt", &hashes), Some(hashes[1]));
        assert_eq!(codes[1].find(b"other", &hashes), None);
        assert_eq!(OneTimeCode::new([4; 5]).find(b"salt", &hashes), None);
    }
}
