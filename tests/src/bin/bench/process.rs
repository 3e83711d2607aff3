//! What the system says of a process.

use crate::Outcome;

/// CPU time of a process so far, in hundredths of a second (Linux counts so).
pub(crate) fn cpu_hundredths(id: u32) -> Outcome<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name may hold anything, so fields are counted from its end.
    let (_, fields) = text.rsplit_once(')').ok_or("no process")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let user: u64 = fields.get(11).ok_or("no CPU time")?.parse()?;
    let system: u64 = fields.get(12).ok_or("no CPU time")?.parse()?;
    Ok(user + system)
}

/// Memory that a process holds now, KiB.
pub(crate) fn memory_kib(id: u32) -> Outcome<u64> {
    status(id, "VmRSS:")
}

/// Largest memory that a process ever held, KiB.
pub(crate) fn peak_memory_kib(id: u32) -> Outcome<u64> {
    status(id, "VmHWM:")
}

fn status(id: u32, name: &str) -> Outcome<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no memory figure")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
