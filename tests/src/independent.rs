//! The program that works a night out again and shares no line with the others: `tests/independent/verify.mjs`.

use std::path::Path;
use std::process::Command;

use crate::error::Doing;
use crate::{Error, Result, places};

/// What it says of a server's address or a folder of public files, which holds; the party key is that of a package.
///
/// # Errors
///
/// When Node does not run, when something does not hold, and when something that ought to be there is not: [`Error::Program`] with what
/// the program names.
pub fn verify(from: &str, package: &Path) -> Result<String> {
    let program = places::root().join("tests/independent/verify.mjs");
    let mut command = Command::new("node");
    command.arg(&program).arg(from).arg("--party-key").arg(package);
    let output = command.output().doing("running node")?;
    if !output.status.success() {
        return Err(Error::Program {
            program: program.display().to_string(),
            status: output.status.to_string(),
            // What could not be compared is said on standard output.
            stderr: String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
