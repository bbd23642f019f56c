//! Reports 2021-06-30: they are asked for, wait, are made, and end as they must (reference: spapi.md §7.1).
//!
//! Invariant: what becomes of a report is fixed when it is asked for; only time decides where it stands. A new kind of
//! report is one line in `kinds` and one function that makes its content.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::desk::{Desk, Visit};
use crate::draw::{Draw, mix};
use crate::fault::Fault;
use crate::http::Response;
use crate::order::Millis;
use crate::orders::Orders;
use crate::orders_list::{instant, instant_text};
use crate::plan::Operation;
use crate::probes::Role;
use crate::problem::Problem;

mod kinds;
mod listings;
mod storage;

pub use listings::TruthListing;
pub(crate) use listings::offers;

use kinds::Kind;

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;
const DAY: Millis = 24 * 60 * MINUTE;

/// Asking again for the same type and marketplace within this time ends badly (reference: spapi.md §7.6).
const TOO_SOON: Millis = 30 * MINUTE;

/// Purpose of the random stream of a report's delays.
const DELAYS: u64 = 31;

/// How a report ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    /// `DONE`, but no document is named.
    WithoutDocument,
    Cancelled,
    /// The document tells the error.
    Fatal,
}

/// A report that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    id: String,
    document_id: String,
    kind: &'static Kind,
    pub(crate) marketplaces: Vec<String>,
    from: Option<Millis>,
    to: Option<Millis>,
    pub(crate) options: BTreeMap<String, String>,
    created: Millis,
    /// When making it begins and ends.
    begins: Millis,
    ends: Millis,
    fate: Fate,
    /// The document is stored as it is, not packed.
    plain: bool,
}

/// A list that is being paged through.
#[derive(Debug, Clone)]
struct Listing {
    ids: Vec<usize>,
    page_size: usize,
}

/// Every report of the seller's, whichever application asked for it.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    made: Vec<Made>,
    listings: HashMap<String, Listing>,
    /// When a type was last asked for at a marketplace, and how often within [`TOO_SOON`] of each other.
    asked: HashMap<(&'static str, String), (Millis, u32)>,
}

impl Reports {
    fn find(&self, id: &str) -> Option<usize> {
        self.made.iter().position(|made| made.id == id)
    }

    fn of_document(&self, id: &str) -> Option<&Made> {
        self.made.iter().find(|made| made.document_id == id)
    }

    /// The role that an operation on a report needs; none where the report is unknown.
    pub(crate) fn role(&self, visit: &Visit<'_>) -> Option<Role> {
        let id = visit.order_id.unwrap_or_default();
        match visit.operation {
            Operation::CreateReport => {
                let body: Value = serde_json::from_slice(&visit.request.body).unwrap_or_default();
                body["reportType"].as_str().map(kinds::role)
            }
            Operation::GetReports => {
                let types = visit.request.parameter("reportTypes")?;
                Some(kinds::role(types.split(',').next().unwrap_or_default()))
            }
            Operation::GetReport => self.find(id).and_then(|at| self.made.get(at)).map(|made| made.kind.role),
            Operation::GetReportDocument => self.of_document(id).map(|made| made.kind.role),
            _ => None,
        }
    }
}

/// Answers `createReport`.
pub(crate) fn create(visit: &Visit<'_>, desk: &mut Desk, world: &Orders) -> Result<Response, Problem> {
    let invalid = |message: String| Err(Problem::invalid_input(message));
    let Ok(body) = serde_json::from_slice::<Value>(&visit.request.body) else {
        return invalid("Could not match input arguments".to_owned());
    };
    if !visit.request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Problem::server(415));
    }
    let report_type = body["reportType"].as_str().unwrap_or_default();
    if report_type.is_empty() {
        return invalid("reportType is required.".to_owned());
    }
    let Some(kind) = kinds::KINDS.iter().find(|kind| kind.name == report_type) else {
        return invalid(format!("Report type {report_type} is not allowed at this time."));
    };
    let marketplaces = marketplaces(&body, desk, world)?;
    if kind.one_marketplace && marketplaces.len() != 1 {
        return invalid(format!("{report_type} supports exactly one marketplace."));
    }
    let bound = |name: &'static str| match &body[name] {
        Value::Null => Ok(None),
        value => instant(name, value.as_str().unwrap_or_default()).map(Some),
    };
    let (from, to) = (bound("dataStartTime")?, bound("dataEndTime")?);
    if from.is_some_and(|from| from > visit.at) || to.zip(from).is_some_and(|(to, from)| to < from) {
        return invalid("dataStartTime must be in the past and not after dataEndTime.".to_owned());
    }
    let options = options(&body)?;

    let scale = Millis::from(desk.rate_scale.max(1));
    let key = (kind.name, marketplaces.join(","));
    let repeats = match desk.reports.asked.get(&key) {
        Some((last, repeats)) if visit.at - last < TOO_SOON / scale => repeats + 1,
        _ => 0,
    };
    desk.reports.asked.insert(key, (visit.at, repeats));
    if repeats > 2 {
        return Err(Problem::quota_exceeded());
    }

    let number = desk.reports.made.len() as u64;
    let mut draw = Draw::new(desk.seed, number, DELAYS);
    let mut begins = visit.at + draw.between(5 * SECOND, 25 * SECOND) / scale;
    let work = draw.between(10 * SECOND, 60 * SECOND) / scale;
    let mut fate = match repeats {
        0 => Fate::Done,
        1 => Fate::Cancelled,
        _ => Fate::Fatal,
    };
    for fault in &visit.faults {
        match fault {
            Fault::ReportStuck(time) => {
                begins = visit.at + Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX / 4);
            }
            Fault::ReportCancelled => fate = Fate::Cancelled,
            Fault::ReportFatal => fate = Fate::Fatal,
            Fault::ReportWithoutDocument => fate = Fate::WithoutDocument,
            _ => {}
        }
    }
    let made = Made {
        id: format!("{}", 50_000_020_000 + number * 7),
        document_id: format!(
            "amzn1.spdoc.1.4.sim.{:016x}.{:08X}",
            mix(desk.seed, number),
            mix(number, desk.seed) >> 32
        ),
        kind,
        marketplaces,
        from,
        to,
        options,
        created: visit.at,
        begins,
        ends: begins + work,
        fate,
        plain: visit.faults.contains(&Fault::DocumentPlain),
    };
    let answer = json!({"reportId": made.id});
    desk.reports.made.push(made);
    Ok(Response::json(202, &answer))
}

fn marketplaces(body: &Value, desk: &Desk, world: &Orders) -> Result<Vec<String>, Problem> {
    let ids: Option<Vec<String>> = body["marketplaceIds"]
        .as_array()
        .and_then(|ids| ids.iter().map(|id| id.as_str().map(ToOwned::to_owned)).collect());
    let ids = ids.filter(|ids| (1..=25).contains(&ids.len()));
    let mut ids = ids.ok_or_else(|| Problem::invalid_input("marketplaceIds must hold 1 to 25 ids."))?;
    for id in &ids {
        if !world.marketplaces().iter().any(|store| store.id == id) || desk.closed_marketplaces.contains(id) {
            return Err(Problem::denied(""));
        }
    }
    ids.sort();
    Ok(ids)
}

fn options(body: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let refused = || Problem::invalid_input("reportOptions must be a map of text to text.");
    match &body["reportOptions"] {
        Value::Null => Ok(BTreeMap::new()),
        Value::Object(options) => options
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.as_str().ok_or_else(refused)?.to_owned())))
            .collect(),
        _ => Err(refused()),
    }
}

impl Made {
    /// Whether there is nothing to report; Amazon then cancels it instead of making an empty document.
    fn is_empty(&self, world: &Orders) -> bool {
        (self.kind.content)(self, world, self.ends).is_none()
    }

    fn status(&self, at: Millis, world: &Orders) -> &'static str {
        match self.fate {
            _ if at < self.begins => "IN_QUEUE",
            Fate::Cancelled => "CANCELLED",
            _ if at < self.ends => "IN_PROGRESS",
            Fate::Fatal => "FATAL",
            Fate::Done if self.is_empty(world) => "CANCELLED",
            Fate::Done | Fate::WithoutDocument => "DONE",
        }
    }

    fn json(&self, at: Millis, world: &Orders) -> Value {
        let status = self.status(at, world);
        let mut report = json!({
            "reportId": self.id,
            "reportType": self.kind.name,
            "marketplaceIds": self.marketplaces,
            "createdTime": instant_text(self.created),
            "processingStatus": status,
        });
        let mut instant = |name: &str, at: Option<Millis>| {
            if let Some(at) = at {
                report[name] = json!(instant_text(at));
            }
        };
        // Amazon names a period even for types that have none.
        instant("dataStartTime", Some(self.from.unwrap_or(self.created)));
        instant("dataEndTime", Some(self.to.unwrap_or(self.created)));
        let ended = matches!(status, "DONE" | "FATAL" | "CANCELLED");
        instant("processingStartTime", (status != "IN_QUEUE").then_some(self.begins));
        instant(
            "processingEndTime",
            ended.then_some(if self.fate == Fate::Cancelled { self.begins } else { self.ends }),
        );
        let has_document = status == "FATAL" || (status == "DONE" && self.fate != Fate::WithoutDocument);
        if has_document {
            report["reportDocumentId"] = json!(self.document_id);
        }
        report
    }
}

/// Answers `getReport`.
pub(crate) fn get(visit: &Visit<'_>, desk: &Desk, world: &Orders) -> Result<Response, Problem> {
    let id = visit.order_id.unwrap_or_default();
    let made = desk.reports.find(id).and_then(|at| desk.reports.made.get(at));
    let kept = made.filter(|made| visit.at - made.created <= made.kind.kept_days * DAY);
    let made = kept.ok_or_else(|| Problem::not_found(format!("Report {id} was not found.")))?;
    Ok(Response::json(200, &made.json(visit.at, world)))
}

/// Answers `getReports`.
pub(crate) fn list(visit: &Visit<'_>, desk: &mut Desk, world: &Orders) -> Result<Response, Problem> {
    let parameter = |name| visit.request.parameter(name);
    let (listing, offset) = match (parameter("nextToken"), parameter("reportTypes")) {
        (None, None) => {
            return Err(Problem::invalid_input("Either reportTypes or nextToken must be provided."));
        }
        (Some(_), _) if visit.request.query.len() > 1 => {
            return Err(Problem::invalid_input("nextToken must be the only parameter."));
        }
        (Some(token), _) => {
            let (key, offset) = token.rsplit_once('.').unwrap_or((token, ""));
            let listing = desk.reports.listings.get(key).cloned();
            match (listing, offset.parse::<usize>()) {
                (Some(listing), Ok(offset)) => (listing, offset),
                _ => return Err(Problem::invalid_input("Could not decode your nextToken.")),
            }
        }
        (None, Some(_)) => (first_listing(visit, desk, world)?, 0),
    };
    let page = listing.ids.iter().skip(offset).take(listing.page_size);
    let reports: Vec<Value> =
        page.filter_map(|at| desk.reports.made.get(*at)).map(|made| made.json(visit.at, world)).collect();
    let mut answer = json!({"reports": reports});
    let next = offset + listing.page_size;
    if next < listing.ids.len() {
        let key = parameter("nextToken")
            .and_then(|token| token.rsplit_once('.'))
            .map_or_else(|| format!("{:016x}+/", mix(desk.seed, desk.requests)), |(key, _)| key.to_owned());
        answer["nextToken"] = json!(format!("{key}.{next}"));
        desk.reports.listings.insert(key, listing);
    }
    Ok(Response::json(200, &answer))
}

fn first_listing(visit: &Visit<'_>, desk: &Desk, world: &Orders) -> Result<Listing, Problem> {
    let request = visit.request;
    let [types, statuses, stores] =
        ["reportTypes", "processingStatuses", "marketplaceIds"].map(|name| request.list(name));
    let bound = |name: &'static str| request.parameter(name).map(|text| instant(name, text)).transpose();
    let since = bound("createdSince")?;
    let until = bound("createdUntil")?.unwrap_or(visit.at);
    if types.len() > 10 || stores.len() > 10 {
        return Err(Problem::invalid_input("At most 10 report types and 10 marketplaces can be given."));
    }
    if since.is_some_and(|since| since < visit.at - 90 * DAY) {
        return Err(Problem::invalid_input("createdSince must not be more than 90 days ago."));
    }
    let known = ["CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"];
    if let Some(word) = statuses.iter().find(|word| !known.contains(word)) {
        return Err(Problem::invalid_input(format!("Invalid value for processingStatuses: {word}")));
    }
    let page_size = match request.parameter("pageSize") {
        None => 10,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=100).contains(size))
            .ok_or_else(|| Problem::invalid_input("pageSize must be between 1 and 100."))?,
    };
    let fits = |made: &Made| {
        types.contains(&made.kind.name)
            && made.created >= since.unwrap_or(visit.at - 90 * DAY)
            && made.created <= until
            && visit.at - made.created <= made.kind.kept_days * DAY
            && (stores.is_empty() || made.marketplaces.iter().any(|id| stores.contains(&id.as_str())))
            && (statuses.is_empty() || statuses.contains(&made.status(visit.at, world)))
    };
    let reports = desk.reports.made.iter().enumerate().rev();
    Ok(Listing { ids: reports.filter(|(_, made)| fits(made)).map(|(at, _)| at).collect(), page_size })
}

/// Answers `getReportDocument`: an address that is good for five minutes.
pub(crate) fn document(visit: &Visit<'_>, desk: &Desk, world: &Orders) -> Result<Response, Problem> {
    let id = visit.order_id.unwrap_or_default();
    let ready = |made: &&Made| matches!(made.status(visit.at, world), "DONE" | "FATAL");
    let made = desk.reports.of_document(id).filter(ready);
    let made = made.ok_or_else(|| Problem::not_found(format!("Report document {id} was not found.")))?;
    let mut answer = json!({"reportDocumentId": id, "url": storage::address(visit, desk.seed, id)});
    if !made.plain {
        answer["compressionAlgorithm"] = json!("GZIP");
    }
    Ok(Response::json(200, &answer))
}

/// Answers the request for a document at its address.
pub(crate) fn download(visit: &Visit<'_>, desk: &Desk, world: &Orders) -> Response {
    storage::answer(visit, desk, world)
}
