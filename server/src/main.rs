//! The party server's program.

fn main() -> std::process::ExitCode {
    countersign_server::cli::main()
}
