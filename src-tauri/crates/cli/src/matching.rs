//! `match map | link | unlink | list`: which unit a line of an order takes.

use packlight_domain::listing::{MAX_PAGE, MatchStatus};
use packlight_domain::matching::{LineLinked, Mapping, MappingDone};
use packlight_domain::stock::UnitId;
use serde::Serialize;

use crate::arguments::MatchCommand;
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shapes::at;
use crate::table::Table;

/// Runs one of the commands.
pub(crate) async fn run(
    desk: &Desk<'_>,
    command: &MatchCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    match command {
        MatchCommand::Map { number, set_number, condition, other } => {
            let map = async |engine: &packlight_engine::Engine| {
                Ok(engine.map_number(number, !other, set_number, condition).await?)
            };
            let done = desk.writing(map).await?;
            output.result(&MapShape::of(done, !other), people_map)?;
        }
        MatchCommand::Link { order_item_id, unit_id } => {
            let link = async |engine: &packlight_engine::Engine| {
                let account = desk.account_to_read(engine).await?;
                let line = engine.find_line(order_item_id.trim(), account).await?;
                Ok(engine.link_unit(&line, UnitId(*unit_id)).await?)
            };
            let linked = desk.writing(link).await?;
            output.result(&LineShape::of(linked), people_line)?;
        }
        MatchCommand::Unlink { order_item_id } => {
            let unlink = async |engine: &packlight_engine::Engine| {
                let account = desk.account_to_read(engine).await?;
                let line = engine.find_line(order_item_id.trim(), account).await?;
                Ok(engine.unlink_line(&line).await?)
            };
            let linked = desk.writing(unlink).await?;
            output.result(&LineShape::of(linked), people_line)?;
        }
        MatchCommand::List => list(desk, output).await?,
    }
    Ok(Exit::Done)
}

async fn list(desk: &Desk<'_>, output: &mut Output<'_>) -> Result<(), Failure> {
    let read = async |engine: &packlight_engine::Engine| {
        let mut all: Vec<Mapping> = Vec::new();
        loop {
            let offset = u32::try_from(all.len()).unwrap_or(u32::MAX);
            let page = engine.mappings("", offset, MAX_PAGE).await?;
            let is_last = page.rows.is_empty();
            all.extend(page.rows);
            if is_last || all.len() >= page.total as usize {
                return Ok(all);
            }
        }
    };
    let mappings = desk.reading(read).await?;
    let table = Table::new(&[
        ("number", 14),
        ("set", 8),
        ("condition", 12),
        ("lines", -6),
        ("free", -5),
        ("title", 0),
    ]);
    let mut list = output.list();
    for mapping in mappings {
        list.push(&MappingShape::of(mapping), &table, people_mapping)?;
    }
    list.end("Nothing is mapped yet: packlight-cli match map ASIN SET_NUMBER CONDITION")?;
    Ok(())
}

/// What a mapping did; `asin` is null where the number is another platform's.
#[derive(Debug, Serialize)]
struct MapShape {
    asin: Option<String>,
    number: String,
    set_number: String,
    condition: String,
    lines_matched: u32,
}

impl MapShape {
    fn of(done: MappingDone, is_asin: bool) -> Self {
        Self {
            asin: is_asin.then(|| done.number.clone()),
            number: done.number,
            set_number: done.set_number,
            condition: done.condition,
            lines_matched: done.lines_matched,
        }
    }
}

/// A line after a link or an unlink.
#[derive(Debug, Serialize)]
struct LineShape {
    order_item_id: String,
    inventory_item_ids: Vec<String>,
    match_status: MatchStatus,
}

impl LineShape {
    fn of(linked: LineLinked) -> Self {
        Self {
            order_item_id: linked.line.order_item_id,
            inventory_item_ids: linked.units.into_iter().map(|unit| unit.0.to_string()).collect(),
            match_status: linked.match_status,
        }
    }
}

/// A mapping in a list.
#[derive(Debug, Serialize)]
struct MappingShape {
    asin: Option<String>,
    number: String,
    set_number: String,
    condition: String,
    created_at: Option<String>,
    lines: u32,
    free_units: u32,
    title: Option<String>,
}

impl MappingShape {
    fn of(mapping: Mapping) -> Self {
        Self {
            asin: mapping.is_asin.then(|| mapping.number.clone()),
            number: mapping.number,
            set_number: mapping.set_number,
            condition: mapping.condition,
            created_at: at(Some(mapping.created_at)),
            lines: mapping.lines,
            free_units: mapping.free_units,
            title: mapping.title,
        }
    }
}

fn people_map(done: &MapShape) -> String {
    let lines = match done.lines_matched {
        1 => "1 line matches".to_owned(),
        lines => format!("{lines} lines match"),
    };
    format!("{} stands for {} {}; {lines}.\n", done.number, done.set_number, done.condition)
}

fn people_line(line: &LineShape) -> String {
    match line.inventory_item_ids.as_slice() {
        [] => format!("Line {} holds no unit.\n", line.order_item_id),
        [unit] => format!("Line {} holds unit {unit}.\n", line.order_item_id),
        units => format!("Line {} holds units {}.\n", line.order_item_id, units.join(", ")),
    }
}

fn people_mapping(mapping: &MappingShape) -> Vec<String> {
    vec![
        mapping.number.clone(),
        mapping.set_number.clone(),
        mapping.condition.clone(),
        mapping.lines.to_string(),
        mapping.free_units.to_string(),
        mapping.title.clone().unwrap_or_default(),
    ]
}
