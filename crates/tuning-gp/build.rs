//! Tells the crate how well it is compiled: see `src/unoptimised.rs`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    println!("cargo::rustc-env=TUNING_GP_OPT_LEVEL={level}");
}
