//! Making an account, and opening one: the person's key is sealed by their password, and whoever signs in gives a printed
//! one-time code besides, or shows a passkey (`passkey/`).
//!
//! A code is used up by a sign-in in which both were right, and by nothing else. So a thief of the printed codes without the
//! password uses up none of them and sees no difference between a code that is good, used or made up; a thief of the password
//! without the codes is answered as if the password were wrong, after the same time. Only who has both learns anything, and the
//! person whose code is gone then notices it. A passkey is answered in the same way: its signature is looked at after the password
//! was tried, whether or not that was right.

use countersign_core::crypto::SigningKey;
use countersign_core::seal::{Cost, NONCE_BYTES, SALT_BYTES, SealError, SealKey, Sealed};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::code::{CODES, CodeHash, OneTimeCode};
use crate::keys::{KeyError, generate};
use crate::store::Account;

/// Fewest and most characters of a password.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=200;

/// Most characters of a name.
const NAME_CHARS_MAX: usize = 60;

/// An account that cannot be made as asked.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The password is too short or too long.
    #[error(
        "a password has {} to {} characters: a few words that belong to nothing else are good",
        PASSWORD_CHARS.start(),
        PASSWORD_CHARS.end()
    )]
    Password,
    /// The name is no line of text.
    #[error("a name is one line of 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// No key could be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The machine gives no randomness.
    #[error("the machine gives no randomness")]
    Random,
    /// Nothing could be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl AccountError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Random)
    }
}

/// An account that is to be kept, with what is shown once.
pub struct NewAccount {
    /// What is kept.
    pub account: Account,
    /// Its codes, to be printed.
    pub codes: Vec<OneTimeCode>,
}

impl NewAccount {
    /// Makes a key, seals it by the password, and makes codes.
    ///
    /// # Errors
    /// [`AccountError`].
    pub fn make(number: u32, name: &str, password: &str, cost: Cost) -> Result<Self, AccountError> {
        let name = name.trim();
        let is_line = !name.contains(char::is_control);
        if !is_line || !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) {
            return Err(AccountError::Name);
        }
        if !PASSWORD_CHARS.contains(&password.chars().count()) {
            return Err(AccountError::Password);
        }
        let pkcs8 = Zeroizing::new(generate()?);
        let key = SigningKey::from_pkcs8(&pkcs8).map_err(|_| AccountError::Random)?;
        let salt: [u8; SALT_BYTES] = random()?;
        let nonce: [u8; NONCE_BYTES] = random()?;
        let sealed =
            SealKey::stretch(password, &salt, cost)?.seal(&place(number), &pkcs8, nonce)?;
        let account = Account {
            number,
            name: name.to_owned(),
            public: key.public(),
            cost,
            salt: salt.to_vec(),
            sealed,
            locked: false,
            unlocked: 0,
        };
        Ok(Self { account, codes: new_codes()? })
    }

    /// What is kept of its codes.
    #[must_use]
    pub fn code_hashes(&self) -> Vec<CodeHash> {
        self.codes.iter().map(|code| code.hash(&self.account.salt)).collect()
    }
}

/// As many codes as a person has.
///
/// # Errors
/// [`AccountError::Random`].
pub fn new_codes() -> Result<Vec<OneTimeCode>, AccountError> {
    (0..CODES).map(|_| Ok(OneTimeCode::new(random()?))).collect()
}

/// How a name is looked up: whoever signs in need not remember how it was capitalised.
#[must_use]
pub fn sign_in_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What the private key is sealed for.
fn place(number: u32) -> Vec<u8> {
    format!("countersign person 1 {number}").into_bytes()
}

/// Bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N], AccountError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| AccountError::Random)?;
    Ok(bytes)
}

/// Tries a password, and what is asked for beside it; what both give. It takes the same time whether there is an account, and
/// whichever of the two is wrong: `second` is always asked. Costly: to be run where nobody waits for the thread.
pub(super) fn open<T>(
    account: Option<&Account>,
    password: &str,
    second: impl FnOnce() -> Option<T>,
) -> Result<Option<(SigningKey, T)>, SealError> {
    let (cost, salt, number) = match account {
        Some(account) => (account.cost, account.salt.as_slice(), account.number),
        None => (Cost::default(), NO_SALT.as_slice(), 0),
    };
    let nobody = Sealed { nonce: vec![0; NONCE_BYTES], bytes: vec![0; 64] };
    let sealed = account.map_or(&nobody, |account| &account.sealed);
    let opened = SealKey::stretch(password, salt, cost)?.open(&place(number), sealed)?;
    let second = second();
    let locked = account.is_none_or(|account| account.locked);
    let (Some(pkcs8), Some(second), false) = (opened, second, locked) else { return Ok(None) };
    Ok(SigningKey::from_pkcs8(&pkcs8).ok().map(|key| (key, second)))
}

/// Which of an account's codes was typed.
pub(super) fn code_of(
    account: Option<&Account>,
    codes: &[CodeHash],
    typed: &str,
) -> Option<CodeHash> {
    let salt = account.map_or(NO_SALT.as_slice(), |account| account.salt.as_slice());
    OneTimeCode::parse(typed)?.find(salt, codes)
}

/// The salt of an account that is not there.
const NO_SALT: [u8; SALT_BYTES] = [0; SALT_BYTES];

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn password_and_code_together_open_an_account_and_neither_alone() {
        let made = NewAccount::make(7, "reviewer", "seven words", CHEAP).unwrap();
        let (account, hashes) = (&made.account, made.code_hashes());
        let code = made.codes[3].to_string();
        let open = |account: Option<&Account>, password: &str, code: &str| {
            open(account, password, || code_of(account, &hashes, code)).unwrap()
        };
        let (key, used) = open(Some(account), "seven words", &code).unwrap();
        assert_eq!(key.public(), account.public);
        assert_eq!(used, hashes[3]);
        assert!(
            open(Some(account), "seven words", &code.to_lowercase().replace('-', " ")).is_some()
        );
        assert!(open(Some(account), "seven worlds", &code).is_none());
        assert!(open(Some(account), "seven words", "0000-0000").is_none());
        assert!(open(None, "seven words", &code).is_none());
        let locked = Account { locked: true, ..account.clone() };
        assert!(open(Some(&locked), "seven words", &code).is_none());
        let other = Account { number: 8, ..account.clone() };
        assert!(open(Some(&other), "seven words", &code).is_none(), "sealed for person 7");
    }

    #[test]
    fn names_and_passwords_have_limits() {
        let make = |name: &str, password: &str| NewAccount::make(1, name, password, CHEAP).err();
        assert!(make("A", "0123456789").is_none());
        assert!(matches!(make("A", "012345678"), Some(AccountError::Password)));
        assert!(matches!(make("A", &"x".repeat(201)), Some(AccountError::Password)));
        assert!(matches!(make(" ", "0123456789"), Some(AccountError::Name)));
        assert!(matches!(make("A\nB", "0123456789"), Some(AccountError::Name)));
        assert_eq!(sign_in_name(" Reviewer Seven "), "reviewer seven");
    }
}
