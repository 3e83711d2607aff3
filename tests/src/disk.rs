//! A disk of a few megabytes that can be filled: a file system in memory, mounted where only the processes started
//! on it see it. Needs Linux's user namespaces and `unshare`, `nsenter`, `mount` and `sleep`, which every Debian has.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::children::Group;
use crate::error::Doing;
use crate::wait::{self, Look};
use crate::{Error, Result};

/// Takes all the room that was left.
const BALLAST: &str = "ballast";

/// A small disk over a folder. It is gone, with all that is on it, with this handle.
#[derive(Debug)]
pub struct SmallDisk {
    keeper: Group,
    folder: PathBuf,
}

impl SmallDisk {
    /// A disk of so many kibibytes over `folder`, which is made.
    ///
    /// # Errors
    ///
    /// When this system does not let one be mounted.
    pub fn over(folder: &Path, kibibytes: u32) -> Result<Self> {
        std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
        // The namespace lives as long as a process in it.
        let script = r#"mount -t tmpfs -o "size=$1k" none "$2" && exec sleep infinity"#;
        let mut command = Command::new("unshare");
        command
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "small-disk"])
            .arg(kibibytes.to_string())
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let mut disk =
            Self { keeper: Group::start("a small disk", &mut command)?, folder: folder.to_owned() };
        wait::until("a small disk", wait::LONG, || {
            if !disk.keeper.running()? {
                return Err(Error::Unexpected("no small disk can be mounted here".to_owned()));
            }
            let mounts = format!("/proc/{}/mounts", disk.keeper.id());
            let mounts = std::fs::read_to_string(&mounts).doing(format!("reading {mounts}"))?;
            let here = folder.display().to_string();
            Ok(if mounts.lines().any(|line| line.split(' ').nth(1) == Some(&here)) {
                Look::Yes(())
            } else {
                Look::NotYet("not mounted".to_owned())
            })
        })?;
        Ok(disk)
    }

    /// A command that runs `program` where this disk is mounted.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--target={}", self.keeper.id()))
            .args(["--user", "--mount", "--preserve-credentials", "--"])
            .arg(program);
        command
    }

    /// The folder that it is mounted over.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets nobody write it any more, or everybody again. Nothing on it may be open for writing.
    ///
    /// # Errors
    ///
    /// When the system does not do it.
    pub fn protect(&self, protect: bool) -> Result<()> {
        let how = if protect { "remount,ro" } else { "remount,rw" };
        let output = self
            .command(Path::new("mount"))
            .args(["-o", how])
            .arg(&self.folder)
            .output()
            .doing("mounting a disk anew")?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Program {
            program: format!("mount -o {how}"),
            status: output.status.to_string(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Fills it to the last byte.
    ///
    /// # Errors
    ///
    /// When something else than room is lacking.
    pub fn fill(&self) -> Result<()> {
        let mut ballast = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.seen_from_outside().join(BALLAST))
            .doing("filling a disk")?;
        loop {
            match ballast.write(&[0; 4096]) {
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).doing("filling a disk"),
            }
        }
    }

    /// Gives the room back.
    ///
    /// # Errors
    ///
    /// When it was not filled.
    pub fn clear(&self) -> Result<()> {
        std::fs::remove_file(self.seen_from_outside().join(BALLAST)).doing("clearing a disk")
    }

    fn seen_from_outside(&self) -> PathBuf {
        let below_root = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        Path::new("/proc").join(self.keeper.id().to_string()).join("root").join(below_root)
    }
}
