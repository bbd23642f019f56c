//! A newer version from a server on this computer: taken if it is signed by the right key for the very version that was
//! announced, refused in a sentence if it is not; whatever is refused leaves the installed file as it was.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign::KeyPair;
use packlight_tests::desktop::{Window, in_a_window};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::matching::click_text;

/// What stands for the AppImage that is installed, and for newer ones. Linux's programs begin so.
fn program(what: &str) -> Vec<u8> {
    [b"\x7fELF\x02\x01\x01", &[0_u8; 64][..], what.as_bytes()].concat()
}

/// What the server hands out at the moment.
#[derive(Default)]
struct Offer {
    list: Value,
    package: Vec<u8>,
}

/// A server of releases on a port of its own; it lives as long as the test.
struct Releases {
    offer: Arc<Mutex<Offer>>,
    address: String,
    key: KeyPair,
}

impl Releases {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = format!("http://{}", listener.local_addr()?);
        let offer = Arc::<Mutex<Offer>>::default();
        let shown = Arc::clone(&offer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who hangs up early asks again.
                let _ = answer(stream, &shown);
            }
        });
        Ok(Self { offer, address, key: KeyPair::generate_unencrypted_keypair()? })
    }

    fn public_key(&self) -> Result<String> {
        Ok(STANDARD.encode(self.key.pk.to_box()?.to_string()))
    }

    fn signature(key: &KeyPair, package: &[u8], version: &str) -> Result<String> {
        let comment = format!("timestamp:1768737600\tfile:Packlight.AppImage\tversion:{version}");
        let signed = minisign::sign(None, &key.sk, package, Some(&comment), None)?;
        Ok(STANDARD.encode(signed.into_string()))
    }

    /// Announces `version` as `package`, with a signature or without one.
    fn announce(&self, version: &str, package: &[u8], signature: Option<String>) {
        let mut list =
            json!({ "version": version, "notes": "Faster.", "url": format!("{}/package", self.address) });
        if let Some(signature) = signature {
            list["signature"] = json!(signature);
        }
        *self.offer.lock().unwrap_or_else(PoisonError::into_inner) =
            Offer { list, package: package.to_vec() };
    }
}

fn answer(mut stream: TcpStream, offer: &Mutex<Offer>) -> std::io::Result<()> {
    let mut asked = [0; 4096];
    let length = stream.read(&mut asked)?;
    let offer = offer.lock().unwrap_or_else(PoisonError::into_inner);
    let body = if asked[..length].starts_with(b"GET /package ") {
        offer.package.clone()
    } else {
        offer.list.to_string().into_bytes()
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

/// What to offer, and the sentence that it ends in.
struct Refused {
    what: &'static str,
    version: &'static str,
    package: Vec<u8>,
    signature: Option<String>,
    sentence: &'static str,
}

const NOT_OF_THE_KEY: &str = "the package does not carry the signature of the key that is set: it was thrown away, and nothing was replaced";

#[tokio::test]
async fn only_a_newer_package_with_the_right_signature_takes_the_place_of_the_installed_one() -> Result<()> {
    let releases = Releases::start()?;
    let folder = TempDir::new()?;
    let installed = folder.path().join("Packlight.AppImage");
    fs::write(&installed, program("0.1.0"))?;
    let path = installed.to_str().context("a path in UTF-8")?.to_owned();
    in_a_window(&[], &[("APPIMAGE", &path)], async |window: &Window| {
        offered(window, &releases, &installed).await
    })
    .await
}

async fn offered(window: &Window, releases: &Releases, installed: &Path) -> Result<()> {
    wait_for_text(window, "Amazon not configured").await?;
    let _: bool = window.ask("location.hash = '#/settings/about'; return true", &[]).await?;
    let off = "return document.body.innerText.includes('Off: Packlight asks nobody for newer versions.')";
    window.wait_for::<bool>("updates that are off", off, &[]).await?;
    ensure!(
        !window.ask::<bool>(&has_button("Check for updates"), &[]).await?,
        "it can be checked without an address"
    );
    set_up(window, "http://example.org/list.json", "").await?;
    wait_for_text(window, "use an address that begins with https://").await?;
    click_text(window, "[role='dialog'] button", "Cancel").await?;
    // One that is on its way out still has its fields.
    let is_gone = "return document.querySelector(\"[role='dialog']\") === null";
    window.wait_for::<bool>("the end of the dialog", is_gone, &[]).await?;
    set_up(window, &format!("{}/list.json", releases.address), &releases.public_key()?).await?;
    window.wait_for::<bool>("the button", &has_button("Check for updates"), &[]).await?;

    let newer = program("0.2.0");
    let good = Releases::signature(&releases.key, &newer, "0.2.0")?;
    // Older and equal ones are no news, however well they are signed.
    for version in ["0.0.9", "0.1.0"] {
        releases.announce(version, &newer, Some(Releases::signature(&releases.key, &newer, version)?));
        click_text(window, "button", "Check for updates").await?;
        wait_for_text(window, "This is the newest version.").await?;
    }

    let other = KeyPair::generate_unencrypted_keypair()?;
    for refused in [
        Refused {
            what: "not signed",
            version: "0.2.0",
            package: newer.clone(),
            signature: None,
            sentence: "the package is not signed: it was not taken, and nothing was replaced",
        },
        Refused {
            what: "an empty signature",
            version: "0.2.1",
            package: newer.clone(),
            signature: Some(String::new()),
            sentence: "the package is not signed: it was not taken, and nothing was replaced",
        },
        Refused {
            what: "changed after it was signed",
            version: "0.2.2",
            package: program("0.2.2 and a little more"),
            signature: Some(Releases::signature(&releases.key, &program("0.2.2"), "0.2.2")?),
            sentence: NOT_OF_THE_KEY,
        },
        Refused {
            what: "signed by somebody else",
            version: "0.2.3",
            package: newer.clone(),
            signature: Some(Releases::signature(&other, &newer, "0.2.3")?),
            sentence: NOT_OF_THE_KEY,
        },
        Refused {
            what: "an old one announced as new",
            version: "9.9.9",
            package: newer.clone(),
            signature: Some(good.clone()),
            sentence: "the package was announced as version 9.9.9 and signed as 0.2.0: it was thrown away, and nothing was replaced",
        },
    ] {
        let Refused { what, version, package, signature, sentence } = refused;
        // On the page it begins as a sentence does.
        let sentence = sentence.trim_start_matches("the ");
        releases.announce(version, &package, signature);
        click_text(window, "button", "Check for updates").await?;
        let install = format!("Install {version}");
        // What is not even announced as signed is refused at once.
        let ended = format!(
            "return ({}) || document.querySelector('[role=\"alert\"]')?.innerText.includes({})",
            has_button(&install).trim_start_matches("return "),
            json!(sentence)
        );
        window.wait_for::<bool>(&format!("an answer: {what}"), &ended, &[]).await?;
        if window.ask::<bool>(&has_button(&install), &[]).await? {
            click_text(window, "button", &install).await?;
        }
        wait_for_text(window, sentence).await.context(what)?;
        ensure!(fs::read(installed)? == program("0.1.0"), "{what}: the installed file was touched");
    }
    window.screenshot("update refused").await?;

    releases.announce("0.2.0", &newer, Some(good));
    click_text(window, "button", "Check for updates").await?;
    wait_for_text(window, "Packlight 0.2.0 is there").await?;
    ensure!(fs::read(installed)? == program("0.1.0"), "a check alone replaced something");
    click_text(window, "button", "Install 0.2.0").await?;
    wait_for_text(window, "Packlight 0.2.0 is installed.").await?;
    ensure!(fs::read(installed)? == newer, "the installed file is not the new one");
    window.screenshot("update installed").await?;
    Ok(())
}

/// Fills the dialog that says where newer versions come from, and saves.
async fn set_up(window: &Window, endpoint: &str, key: &str) -> Result<()> {
    let open = "const dialog = document.querySelector(\"[role='dialog'] input[name='endpoint']\");
        if (dialog !== null) return true;
        [...document.querySelectorAll('button')].find((one) => ['Set up', 'Change'].includes(one.textContent))?.click();
        return false;";
    window.wait_for::<bool>("the dialog", open, &[]).await?;
    let fill =
        "for (const [name, text] of arguments) document.querySelector(`input[name='${name}']`).value = text;
        return true";
    let _: bool = window.ask(fill, &[json!(["endpoint", endpoint]), json!(["public_key", key])]).await?;
    click_text(window, "[role='dialog'] button", "Save").await
}

fn has_button(text: &str) -> String {
    format!(
        "return [...document.querySelectorAll('button')].some((one) => one.textContent === {})",
        json!(text)
    )
}

async fn wait_for_text(window: &Window, text: &str) -> Result<()> {
    let shown = format!("return document.body.innerText.includes({})", json!(text));
    window.wait_for::<bool>(&format!("'{text}'"), &shown, &[]).await.map(drop)
}
