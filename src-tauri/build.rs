//! Compiles the Tauri context: configuration, capability and icon.
//!
//! The package stands at the root of the workspace, so its capability is not where Tauri looks by itself. The
//! built UI is named as an input because `generate_context!` embeds it: a binary must never carry an older one.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    tauri_build::try_build(attributes)?;
    Ok(())
}
