//! Invitation codes (design section 7): 20 characters that let a tablet speak for a precinct.
//!
//! Crockford base 32, in fours: the precinct's number in the package (20 bits, 4 characters), a secret (75 bits,
//! 15 characters), a check character. The check character makes every single wrong character and every two
//! neighbours exchanged a code that does not fit, so that a slip is told at once and offline.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use ring::hkdf;

use crate::crypto::SigningKey;
use crate::id::{KeyId, PrecinctNumber};

/// Characters of a code, without separators.
pub const CODE_CHARS: usize = 20;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PRECINCT_CHARS: usize = 4;

/// An invitation code. `Debug` does not show it; `Display` is for printing it on an invitation.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode {
    /// Values below 32.
    chars: [u8; CODE_CHARS],
}

/// A text that is no invitation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not 20 characters of the alphabet.
    #[error("a code has 20 letters and digits")]
    Format,
    /// The check character does not fit.
    #[error("the check character does not fit: one character is wrong or two are exchanged")]
    Slip,
}

/// What a QR on an invitation says beyond the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationLink {
    /// The code.
    pub code: InvitationCode,
    /// Where the server is: `https://host[:port]`.
    pub address: String,
    /// Id of the party key: what a package must be signed by.
    pub party: KeyId,
}

impl InvitationCode {
    /// The code of a precinct and a secret; the secret's lowest 75 bits are used (big-endian).
    ///
    /// # Panics
    /// When the number has more than 20 bits.
    #[must_use]
    pub fn new(precinct: PrecinctNumber, secret: &[u8; 10]) -> Self {
        assert!(precinct.0 < 1 << 20, "a precinct's number has 20 bits");
        let mut chars = [0; CODE_CHARS];
        for (i, char) in chars[..PRECINCT_CHARS].iter_mut().enumerate() {
            *char = ((precinct.0 >> (15 - 5 * i)) & 31) as u8;
        }
        let mut wide = [0; 16];
        wide[6..].copy_from_slice(secret);
        let wide = u128::from_be_bytes(wide);
        for (i, char) in chars[PRECINCT_CHARS..CODE_CHARS - 1].iter_mut().enumerate() {
            *char = ((wide >> (70 - 5 * i)) & 31) as u8;
        }
        chars[CODE_CHARS - 1] = check_char(&chars);
        Self { chars }
    }

    /// Reads a code as people type it: case, spaces and dashes do not matter; O is 0, I and L are 1.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut chars = [0; CODE_CHARS];
        let mut count = 0;
        for char in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
            *chars.get_mut(count).ok_or(CodeError::Format)? =
                value(char).ok_or(CodeError::Format)?;
            count += 1;
        }
        if count != CODE_CHARS {
            return Err(CodeError::Format);
        }
        if chars[CODE_CHARS - 1] == check_char(&chars) {
            Ok(Self { chars })
        } else {
            Err(CodeError::Slip)
        }
    }

    /// The precinct it is for.
    #[must_use]
    pub fn precinct(&self) -> PrecinctNumber {
        let number = self.chars[..PRECINCT_CHARS]
            .iter()
            .fold(0, |number, &char| number << 5 | u32::from(char));
        PrecinctNumber(number)
    }

    /// The invitation key: whoever knows the code has it, the server keeps only its public half.
    #[must_use]
    pub fn key(&self, contest: &str) -> SigningKey {
        SigningKey::from_seed(&self.derive(contest, "enrol"))
    }

    /// HKDF-SHA-256 of the secret; salt: the contest's id.
    fn derive(&self, contest: &str, info: &str) -> [u8; 32] {
        let wide = self.chars[PRECINCT_CHARS..CODE_CHARS - 1]
            .iter()
            .fold(0_u128, |wide, &char| wide << 5 | u128::from(char));
        let secret = &wide.to_be_bytes()[6..];
        let mut out = [0; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, contest.as_bytes())
            .extract(secret)
            .expand(&[info.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut out))
            .expect("32 bytes are within what HKDF-SHA-256 gives");
        out
    }
}

impl fmt::Display for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &char) in self.chars.iter().enumerate() {
            if i > 0 && i % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(ALPHABET[usize::from(char)]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvitationCode(precinct {}, …)", self.precinct())
    }
}

impl InvitationLink {
    /// The link's text. The code stands behind `#`, so that a browser which opens it does not tell a server.
    #[must_use]
    pub fn to_text(&self) -> String {
        let code: String = self.code.to_string().replace('-', "");
        let party = BASE32_NOPAD.encode(&self.party.0);
        format!("{}/i#{code}.{party}", self.address)
    }

    /// Reads a link; `None` when it is none.
    ///
    /// # Errors
    /// [`CodeError`] when it is a link whose code is damaged.
    pub fn parse(text: &str) -> Result<Option<Self>, CodeError> {
        let Some((address, rest)) = text.trim().split_once("/i#") else {
            return Ok(None);
        };
        let (code, party) = rest.split_once('.').ok_or(CodeError::Format)?;
        let party = BASE32_NOPAD
            .decode(party.to_ascii_uppercase().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(CodeError::Format)?;
        Ok(Some(Self {
            code: InvitationCode::parse(code)?,
            address: address.to_owned(),
            party: KeyId(party),
        }))
    }
}

fn value(char: char) -> Option<u8> {
    let char = match char.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let byte = u8::try_from(char).ok()?;
    let at = ALPHABET.iter().position(|&a| a == byte)?;
    u8::try_from(at).ok()
}

/// Sum of each character times a different power of x in GF(32) (x⁵ = x² + 1): two errors that cancel would have to
/// be more than one character apart.
fn check_char(chars: &[u8; CODE_CHARS]) -> u8 {
    chars[..CODE_CHARS - 1].iter().fold(0, |sum, &char| times_x(sum ^ char))
}

fn times_x(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { (doubled ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_survives_print_and_retyping(number in 0_u32..1 << 20, secret: [u8; 10]) {
            let code = InvitationCode::new(PrecinctNumber(number), &secret);
            prop_assert_eq!(code.precinct().0, number);
            let text = code.to_string();
            prop_assert_eq!(text.len(), 24);
            prop_assert_eq!(&InvitationCode::parse(&text).unwrap(), &code);
            prop_assert_eq!(&InvitationCode::parse(&text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l")).unwrap(), &code);
        }

        #[test]
        fn every_wrong_character_and_every_exchange_of_neighbours_is_noticed(secret: [u8; 10], at in 0..CODE_CHARS, other in 0_u8..32) {
            let code = InvitationCode::new(PrecinctNumber(1170), &secret);
            let mut wrong = code.clone();
            wrong.chars[at] = other;
            if wrong != code {
                prop_assert_eq!(InvitationCode::parse(&wrong.to_string()), Err(CodeError::Slip));
            }
            let mut exchanged = code.clone();
            exchanged.chars.swap(at, (at + 1).min(CODE_CHARS - 1));
            if exchanged != code {
                prop_assert_eq!(InvitationCode::parse(&exchanged.to_string()), Err(CodeError::Slip));
            }
        }
    }

    #[test]
    fn the_key_depends_on_secret_and_contest() {
        let code = InvitationCode::new(PrecinctNumber(7), &[1; 10]);
        let other = InvitationCode::new(PrecinctNumber(7), &[2; 10]);
        assert_eq!(code.key("a").public(), code.key("a").public());
        assert_ne!(code.key("a").public(), code.key("b").public());
        assert_ne!(code.key("a").public(), other.key("a").public());
    }

    #[test]
    fn a_link_is_read_back() {
        let link = InvitationLink {
            code: InvitationCode::new(PrecinctNumber(3), &[5; 10]),
            address: "https://reports.example.org".to_owned(),
            party: KeyId([9; 16]),
        };
        assert_eq!(InvitationLink::parse(&link.to_text()), Ok(Some(link.clone())));
        assert_eq!(InvitationLink::parse("0000-0000"), Ok(None));
    }
}
