//! Where requests go: Amazon's hosts by region, or an override that cannot lead a token astray.
//!
//! Invariant: the token header goes to one host only, and that host is Amazon's over TLS or this computer itself
//! (design §3 *Environment*). Everything that could say otherwise is refused here, before the first request.

use http::Uri;
use packlight_domain::account::Region;
use url::{Host, Url};

use crate::operation::{Operation, Plan, millionths};

/// Names of the variables that the overrides come from, for messages.
const SP_API_URL: &str = "PACKLIGHT_SP_API_URL";
const LWA_URL: &str = "PACKLIGHT_LWA_URL";

/// Hosts that serve the Selling Partner API, production and sandbox (reference: spapi.md §2.1).
const SP_API_HOSTS: [&str; 6] = [
    "sellingpartnerapi-na.amazon.com",
    "sellingpartnerapi-eu.amazon.com",
    "sellingpartnerapi-fe.amazon.com",
    "sandbox.sellingpartnerapi-na.amazon.com",
    "sandbox.sellingpartnerapi-eu.amazon.com",
    "sandbox.sellingpartnerapi-fe.amazon.com",
];

/// Endings of the hosts that documents of reports are stored at.
const STORAGE: [&str; 4] = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".cloudfront.net"];

/// Hosts of Login with Amazon.
const LWA_HOSTS: [&str; 3] = ["api.amazon.com", "api.amazon.co.uk", "api.amazon.co.jp"];

/// What the environment says instead of Amazon's endpoints; unchecked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `PACKLIGHT_SP_API_URL`: serves all regions.
    pub sp_api_url: Option<String>,
    /// `PACKLIGHT_LWA_URL`: the full URL of the token endpoint.
    pub lwa_url: Option<String>,
    /// `PACKLIGHT_RATE_SCALE`: multiplies the rate of every usage plan.
    pub rate_scale: Option<String>,
}

/// Checked endpoints of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Without a slash at its end.
    sp_api: String,
    lwa: Uri,
    rate_millionths: u64,
}

/// An override that is refused; the text names the variable and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It cannot be read as a URL.
    #[error("{variable} is not a URL: use one such as http://127.0.0.1:8080")]
    NotAUrl {
        /// The variable.
        variable: &'static str,
    },
    /// It leads to a host that is neither this computer nor Amazon's.
    #[error(
        "{variable} leads to {host}, which is neither this computer nor Amazon's: use a loopback address or unset it"
    )]
    ForeignHost {
        /// The variable.
        variable: &'static str,
        /// The host.
        host: String,
    },
    /// It would send a token in the clear.
    #[error("{variable} leads to {host} without TLS: use https there")]
    NotSecure {
        /// The variable.
        variable: &'static str,
        /// The host.
        host: String,
    },
    /// It carries a user name, a query or a fragment.
    #[error("{variable} may hold only a scheme, a host, a port and a path: remove the rest")]
    TooMuch {
        /// The variable.
        variable: &'static str,
    },
    /// The scale is no positive decimal number up to a million.
    #[error("PACKLIGHT_RATE_SCALE is '{0}': use a decimal number above 0, such as 100")]
    NotAScale(String),
    /// A scale is meant for tests on this computer.
    #[error("PACKLIGHT_RATE_SCALE works only while PACKLIGHT_SP_API_URL leads to this computer: unset it")]
    ScaleAtAmazon,
}

impl Endpoints {
    /// Amazon's own endpoints of `region`.
    pub fn of(region: Region) -> Self {
        let sp_api = match region {
            Region::Na => "https://sellingpartnerapi-na.amazon.com",
            Region::Eu => "https://sellingpartnerapi-eu.amazon.com",
            Region::Fe => "https://sellingpartnerapi-fe.amazon.com",
        };
        Self {
            sp_api: sp_api.to_owned(),
            lwa: Uri::from_static("https://api.amazon.com/auth/o2/token"),
            rate_millionths: 1_000_000,
        }
    }

    /// The endpoints of `region` with what `overrides` put in their place. Blank overrides count as absent.
    pub fn with_overrides(region: Region, overrides: &Overrides) -> Result<Self, EndpointError> {
        let mut endpoints = Self::of(region);
        let mut local = false;
        if let Some(text) = given(overrides.sp_api_url.as_deref()) {
            let url = checked(SP_API_URL, text, &SP_API_HOSTS)?;
            local = url.host_str().is_some_and(is_loopback);
            url.as_str().trim_end_matches('/').clone_into(&mut endpoints.sp_api);
        }
        if let Some(text) = given(overrides.lwa_url.as_deref()) {
            let url = checked(LWA_URL, text, &LWA_HOSTS)?;
            endpoints.lwa = url.as_str().parse().map_err(|_| EndpointError::NotAUrl { variable: LWA_URL })?;
        }
        if let Some(text) = given(overrides.rate_scale.as_deref()) {
            let scale = millionths(text).filter(|scale| *scale <= 1_000_000_000_000);
            endpoints.rate_millionths = scale.ok_or_else(|| EndpointError::NotAScale(text.to_owned()))?;
            if !local {
                return Err(EndpointError::ScaleAtAmazon);
            }
        }
        Ok(endpoints)
    }

    /// Base of every call, without a slash at its end.
    pub fn sp_api(&self) -> &str {
        &self.sp_api
    }

    /// The token endpoint.
    pub fn lwa(&self) -> &Uri {
        &self.lwa
    }

    /// `url` of a report's document, if it may be followed: https to one of the hosts that Amazon stores documents at,
    /// or this computer while the API itself is here. It is asked for without a token, whichever it is.
    pub(crate) fn document(&self, url: &str) -> Option<Uri> {
        let parsed: Url = url.parse().ok()?;
        let host = parsed.host_str()?;
        let near = self.sp_api.parse::<Url>().is_ok_and(|api| api.host_str().is_some_and(is_loopback));
        let amazons = parsed.scheme() == "https"
            && parsed.port().is_none()
            && STORAGE.iter().any(|suffix| host.ends_with(suffix));
        let here = near && is_loopback(host) && matches!(parsed.scheme(), "http" | "https");
        let plain = parsed.username().is_empty() && parsed.password().is_none();
        // The text is sent as Amazon wrote it: parsing and printing could change what its signature covers.
        if plain && (amazons || here) { url.parse().ok() } else { None }
    }

    /// The usage plan of `operation` at these endpoints.
    pub fn plan(&self, operation: Operation) -> Plan {
        operation.plan().scaled(self.rate_millionths)
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn checked(variable: &'static str, text: &str, amazons: &[&str]) -> Result<Url, EndpointError> {
    let url: Url = text.parse().map_err(|_| EndpointError::NotAUrl { variable })?;
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return Err(EndpointError::NotAUrl { variable });
    };
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(EndpointError::TooMuch { variable });
    }
    if is_loopback(host) {
        return Ok(url);
    }
    let host = host.to_owned();
    if !amazons.contains(&host.as_str()) || url.port().is_some() {
        return Err(EndpointError::ForeignHost { variable, host });
    }
    if url.scheme() != "https" {
        return Err(EndpointError::NotSecure { variable, host });
    }
    Ok(url)
}

/// Whether a host, as it stands in a URL, is this computer.
pub(crate) fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(sp_api: &str, lwa: &str, scale: &str) -> Result<Endpoints, String> {
        let text = |text: &str| Some(text.to_owned());
        let overrides = Overrides { sp_api_url: text(sp_api), lwa_url: text(lwa), rate_scale: text(scale) };
        Endpoints::with_overrides(Region::Eu, &overrides).map_err(|error| error.to_string())
    }

    #[test]
    fn each_region_has_its_host() {
        assert_eq!(Endpoints::of(Region::Fe).sp_api(), "https://sellingpartnerapi-fe.amazon.com");
        assert_eq!(Endpoints::of(Region::Na).lwa(), "https://api.amazon.com/auth/o2/token");
        assert_eq!(overrides("", " ", "").unwrap(), Endpoints::of(Region::Eu));
    }

    #[test]
    fn loopback_may_go_without_tls_and_be_faster() {
        for host in
            ["http://127.0.0.1:8080", "http://127.9.9.9/", "http://[::1]:1", "http://localhost:80/base/"]
        {
            assert!(overrides(host, host, "1000").is_ok(), "{host}");
        }
        let endpoints = overrides("http://localhost:99/base/", "http://localhost:99/token", "0.5").unwrap();
        assert_eq!(endpoints.sp_api(), "http://localhost:99/base");
        assert_eq!(endpoints.lwa(), "http://localhost:99/token");
        assert_eq!(endpoints.plan(Operation::SearchOrders), Plan { micro_hertz: 2_800, burst: 20 });
    }

    #[test]
    fn amazons_sandbox_is_one_of_amazons() {
        let sandbox = "https://sandbox.sellingpartnerapi-eu.amazon.com";
        assert_eq!(overrides(sandbox, "", "").unwrap().sp_api(), sandbox);
    }

    #[test]
    fn a_token_cannot_be_led_astray() {
        let foreign = |host: &str| {
            format!(
                "PACKLIGHT_SP_API_URL leads to {host}, which is neither this computer nor Amazon's: use a loopback address or unset it"
            )
        };
        for (url, message) in [
            ("https://example.com", foreign("example.com")),
            (
                "https://sellingpartnerapi-eu.amazon.com.example.com",
                foreign("sellingpartnerapi-eu.amazon.com.example.com"),
            ),
            ("https://127.0.0.1.example.com", foreign("127.0.0.1.example.com")),
            ("https://localhost.example.com", foreign("localhost.example.com")),
            ("https://api.amazon.com", foreign("api.amazon.com")),
            ("http://10.0.0.1", foreign("10.0.0.1")),
            ("https://sellingpartnerapi-eu.amazon.com:8443", foreign("sellingpartnerapi-eu.amazon.com")),
            (
                "http://sellingpartnerapi-eu.amazon.com",
                "PACKLIGHT_SP_API_URL leads to sellingpartnerapi-eu.amazon.com without TLS: use https there"
                    .to_owned(),
            ),
            (
                "https://me@127.0.0.1/",
                "PACKLIGHT_SP_API_URL may hold only a scheme, a host, a port and a path: remove the rest"
                    .to_owned(),
            ),
            (
                "ftp://127.0.0.1/",
                "PACKLIGHT_SP_API_URL is not a URL: use one such as http://127.0.0.1:8080".to_owned(),
            ),
        ] {
            assert_eq!(overrides(url, "", "").unwrap_err(), message, "{url}");
        }
        assert_eq!(
            overrides("", "https://example.com/token", "").unwrap_err(),
            "PACKLIGHT_LWA_URL leads to example.com, which is neither this computer nor Amazon's: use a loopback address or unset it"
        );
    }

    #[test]
    fn documents_come_from_amazons_storage_or_from_beside_the_api() {
        let amazon = Endpoints::of(Region::Eu);
        let url =
            "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/%2FNinetyDays/a%20b?X-Amz-Expires=300&x=%2F";
        assert_eq!(amazon.document(url).unwrap().to_string(), url, "not a byte differs");
        assert!(amazon.document("https://d34o8swod1owfl.cloudfront.net/x").is_some());
        let near = overrides("http://127.0.0.1:8080", "", "").unwrap();
        for local in ["http://127.0.0.1:9999/document?x=1", "http://localhost:1/x", "http://[::1]:2/"] {
            assert!(near.document(local).is_some(), "{local}");
            assert!(amazon.document(local).is_none(), "{local}");
        }
        assert!(near.document(url).is_some());
        for foreign in [
            "http://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/x",
            "https://tortuga.amazonaws.com:8443/x",
            "https://evilamazonaws.com/x",
            "https://amazonaws.com.example.com/x",
            "https://me@tortuga.amazonaws.com/x",
            "https://example.com/.amazonaws.com",
            "file:///etc/passwd",
            "https://",
            "",
        ] {
            assert!(amazon.document(foreign).is_none() && near.document(foreign).is_none(), "{foreign}");
        }
    }

    #[test]
    fn a_scale_needs_loopback_and_a_number() {
        assert_eq!(
            overrides("", "", "10").unwrap_err(),
            "PACKLIGHT_RATE_SCALE works only while PACKLIGHT_SP_API_URL leads to this computer: unset it"
        );
        assert_eq!(
            overrides("http://127.0.0.1", "", "-1").unwrap_err(),
            "PACKLIGHT_RATE_SCALE is '-1': use a decimal number above 0, such as 100"
        );
    }
}
