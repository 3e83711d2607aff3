//! Prints the TypeScript of the command surface: `cargo run -q -p countersign-device --example bindings`.

fn main() {
    print!("{}", countersign_device::typescript());
}
