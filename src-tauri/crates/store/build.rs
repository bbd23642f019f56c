//! `sqlx::migrate!` notices changed files but not new ones: this makes cargo look at the folder.

fn main() {
    println!("cargo:rerun-if-changed=../../../migrations");
}
