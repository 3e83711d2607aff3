//! Accounts of headquarters, made as the admin makes them.

use super::Party;
use crate::error::Doing;
use crate::{Error, Result};

/// The password of everybody at headquarters.
pub const PASSWORD: &str = "three plain words";

impl Party {
    /// Makes an account, and has the party say what the person may do; their one-time codes, the next one last.
    ///
    /// # Errors
    ///
    /// When the server's program refuses.
    pub fn account(&self, number: u32, name: &str, role: &str) -> Result<Vec<String>> {
        let password = self.folder.join("password");
        std::fs::write(&password, format!("{PASSWORD}\n")).doing("writing a password")?;
        let (number, keys) = (number.to_string(), self.keys());
        let output = self.program(&[
            &"people",
            &"account",
            &"--data",
            &self.data(),
            &"--keys",
            &keys,
            &"--number",
            &number,
            &"--name",
            &name,
            &"--role",
            &role,
            &"--password-file",
            &password,
            &"--party-key",
            &keys.join("party/party.key"),
        ])?;
        let text = String::from_utf8_lossy(&output.stdout);
        // `   1.  ABCD-EFGH`
        let code = |line: &str| {
            let (number, code) = line.trim().split_once(".  ")?;
            number.parse::<u32>().ok().map(|_| code.trim().to_owned())
        };
        let codes: Vec<String> = text.lines().rev().filter_map(code).collect();
        if codes.is_empty() {
            return Err(Error::Unexpected(format!("no codes for {name}: {text}")));
        }
        Ok(codes)
    }
}
