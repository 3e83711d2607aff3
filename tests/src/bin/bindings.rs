//! Writes the TypeScript of the command surface into the pages' sources.

use std::path::PathBuf;
use std::process::ExitCode;

fn bindings() -> PathBuf {
    countersign_tests::places::root().join("ui/shared/src/gen_api.ts")
}

fn main() -> ExitCode {
    match std::fs::write(bindings(), countersign_device::typescript()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindings: {}: {error}", bindings().display());
            ExitCode::FAILURE
        }
    }
}

#[test]
fn the_pages_know_the_command_surface_as_it_is() {
    let committed = std::fs::read_to_string(bindings()).unwrap();
    assert!(
        committed == countersign_device::typescript(),
        "ui/shared/src/gen_api.ts is not what device/src/api.rs says; run `make bindings`"
    );
}
