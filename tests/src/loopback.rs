//! Addresses of this machine, so that what is limited for each address is limited as it is among real ones.

use std::net::Ipv4Addr;

/// The address of a tablet's own, by its number. Systems other than Linux know one loopback address only: there all tablets
/// share it.
#[must_use]
pub fn of_tablet(number: usize) -> Ipv4Addr {
    if !cfg!(target_os = "linux") {
        return Ipv4Addr::LOCALHOST;
    }
    let first = Ipv4Addr::new(127, 2, 0, 1);
    Ipv4Addr::from_bits(first.to_bits() + u32::try_from(number).unwrap_or(0))
}
