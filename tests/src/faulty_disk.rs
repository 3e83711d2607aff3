//! A disk that fails once, below SQLite: a chosen write of a program's databases fails or ends the program, or the power
//! fails at it.
//!
//! The C library's calls are stood in for by `faults/disk.c`, which a program under test is started with; the program
//! itself is the one that everybody runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Doing;
use crate::{Error, Result};

/// What happens to one operation: a write, a truncation or an fsync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails and was not done.
    Fails,
    /// It fails, and was done all the same.
    FailsStored,
    /// The process is killed before it.
    KilledBefore,
    /// The process is killed after it.
    KilledAfter,
    /// Before it, the power fails: the process is killed, and whatever was written since the last fsync is gone.
    PowerFails,
}

impl Fault {
    /// Each.
    pub const ALL: [Self; 5] =
        [Self::Fails, Self::FailsStored, Self::KilledBefore, Self::KilledAfter, Self::PowerFails];

    const fn name(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::FailsStored => "fails-stored",
            Self::KilledBefore => "killed-before",
            Self::KilledAfter => "killed-after",
            Self::PowerFails => "power-fails",
        }
    }
}

/// One fault of a run of a program.
#[derive(Debug, Clone, Copy)]
pub struct Strike {
    /// Which operation on the databases, from 1 at the start of the process.
    pub nth: u64,
    /// What happens to it.
    pub fault: Fault,
}

/// The library that programs are started with.
#[derive(Debug, Clone)]
pub struct FaultyDisk {
    library: PathBuf,
    /// Exists once the fault of the last run has happened.
    struck: PathBuf,
    lies: bool,
}

impl FaultyDisk {
    /// Compiles the library into `folder`.
    ///
    /// # Errors
    ///
    /// When there is no C compiler; the workspace does not build without one either.
    pub fn build(folder: &Path) -> Result<Self> {
        let (library, struck) = (folder.join("faulty_disk.so"), folder.join("struck"));
        let compiled = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/disk.c"))
            .arg("-ldl")
            .output()
            .doing("starting the C compiler")?;
        if compiled.status.success() {
            Ok(Self { library, struck, lies: false })
        } else {
            Err(Error::Unexpected(String::from_utf8_lossy(&compiled.stderr).into_owned()))
        }
    }

    /// From now on its fsync keeps nothing: a disk on which no program can keep its promises, to see that this is noticed.
    #[must_use]
    pub fn lying(self) -> Self {
        Self { lies: true, ..self }
    }

    /// Lets a program's databases below `folder` meet the fault.
    ///
    /// # Errors
    ///
    /// When the mark of an earlier one cannot be taken away.
    pub fn strike(&self, command: &mut Command, folder: &Path, strike: Strike) -> Result<()> {
        if self.has_struck() {
            std::fs::remove_file(&self.struck).doing("taking the mark of a fault away")?;
        }
        command
            .env("LD_PRELOAD", &self.library)
            .env("COUNTERSIGN_DISK_FOLDER", folder)
            .env("COUNTERSIGN_DISK_NTH", strike.nth.to_string())
            .env("COUNTERSIGN_DISK_FAULT", strike.fault.name())
            .env("COUNTERSIGN_DISK_STRUCK", &self.struck);
        if self.lies {
            command.env("COUNTERSIGN_DISK_LIES", "1");
        }
        Ok(())
    }

    /// Whether the fault of the last run happened.
    #[must_use]
    pub fn has_struck(&self) -> bool {
        self.struck.exists()
    }
}
