//! What Packlight is made of: the licences that its window shows, and the bill of materials that its packages carry.
//!
//! Cargo and npm are asked what the program is built from, without what only builds or tests it. Every part keeps the
//! licence texts that it came with; equal texts are kept once. Both files are the same for the same lock files.

mod bill;
mod crates;
mod npm;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::project::Project;

/// The file name of the bill of materials.
pub(crate) const BILL: &str = "packlight.cdx.json";

/// One part of the program that others wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    name: String,
    version: String,
    /// As its author declares it, an SPDX expression as a rule.
    licence: Option<String>,
    /// Where it is developed or described.
    home: Option<String>,
    /// Its name in the world, as in `pkg:cargo/serde@1.0.0`.
    purl: String,
    /// The hash of what was downloaded, with the name that CycloneDX gives its method.
    hash: Option<(&'static str, String)>,
    texts: Vec<String>,
    /// The `purl`s of the parts that it uses itself.
    needs: Vec<String>,
}

/// Everything that others wrote, and what of it the project's own code asks for by name.
#[derive(Debug, Default)]
struct Parts {
    all: Vec<Part>,
    asked_for: BTreeSet<String>,
}

/// What the window shows; its reader is the shell.
#[derive(Serialize)]
struct Notices<'a> {
    parts: Vec<Notice<'a>>,
    texts: Vec<&'a str>,
}

#[derive(Serialize)]
struct Notice<'a> {
    name: &'a str,
    version: &'a str,
    licence: Option<&'a str>,
    home: Option<&'a str>,
    /// Positions in the list of texts.
    texts: Vec<usize>,
}

/// Writes the list that the window shows into the UI's public files, unless it stands there already.
pub(crate) fn write_for_window(project: &Project) -> Result<()> {
    let notices = serde_json::to_vec(&notices(&parts(project)?.all))?;
    let file = project.path("ui/public/licences.json");
    if fs::read(&file).is_ok_and(|present| present == notices) {
        return Ok(());
    }
    fs::write(&file, notices).with_context(|| format!("cannot write {}", file.display()))
}

/// Writes the bill of materials, CycloneDX 1.6, into a folder.
pub(crate) fn write_bill(project: &Project, folder: &Path) -> Result<()> {
    let bill = bill::of(&parts(project)?, env!("CARGO_PKG_VERSION"));
    let file = folder.join(BILL);
    fs::create_dir_all(folder)?;
    fs::write(&file, serde_json::to_vec_pretty(&bill)?)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Everything by its name, whichever world it comes from.
fn parts(project: &Project) -> Result<Parts> {
    let mut parts = crates::read(project)?;
    let window = npm::read(&project.path("ui"))?;
    let fonts = pick_list_fonts(project)?;
    parts.asked_for.extend(window.asked_for);
    parts.asked_for.insert(fonts.purl.clone());
    parts.all.extend(window.all);
    parts.all.push(fonts);
    parts.all.sort_by(|a, b| (a.name.to_lowercase(), &a.purl).cmp(&(b.name.to_lowercase(), &b.purl)));
    Ok(parts)
}

/// The one part that no package manager knows: the fonts in a pick list.
fn pick_list_fonts(project: &Project) -> Result<Part> {
    let text = project.path("src-tauri/crates/documents/assets/LICENSE-DejaVu.txt");
    Ok(Part {
        name: "DejaVu Sans Condensed".to_owned(),
        version: "2.37".to_owned(),
        licence: Some("Bitstream-Vera".to_owned()),
        home: Some("https://dejavu-fonts.github.io".to_owned()),
        purl: "pkg:generic/dejavu-fonts@2.37".to_owned(),
        hash: None,
        texts: vec![fs::read_to_string(&text).with_context(|| format!("cannot read {}", text.display()))?],
        needs: Vec::new(),
    })
}

fn notices(parts: &[Part]) -> Notices<'_> {
    let mut places = BTreeMap::new();
    let mut texts = Vec::new();
    let mut place = |text| {
        *places.entry(words(text)).or_insert_with(|| {
            texts.push(text);
            texts.len() - 1
        })
    };
    let shown = parts
        .iter()
        .map(|part| Notice {
            name: &part.name,
            version: &part.version,
            licence: part.licence.as_deref(),
            home: part.home.as_deref(),
            texts: part.texts.iter().map(|text| place(text.as_str())).collect(),
        })
        .collect();
    Notices { parts: shown, texts }
}

/// A text without its layout: the same licence wrapped at another column is the same licence.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The licence texts in a package's folder, also those one folder deeper (`LICENSES/MIT.txt`), in order of their names.
fn texts_in(folder: &Path) -> Result<Vec<String>> {
    const NAMES: [&str; 6] = ["license", "licence", "copying", "notice", "unlicense", "copyright"];
    let named = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        NAMES.iter().any(|start| name.starts_with(start))
    };
    let mut files = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| named(path)) {
        if path.is_dir() { files.extend(entries(&path)?) } else { files.push(path) }
    }
    let mut texts = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        texts.push(String::from_utf8_lossy(&text).replace('\r', ""));
    }
    Ok(texts)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn part(name: &str, needs: &[&str]) -> Part {
        Part {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            licence: Some("MIT".to_owned()),
            home: None,
            purl: format!("pkg:cargo/{name}@1.2.3"),
            hash: Some(("SHA-256", "ab".repeat(32))),
            texts: Vec::new(),
            needs: needs.iter().map(|need| format!("pkg:cargo/{need}@1.2.3")).collect(),
        }
    }

    #[test]
    fn a_text_that_many_parts_share_is_kept_once() {
        let mut parts = [part("a", &[]), part("b", &[]), part("c", &[])];
        parts[0].texts = vec!["Do what\nyou like".to_owned(), "Notice of a".to_owned()];
        parts[1].texts = vec!["Do what you\nlike\n".to_owned()];
        let notices = notices(&parts);
        assert_eq!(notices.texts, ["Do what\nyou like", "Notice of a"]);
        let places: Vec<_> = notices.parts.iter().map(|part| part.texts.clone()).collect();
        assert_eq!(places, [vec![0, 1], vec![0], vec![]]);
    }

    #[test]
    fn licence_texts_are_found_under_their_many_names() {
        let folder = std::env::temp_dir().join(format!("packlight-xtask-licences-{}", std::process::id()));
        fs::create_dir_all(folder.join("LICENSES")).unwrap();
        for (name, text) in [
            ("Licence.md", "two\r\n"),
            ("COPYING", "one"),
            ("LICENSES/MIT.txt", "three"),
            ("licensing.rs", "no"),
            ("README", "no"),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        fs::remove_file(folder.join("licensing.rs")).unwrap();
        assert_eq!(texts_in(&folder).unwrap(), ["one", "three", "two\n"]);
        fs::remove_dir_all(&folder).unwrap();
        assert!(texts_in(&folder).unwrap_err().to_string().starts_with("cannot list "));
    }
}
