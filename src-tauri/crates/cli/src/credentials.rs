//! The three secrets from standard input, never from arguments or the environment, where other programs see them.
//!
//! No message repeats anything that was read: a misplaced token must not end up on a screen or in a log.

use std::io::{IsTerminal, Read};

use packlight_engine::secrets::Credentials;

use crate::exit::Failure;
use crate::progress::say;

/// More than any credentials have.
const LONGEST: u64 = 64 * 1024;

const WANTED: &str = r#"{"client_id": "…", "client_secret": "…", "refresh_token": "…"}"#;

/// Reads the credentials from standard input.
pub(crate) fn read_stdin() -> Result<Credentials, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        say(&format!("Enter {WANTED}, then press Ctrl-D:"));
    }
    read(stdin.lock())
}

fn read(from: impl Read) -> Result<Credentials, Failure> {
    let unreadable = |why: &str| {
        Failure::unreadable_credentials(format!("the credentials on standard input {why}: expected {WANTED}"))
    };
    let mut text = String::new();
    from.take(LONGEST).read_to_string(&mut text).map_err(|_| unreadable("are not UTF-8 text"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(unreadable("are missing"));
    }
    // serde_json's own message may quote the text.
    let mut json: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        unreadable(&format!("are not JSON (line {}, column {})", error.line(), error.column()))
    })?;
    let fields = json.as_object_mut().ok_or_else(|| unreadable("are not a JSON object"))?;
    let mut field = |name: &str| match fields.remove(name) {
        Some(serde_json::Value::String(text)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Some(serde_json::Value::String(_)) => Err(unreadable(&format!("have an empty {name}"))),
        Some(_) => Err(unreadable(&format!("have a {name} that is no text"))),
        None => Err(unreadable(&format!("lack {name}"))),
    };
    Ok(Credentials {
        client_id: field("client_id")?,
        client_secret: field("client_secret")?.into(),
        refresh_token: field("refresh_token")?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_byte_order_mark_blanks_and_other_keys_do_no_harm() {
        let text =
            "\u{feff} {\"client_id\":\" id \",\"client_secret\":\"s\",\"refresh_token\":\"t\",\"x\":1}\r\n";
        assert_eq!(read(text.as_bytes()).unwrap().client_id, "id");
    }

    #[test]
    fn what_is_wrong_is_named_without_repeating_it() {
        for (text, why) in [
            ("", "are missing"),
            ("{\"client_id\": canary", "are not JSON (line 1, column 15)"),
            ("[\"canary\"]", "are not a JSON object"),
            ("{\"client_id\":\"canary\",\"client_secret\":\"canary\"}", "lack refresh_token"),
            ("{\"client_id\":\"canary\",\"client_secret\":7}", "have a client_secret that is no text"),
            ("{\"client_id\":\"  \"}", "have an empty client_id"),
            ("Atzr|canary", "are not JSON (line 1, column 1)"),
        ] {
            let failure = read(text.as_bytes()).unwrap_err();
            assert_eq!(failure.exit, Exit::Account);
            assert_eq!(
                failure.message,
                format!("the credentials on standard input {why}: expected {WANTED}"),
                "{text}"
            );
        }
        assert!(read(&[0xff, 0xfe][..]).unwrap_err().message.contains("are not UTF-8 text"));
    }
}
