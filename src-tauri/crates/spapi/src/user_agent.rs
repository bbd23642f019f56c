//! How Packlight introduces itself: Amazon asks for application, version, language and platform.
//!
//! Format and escapes are those of Amazon's page "Include a User-Agent header in all requests"; more than 500
//! characters are rejected there.

use http::HeaderValue;

/// The application as Amazon sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAgent {
    /// Name of the application.
    pub app: String,
    /// Its version.
    pub version: String,
    /// Operating system, such as `Linux/6.1`.
    pub platform: String,
}

const LONGEST: usize = 500;

impl UserAgent {
    /// `app/version (Language=Rust/…; Platform=…)`, escaped, in ASCII and at most 500 characters long.
    pub fn to_text(&self) -> String {
        let app = escaped(&self.app, &['/'], 100);
        let version = escaped(&self.version, &['('], 50);
        let language = escaped(concat!("Rust/", env!("CARGO_PKG_RUST_VERSION")), &[')', ';'], 50);
        let platform = escaped(&self.platform, &[')', ';'], LONGEST - 100 - 50 - 50 - 26);
        format!("{app}/{version} (Language={language}; Platform={platform})")
    }

    pub(crate) fn header(&self) -> HeaderValue {
        // Visible ASCII by construction.
        HeaderValue::from_str(&self.to_text()).unwrap_or_else(|_| HeaderValue::from_static("Packlight"))
    }
}

/// `text` in visible ASCII with a backslash before each of `special` and before backslashes, cut to `longest`
/// characters without cutting an escape in two.
fn escaped(text: &str, special: &[char], longest: usize) -> String {
    let mut out = String::new();
    for c in text.trim().chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }) {
        let needs = special.contains(&c) || c == '\\';
        if out.len() + 1 + usize::from(needs) > longest {
            break;
        }
        if needs {
            out.push('\\');
        }
        out.push(c);
    }
    if out.is_empty() { "unknown".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(app: &str, version: &str, platform: &str) -> String {
        UserAgent { app: app.into(), version: version.into(), platform: platform.into() }.to_text()
    }

    #[test]
    fn it_reads_as_amazon_asks() {
        assert_eq!(
            agent("Packlight", "0.1.0", "Linux/6.1"),
            "Packlight/0.1.0 (Language=Rust/1.95; Platform=Linux/6.1)"
        );
    }

    #[test]
    fn special_characters_are_escaped_where_they_mean_something() {
        assert_eq!(
            agent("Pack/light", "1(2)", "A;B)C\\"),
            "Pack\\/light/1\\(2) (Language=Rust/1.95; Platform=A\\;B\\)C\\\\)"
        );
    }

    #[test]
    fn it_is_ascii_and_never_too_long() {
        let long = agent(&"é/".repeat(400), &"(".repeat(400), &");".repeat(400));
        assert!(long.len() <= LONGEST && long.is_ascii(), "{}", long.len());
        assert_eq!(agent("", "\n", "x"), "unknown/unknown (Language=Rust/1.95; Platform=x)");
    }
}
