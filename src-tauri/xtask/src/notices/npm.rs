//! The JavaScript packages in the window, as `package-lock.json` pins them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Part, Parts, texts_in};

#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Deserialize)]
struct Package {
    version: Option<String>,
    license: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

/// The packages that the window is built from, which must be installed.
pub(super) fn read(ui: &Path) -> Result<Parts> {
    let locked = fs::read(ui.join("package-lock.json")).context("cannot read ui/package-lock.json")?;
    parts(&serde_json::from_slice(&locked).context("cannot read ui/package-lock.json")?, |folder| {
        let folder = ui.join(folder);
        // What is for another system only is locked but not installed, and not in the window either.
        if folder.is_dir() { texts_in(&folder).map(Some) } else { Ok(None) }
    })
}

fn parts(lock: &Lock, texts: impl Fn(&str) -> Result<Option<Vec<String>>>) -> Result<Parts> {
    let mut parts = Parts::default();
    for (folder, package) in &lock.packages {
        let needs = package.dependencies.keys().filter_map(|need| found(lock, folder, need));
        let Some((_, name)) = folder.rsplit_once("node_modules/") else {
            // The project itself.
            parts.asked_for.extend(needs);
            continue;
        };
        if package.dev {
            continue;
        }
        let Some(texts) = texts(folder)? else { continue };
        let version =
            package.version.clone().with_context(|| format!("{folder} is locked without a version"))?;
        let needs = needs.collect();
        parts.all.push(Part {
            purl: purl(name, &version),
            home: Some(format!("https://www.npmjs.com/package/{name}")),
            name: name.to_owned(),
            version,
            licence: package.license.clone(),
            hash: None,
            texts,
            needs,
        });
    }
    Ok(parts)
}

/// The package that a folder's code gets by a name: the nearest one upwards.
fn found(lock: &Lock, folder: &str, need: &str) -> Option<String> {
    let mut from = Some(folder);
    while let Some(folder) = from {
        if let Some(version) =
            lock.packages.get(&format!("{folder}/node_modules/{need}")).and_then(|it| it.version.as_ref())
        {
            return Some(purl(need, version));
        }
        from = folder.rsplit_once("/node_modules/").map(|(outer, _)| outer);
    }
    let version = lock.packages.get(&format!("node_modules/{need}"))?.version.as_ref()?;
    Some(purl(need, version))
}

fn purl(name: &str, version: &str) -> String {
    format!("pkg:npm/{}@{version}", name.replace('@', "%40"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_installed_packages_of_the_window_are_parts() {
        let lock: Lock = serde_json::from_value(serde_json::json!({ "packages": {
            "": { "version": "0.1.0", "dependencies": { "react": "19" } },
            "node_modules/react": { "version": "19.0.0", "license": "MIT", "dependencies": { "@x/y": "1", "z": "2" } },
            "node_modules/react/node_modules/z": { "version": "2.0.0", "license": "ISC" },
            "node_modules/z": { "version": "1.0.0", "license": "ISC", "dependencies": { "@x/y": "1" } },
            "node_modules/@x/y": { "version": "1.1.0" },
            "node_modules/vite": { "version": "8.0.0", "dev": true },
            "node_modules/elsewhere": { "version": "1.0.0" },
        } }))
        .unwrap();
        let Parts { all: parts, asked_for } =
            parts(&lock, |folder| Ok((!folder.ends_with("elsewhere")).then(|| vec![format!("of {folder}")])))
                .unwrap();
        let seen: Vec<_> = parts.iter().map(|part| (part.purl.as_str(), part.needs.as_slice())).collect();
        assert_eq!(
            seen,
            [
                ("pkg:npm/%40x/y@1.1.0", [].as_slice()),
                ("pkg:npm/react@19.0.0", &["pkg:npm/%40x/y@1.1.0".to_owned(), "pkg:npm/z@2.0.0".to_owned()]),
                ("pkg:npm/z@2.0.0", &[]),
                ("pkg:npm/z@1.0.0", &["pkg:npm/%40x/y@1.1.0".to_owned()]),
            ]
        );
        assert_eq!(asked_for.into_iter().collect::<Vec<_>>(), ["pkg:npm/react@19.0.0"]);
        assert_eq!(parts[1].texts, ["of node_modules/react"]);
        assert_eq!(parts[0].licence, None);
    }
}
