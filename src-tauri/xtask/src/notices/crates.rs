//! The crates in the window's program, as cargo resolves them for this system.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{Part, Parts, texts_in};
use crate::project::Project;
use crate::start::APP;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    homepage: Option<String>,
    /// `None` for the project's own.
    source: Option<String>,
    manifest_path: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

/// Nothing for what goes into the program, else `build` or `dev`.
#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

pub(super) fn read(project: &Project) -> Result<Parts> {
    let host = host(project)?;
    let answer = project
        .cargo()
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", &host])
        .output()
        .context("cannot run `cargo metadata`")?;
    if !answer.status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&answer.stderr).trim());
    }
    let metadata: Metadata =
        serde_json::from_slice(&answer.stdout).context("cannot read cargo's metadata")?;
    let locked = std::fs::read_to_string(project.path("Cargo.lock")).context("cannot read Cargo.lock")?;
    parts(&metadata, &checksums(&locked), texts_in)
}

/// The system that the program is built for.
fn host(project: &Project) -> Result<String> {
    let said = project.cargo().args(["-V", "-v"]).output().context("cannot run `cargo -V -v`")?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`cargo -V -v` names no host")?.to_owned())
}

/// The foreign crates that the program reaches over dependencies that are built into it.
fn parts(
    metadata: &Metadata,
    checksums: &BTreeMap<(String, String), String>,
    texts: impl Fn(&Path) -> Result<Vec<String>>,
) -> Result<Parts> {
    let packages: BTreeMap<_, _> =
        metadata.packages.iter().map(|package| (package.id.as_str(), package)).collect();
    let nodes: BTreeMap<_, _> = metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let app = metadata.packages.iter().find(|package| package.name == APP && package.source.is_none());
    let mut open = vec![app.context("cargo knows no package of the app")?.id.as_str()];
    let mut reached = BTreeSet::new();
    let mut parts = Parts::default();
    while let Some(id) = open.pop() {
        if !reached.insert(id) {
            continue;
        }
        let package = packages.get(id).with_context(|| format!("cargo does not describe {id}"))?;
        let needs = nodes.get(id).into_iter().flat_map(|node| built_in(node));
        open.extend(needs.clone());
        let needs = needs.filter_map(|id| packages.get(id)).filter(|need| need.source.is_some());
        let mut needs: Vec<_> = needs.map(|need| purl(need)).collect();
        needs.sort();
        if package.source.is_none() {
            parts.asked_for.extend(needs);
            continue;
        }
        let folder = Path::new(&package.manifest_path).parent().context("a manifest lies in no folder")?;
        let key = (package.name.clone(), package.version.clone());
        parts.all.push(Part {
            name: package.name.clone(),
            version: package.version.clone(),
            // The older way to write "or", which SPDX does not know.
            licence: package
                .license
                .as_ref()
                .map(|licence| licence.replace(" / ", " OR ").replace('/', " OR ")),
            home: package.repository.clone().or_else(|| package.homepage.clone()),
            purl: purl(package),
            hash: checksums.get(&key).map(|sum| ("SHA-256", sum.clone())),
            texts: texts(folder)?,
            needs,
        });
    }
    Ok(parts)
}

fn built_in(node: &Node) -> impl Iterator<Item = &str> + Clone {
    node.deps
        .iter()
        .filter(|need| need.dep_kinds.iter().any(|kind| kind.kind.is_none()))
        .map(|need| need.pkg.as_str())
}

fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

/// The hashes of the crates by name and version. The lock file's entries are lines of `key = "value"`.
fn checksums(locked: &str) -> BTreeMap<(String, String), String> {
    let mut sums = BTreeMap::new();
    for entry in locked.split("[[package]]").skip(1) {
        let field = |key: &str| {
            entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        if let (Some(name), Some(version), Some(sum)) = (field("name"), field("version"), field("checksum")) {
            sums.insert((name.to_owned(), version.to_owned()), sum.to_owned());
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The app needs `ours` and a foreign crate for its build; `ours` needs `serde`, which needs `serde_core`.
    fn metadata() -> Metadata {
        let package = |name: &str, foreign: bool| {
            serde_json::json!({
                "id": name, "name": name, "version": "1.0.0+x", "license": "MIT/Apache-2.0", "repository": null,
                "homepage": "https://example.org", "source": foreign.then_some("registry"),
                "manifest_path": format!("/crates/{name}/Cargo.toml"),
            })
        };
        let node = |id: &str, deps: &[(&str, Option<&str>)]| {
            let deps: Vec<_> = deps
                .iter()
                .map(|(pkg, kind)| serde_json::json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] }))
                .collect();
            serde_json::json!({ "id": id, "deps": deps })
        };
        serde_json::from_value(serde_json::json!({
            "packages": [
                package("packlight", false), package("ours", false), package("serde", true),
                package("serde_core", true), package("cc", true), package("unused", true),
            ],
            "resolve": { "nodes": [
                node("packlight", &[("ours", None), ("cc", Some("build"))]),
                node("ours", &[("serde", None), ("unused", Some("dev"))]),
                node("serde", &[("serde_core", None)]),
                node("serde_core", &[]), node("cc", &[]), node("unused", &[]),
            ] },
        }))
        .unwrap()
    }

    #[test]
    fn only_foreign_crates_that_are_built_in_are_parts() {
        let locked = "[[package]]\nname = \"serde\"\nversion = \"1.0.0+x\"\nchecksum = \"abc\"\n";
        let folder = |folder: &Path| Ok(vec![folder.display().to_string()]);
        let Parts { all: mut parts, asked_for } = parts(&metadata(), &checksums(locked), folder).unwrap();
        assert_eq!(asked_for.into_iter().collect::<Vec<_>>(), ["pkg:cargo/serde@1.0.0%2Bx"]);
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["serde", "serde_core"]);
        let serde = &parts[0];
        assert_eq!(serde.purl, "pkg:cargo/serde@1.0.0%2Bx");
        assert_eq!(serde.licence.as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(serde.home.as_deref(), Some("https://example.org"));
        assert_eq!(serde.hash, Some(("SHA-256", "abc".to_owned())));
        assert_eq!(serde.texts, ["/crates/serde"]);
        assert_eq!(serde.needs, ["pkg:cargo/serde_core@1.0.0%2Bx"]);
        assert_eq!(parts[1].hash, None);
    }
}
