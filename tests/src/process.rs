//! What the system says of a process, and lets it have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::Doing;
use crate::{Error, Result};

/// CPU time of a process so far, in hundredths of a second (Linux counts so).
///
/// # Errors
///
/// When there is no such process.
pub fn cpu_hundredths(id: u32) -> Result<u64> {
    let text = read(id, "stat")?;
    // The name may hold anything, so fields are counted from its end.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let field = |at| fields.split_whitespace().nth(at).and_then(|field| field.parse::<u64>().ok());
    // User and system time (proc_pid_stat(5)).
    field(11)
        .zip(field(12))
        .map(|(user, system)| user + system)
        .ok_or_else(|| Error::Unexpected(format!("no CPU time of process {id}")))
}

/// Memory that a process holds now, KiB.
///
/// # Errors
///
/// When there is no such process, or the system does not say.
pub fn memory_kib(id: u32) -> Result<u64> {
    status(id, "VmRSS:")
}

/// Largest memory that a process ever held, KiB.
///
/// # Errors
///
/// When there is no such process, or the system does not say.
pub fn peak_memory_kib(id: u32) -> Result<u64> {
    status(id, "VmHWM:")
}

fn status(id: u32, name: &str) -> Result<u64> {
    let text = read(id, "status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok())
        .ok_or_else(|| Error::Unexpected(format!("no memory figure of process {id}")))
}

fn read(id: u32, file: &str) -> Result<String> {
    std::fs::read_to_string(format!("/proc/{id}/{file}")).doing(format!("looking at process {id}"))
}

/// Lets this process, and those that it starts, have as many open files as the system allows at all; systems start programs
/// with room for few.
///
/// # Errors
///
/// When the limit stays as it was.
pub fn raise_open_files() -> Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .map_err(Into::into)
        .doing("raising the limit of open files")
}
