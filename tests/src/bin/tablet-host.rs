//! The tablet's pages over plain HTTP on a loopback port, for an ordinary browser. For tests and for looking at the
//! pages; nobody's caucus runs on it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_device::Config;
use countersign_tests::{host, places};

/// Serves the tablet's pages to a browser.
#[derive(Debug, Parser)]
#[command(name = "tablet-host")]
struct Arguments {
    /// The folder of the tablet's database.
    #[arg(long, env = "COUNTERSIGN_DATA")]
    data: PathBuf,
    /// The package of the caucus.
    #[arg(long, env = "COUNTERSIGN_PACKAGE")]
    package: Option<PathBuf>,
    /// The built pages.
    #[arg(long)]
    pages: Option<PathBuf>,
    /// The port; 0 lets the system pick one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tablet-host: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::new(arguments.data, env!("CARGO_PKG_VERSION"));
    config.package = arguments.package.map(std::fs::read).transpose()?;
    let pages = arguments.pages.unwrap_or_else(|| places::root().join("ui/tablet/dist"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Whoever started this reads the address from its output.
    let ready = |address| println!("http://{address}");
    runtime.block_on(host::serve(config, pages, arguments.port, ready))?;
    Ok(())
}
