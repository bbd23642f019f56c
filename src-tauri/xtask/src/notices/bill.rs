//! The bill of materials: CycloneDX 1.6, without time and serial number, so that equal locks give equal bytes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Part, Parts};

pub(super) fn of(parts: &Parts, version: &str) -> Value {
    let program = format!("pkg:generic/packlight@{version}");
    let known: BTreeSet<_> = parts.all.iter().map(|part| part.purl.as_str()).collect();
    let mut dependencies = vec![json!({ "ref": program, "dependsOn": parts.asked_for })];
    for part in &parts.all {
        let needs: Vec<_> = part.needs.iter().filter(|need| known.contains(need.as_str())).collect();
        dependencies.push(json!({ "ref": part.purl, "dependsOn": needs }));
    }
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": program,
                "name": "packlight",
                "version": version,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
                "purl": program,
            },
        },
        "components": parts.all.iter().map(component).collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

fn component(part: &Part) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
    });
    if let Some(licence) = &part.licence {
        component["licenses"] = json!([{ "expression": licence }]);
    }
    if let Some((method, hash)) = &part.hash {
        component["hashes"] = json!([{ "alg": method, "content": hash }]);
    }
    if let Some(home) = &part.home {
        component["externalReferences"] = json!([{ "type": "website", "url": home }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::super::tests::part;
    use super::*;

    #[test]
    fn every_part_is_a_component_and_hangs_on_the_program() {
        let bill = of(
            &Parts {
                all: vec![part("a", &["b", "not_a_part"]), part("b", &[])],
                asked_for: ["pkg:cargo/a@1.2.3".to_owned()].into(),
            },
            "0.1.0",
        );
        assert_eq!(bill["specVersion"], "1.6");
        assert_eq!(bill["components"][0]["bom-ref"], "pkg:cargo/a@1.2.3");
        assert_eq!(bill["components"][0]["licenses"][0]["expression"], "MIT");
        assert_eq!(bill["components"][0]["hashes"][0]["alg"], "SHA-256");
        assert_eq!(
            bill["dependencies"],
            json!([
                { "ref": "pkg:generic/packlight@0.1.0", "dependsOn": ["pkg:cargo/a@1.2.3"] },
                { "ref": "pkg:cargo/a@1.2.3", "dependsOn": ["pkg:cargo/b@1.2.3"] },
                { "ref": "pkg:cargo/b@1.2.3", "dependsOn": [] },
            ])
        );
    }
}
