//! Rebuilds when the tracker was built anew, since its files are part of the binary.
fn main() {
    println!("cargo:rerun-if-changed=../tracker-wasm/dist");
}
