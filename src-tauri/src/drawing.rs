//! How the web view draws on Linux.
//!
//! WebKitGTK shares its pictures with the window through the graphics card's buffers. Where there is no card, as in a
//! virtual machine, that way is kept up in software, and a pressed key is painted half as fast as without it (measured
//! with `make bench`). WebKitGTK takes this setting from the environment only.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// WebKitGTK's switch, as its documentation names it.
const NO_SHARED_BUFFERS: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Where the kernel lists graphics cards.
const CARDS: &str = "/dev/dri";

/// Without a graphics card, becomes the same program, with the same arguments, drawn the shorter way. To be called
/// first of all: nothing that was begun survives. Does nothing when there is a card, or when the setting was chosen.
pub(crate) fn settle() {
    if std::env::var_os(NO_SHARED_BUFFERS).is_some() || Path::new(CARDS).exists() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let error =
        Command::new(program).args(std::env::args_os().skip(1)).env(NO_SHARED_BUFFERS, "1").exec();
    // Slower, and otherwise the same.
    tracing::debug!(%error, "the web view keeps its way of drawing");
}
