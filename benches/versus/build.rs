//! Tells the program which compiler built it: that belongs to what it measures.

use std::process::Command;

fn main() {
    let compiler = std::env::var("RUSTC").expect("cargo says which compiler it is");
    let said = Command::new(compiler).arg("-V").output().expect("the compiler runs");
    println!("cargo::rustc-env=RUSTC_VERSION={}", String::from_utf8_lossy(&said.stdout).trim());
    println!("cargo::rerun-if-changed=build.rs");
}
