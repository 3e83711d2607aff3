//! `make run`: one precinct of Iowa 2020, from the keypad to a countersigned receipt.
//!
//! With a display it starts the party server and opens the app, and leaves the rest to the person. Without one (or with
//! `--headless`) it drives the very same app in a virtual display, pressing the keys a person presses, with the server
//! stopped while the report is signed and the app killed twice, and leaves `run/summary.json`.

mod headless;
mod stage;
mod summary;
mod windowed;

use std::process::ExitCode;

use clap::Parser;
use countersign_tests::{Result, children};

/// One precinct from keypad to receipt.
#[derive(Debug, Parser)]
#[command(name = "run")]
struct Arguments {
    /// Drive the app in a virtual display, even where there is a real one.
    #[arg(long)]
    headless: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    end_children_on_interrupt();
    let result =
        if arguments.headless || !has_display() { headless::run() } else { windowed::run() };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!();
            eprintln!("run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The children are in process groups of their own, which a terminal's interrupt does not reach.
fn end_children_on_interrupt() {
    std::thread::spawn(|| -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(
            |source| countersign_tests::Error::Io {
                doing: "listening for an interrupt".to_owned(),
                source,
            },
        )?;
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            children::end_all();
            std::process::exit(130);
        }
        Ok(())
    });
}
