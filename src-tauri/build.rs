//! Compiles the Tauri context: configuration, capability and icon; and says how the program is linked.
//!
//! The package stands at the root of the workspace, so its capability is not where Tauri looks by itself. The
//! built UI is named as an input because `generate_context!` embeds it: a binary must never carry an older one.

use std::process::Command;

use tauri_build::WindowsAttributes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    println!("cargo:rerun-if-changed=src-tauri/build.rs");
    if targets_this_kind_of_linux() && loads_packed_relocations() {
        // A table of 1.3 MB becomes one of some kilobytes. The package then asks for such a C library (`xtask bundle`).
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    let mut attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if is("CARGO_CFG_TARGET_ENV", "msvc") {
        attributes = attributes.windows_attributes(WindowsAttributes::new_without_app_manifest());
        put_manifest_into_tests_too()?;
    }
    tauri_build::try_build(attributes)?;
    Ok(())
}

/// Tauri puts the manifest into the program alone. But tests and examples call the common controls as well, and without it
/// Windows gives them those of version 5, with which none of them starts (tauri-apps/tauri#13419).
fn put_manifest_into_tests_too() -> std::io::Result<()> {
    const MANIFEST: &str = "src-tauri/windows-app-manifest.xml";
    println!("cargo:rerun-if-changed={MANIFEST}");
    println!("cargo:rustc-link-arg=/MANIFEST:EMBED");
    println!("cargo:rustc-link-arg=/MANIFESTINPUT:{}", std::path::absolute(MANIFEST)?.display());
    Ok(())
}

fn is(name: &str, value: &str) -> bool {
    std::env::var(name).is_ok_and(|found| found == value)
}

/// Whether the program is built for a Linux like the one that builds it, with GNU's C library.
fn targets_this_kind_of_linux() -> bool {
    is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && std::env::var("HOST").ok() == std::env::var("TARGET").ok()
}

/// Whether the C library of this system is 2.36 or newer: older ones start no program with packed relocations.
fn loads_packed_relocations() -> bool {
    let Ok(answer) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else {
        return false;
    };
    let answer = String::from_utf8_lossy(&answer.stdout);
    let Some(version) = answer.trim().strip_prefix("glibc ") else {
        return false;
    };
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(2), Some(36))
}
