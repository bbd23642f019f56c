//! A pick list on paper: says where, then what, then how many, and little else.
//!
//! Invariants: no row is split across pages; every unit of the walk and every exception is on some page; nothing but the
//! list decides what the pages look like, so the same list is the same bytes. A row of more orders than a page could show
//! becomes several whole rows, each with its own quantity.

#![allow(clippy::inconsistent_digit_grouping, reason = "a length of 12.5 points is written 12_50")]

mod exceptions;
mod form;
mod header;
mod heading;
mod orders;
mod plan;
mod row;
mod stamps;
mod tails;
mod totals;

use std::collections::HashMap;
use std::rc::Rc;

use packlight_domain::picking::{Paper, PickList, PickMode, PickedOrder};
use packlight_domain::printing::PreviewPage;

use self::form::Form;
use self::plan::{Block, Planned};
use self::stamps::Stamps;
use crate::fonts::Fonts;
use crate::page::{self, Align, Code, Facts, Page, Sheet, Style};

/// The list as a PDF of that paper.
#[must_use]
pub fn pdf(list: &PickList, paper: Paper, fonts: &Fonts) -> Vec<u8> {
    document(list, paper, fonts).0
}

/// The list as a PDF of that paper, and how many pages it has.
#[must_use]
pub fn document(list: &PickList, paper: Paper, fonts: &Fonts) -> (Vec<u8>, u32) {
    let layout = Layout::new(list, paper, fonts);
    let pages = layout.planned();
    let count = pages.len();
    let facts = Facts { title: format!("Pick list {}", list.id), as_of: list.data_as_of };
    let bytes = page::pdf(
        pages.iter().enumerate().map(|(index, page)| layout.drawn(page, index + 1, count)),
        &facts,
        fonts,
    );
    (bytes, u32::try_from(count).unwrap_or(u32::MAX))
}

/// The pages of [`pdf`] as pictures.
#[must_use]
pub fn preview(list: &PickList, paper: Paper, fonts: &Fonts) -> Vec<PreviewPage> {
    let layout = Layout::new(list, paper, fonts);
    let pages = layout.planned();
    let count = pages.len();
    (1..)
        .zip(&pages)
        .map(|(number, planned)| {
            let page = layout.drawn(planned, number, count);
            let tenths = |hundredths: i32| u32::try_from(hundredths / 10).unwrap_or(0);
            PreviewPage {
                number: u32::try_from(number).unwrap_or(u32::MAX),
                width: tenths(page.width),
                height: tenths(page.height),
                svg: page::svg(&page, fonts),
            }
        })
        .collect()
}

/// What all pages of a list share.
struct Layout<'a> {
    list: &'a PickList,
    fonts: &'a Fonts,
    form: Form,
    /// How each order is called where there is no room for its id.
    tails: HashMap<&'a str, &'a str>,
    list_code: Option<Rc<Code>>,
    /// Units of each order on this list, those of exceptions too.
    units: HashMap<&'a str, u32>,
    stamps: Stamps,
}

impl<'a> Layout<'a> {
    fn new(list: &'a PickList, paper: Paper, fonts: &'a Fonts) -> Self {
        Self {
            list,
            fonts,
            form: Form::of(paper),
            tails: tails::of(list),
            list_code: page::qr(&list.id).map(Rc::new),
            units: units(list),
            stamps: Stamps::default(),
        }
    }

    fn drawn(&self, planned: &Planned, number: usize, count: usize) -> Page {
        let mut sheet = Sheet::new(self.fonts, self.form.width, self.form.height);
        let in_columns = planned.blocks.iter().any(|(block, _)| matches!(block, Block::Row(_)));
        header::draw(self, &mut sheet, (number, count), in_columns);
        let mut y = self.form.body_top();
        for (block, height) in &planned.blocks {
            match block {
                Block::Message(text) => {
                    sheet.text(
                        (self.form.left(), y + 20_00),
                        Align::Left,
                        Style::bold(self.form.message),
                        text,
                    );
                }
                Block::Head { group, continued } => heading::draw(self, &mut sheet, y, *group, *continued),
                Block::Row(part) => row::draw(self, &mut sheet, (y, *height), part),
                Block::Zones(zones) => totals::draw(self, &mut sheet, y, zones.clone()),
                Block::ExceptionsTitle => exceptions::draw_title(self, &mut sheet, y),
                Block::Reason(reason) => exceptions::draw_reason(self, &mut sheet, y, *reason),
                Block::Exception(index) => exceptions::draw(self, &mut sheet, (y, *height), *index),
            }
            y += height;
        }
        sheet.finished()
    }

    /// Orders of one unit each, in a run of singles: their labels are matched at the table, so none is named.
    fn is_single_run(&self, orders: &[PickedOrder]) -> bool {
        let single = |order: &PickedOrder| {
            order.tote.is_none() && self.units.get(order.platform_order_id.as_str()) == Some(&1)
        };
        self.list.mode == PickMode::Singles && orders.iter().all(single)
    }

    /// Rows carry their place themselves where the group is an order, not a place.
    fn by_order(&self) -> bool {
        self.list.mode == PickMode::OrderSheets
    }
}

fn units(list: &PickList) -> HashMap<&str, u32> {
    let mut units: HashMap<&str, u32> = HashMap::new();
    for order in list.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.orders) {
        *units.entry(&order.platform_order_id).or_default() += u32::try_from(order.units.len()).unwrap_or(0);
    }
    for line in &list.exceptions {
        *units.entry(&line.platform_order_id).or_default() += line.quantity;
    }
    units
}
