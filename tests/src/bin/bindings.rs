//! Writes the TypeScript of the command surface, or (`--check`) says whether what is committed is current.

use std::process::ExitCode;

fn main() -> ExitCode {
    let path = countersign_tests::places::root().join("ui/shared/src/gen_api.ts");
    let current = countersign_device::typescript();
    if !std::env::args().any(|argument| argument == "--check") {
        return match std::fs::write(&path, current) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("bindings: {}: {error}", path.display());
                ExitCode::FAILURE
            }
        };
    }
    match std::fs::read_to_string(&path) {
        Ok(committed) if committed == current => ExitCode::SUCCESS,
        Ok(_) => {
            eprintln!(
                "bindings: {} is not what device/src/api.rs says; run `make bindings`",
                path.display()
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("bindings: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
