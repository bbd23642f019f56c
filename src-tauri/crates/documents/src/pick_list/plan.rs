//! What goes on which page. Blocks are whole: one that does not fit begins the next page.

use std::collections::BTreeSet;
use std::ops::Range;

use packlight_domain::picking::ExceptionReason;

use super::{Layout, exceptions, heading, row, totals};

/// A part of the list that stays together.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A sentence in place of a list.
    Message(&'static str),
    /// The heading of a group, where it stands above its rows: on labels and order sheets.
    Head { group: usize, continued: bool },
    /// A row.
    Row(Part),
    /// Units of these zones, the sum behind the last.
    Zones(Range<usize>),
    /// The heading of the exceptions.
    ExceptionsTitle,
    /// A reason and what to do.
    Reason(ExceptionReason),
    /// One exception.
    Exception(usize),
}

/// A row, or as many of its orders as one row may show.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) group: usize,
    pub(super) row: usize,
    pub(super) orders: Range<usize>,
    /// The place is written at it.
    pub(super) shows_place: bool,
    /// It is not the first row of its place.
    pub(super) continued: bool,
}

/// A page and its blocks.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// Each with its height.
    pub(super) blocks: Vec<(Block, i32)>,
    used: i32,
}

impl Layout<'_> {
    /// All pages; one at least.
    pub(super) fn planned(&self) -> Vec<Planned> {
        let mut pages = Pages { body: self.form.body(), pages: vec![Planned::default()] };
        if self.list.groups.is_empty() {
            self.add(&mut pages, Block::Message(self.nothing()));
        }
        for group in 0..self.list.groups.len() {
            self.add_group(&mut pages, group);
        }
        for zones in totals::blocks(self) {
            self.add(&mut pages, Block::Zones(zones));
        }
        self.add_exceptions(&mut pages);
        pages.pages
    }

    fn nothing(&self) -> &'static str {
        if self.list.exceptions.is_empty() {
            "Nothing to pick: no paid order is waiting to be sent."
        } else {
            "Nothing can be picked from the shelves now."
        }
    }

    fn add(&self, pages: &mut Pages, block: Block) {
        let height = self.height(&block);
        pages.make_room(height);
        pages.push(block, height);
    }

    fn add_group(&self, pages: &mut Pages, group: usize) {
        let headed = self.form.label || self.by_order();
        let mut parts = Vec::new();
        for (index, row) in self.list.groups[group].rows.iter().enumerate() {
            let limit = self.orders_in_a_row();
            let orders = row.orders.len();
            let starts = (0..orders.max(1)).step_by(limit);
            parts.extend(starts.map(|start| Part {
                group,
                row: index,
                orders: start..orders.min(start + limit),
                shows_place: self.by_order(),
                continued: false,
            }));
        }
        if headed {
            let head = Block::Head { group, continued: false };
            let mut needed = self.height(&head);
            // An order stays on one sheet if it fits on one; a place needs its first row at least.
            let whole: i32 = parts.iter().map(|part| row::height(self, part)).sum();
            let first = parts.first().map_or(0, |part| row::height(self, part));
            needed += if needed + whole <= pages.body { whole } else { first };
            if self.form.label && !pages.last().blocks.is_empty() {
                pages.turn();
            }
            pages.make_room(needed);
            let height = self.height(&head);
            pages.push(head, height);
        }
        for (index, mut part) in parts.into_iter().enumerate() {
            part.shows_place |= !headed && index == 0;
            let mut height = row::height(self, &part);
            if pages.make_room(height) {
                if headed {
                    let head = Block::Head { group, continued: true };
                    let height = self.height(&head);
                    pages.push(head, height);
                } else {
                    // The place stands on each page on which it has rows.
                    part.shows_place = true;
                    part.continued = index > 0;
                    height = row::height(self, &part);
                }
            }
            pages.push(Block::Row(part), height);
        }
    }

    fn add_exceptions(&self, pages: &mut Pages) {
        let list = self.list;
        if list.exceptions.is_empty() {
            return;
        }
        // Never beside the walk; sums that had to turn the page leave room for them.
        let is_row = |(block, _): &(Block, i32)| matches!(block, Block::Head { .. } | Block::Row(_));
        if pages.last().blocks.iter().any(is_row) {
            pages.turn();
        }
        self.add(pages, Block::ExceptionsTitle);
        let reasons: BTreeSet<ExceptionReason> = list.exceptions.iter().map(|line| line.reason).collect();
        for reason in reasons {
            let of_it = |index: &usize| list.exceptions[*index].reason == reason;
            for (place, index) in (0..list.exceptions.len()).filter(of_it).enumerate() {
                let (head, line) = (Block::Reason(reason), Block::Exception(index));
                let (above, height) = (self.height(&head), self.height(&line));
                let turned = pages.make_room(if place == 0 { above + height } else { height });
                if place == 0 || turned {
                    pages.push(head, above);
                }
                pages.push(line, height);
            }
        }
    }

    /// How high a block is.
    pub(super) fn height(&self, block: &Block) -> i32 {
        match block {
            Block::Message(_) => 40_00,
            Block::Head { group, continued } => heading::height(self, *group, *continued),
            Block::Row(part) => row::height(self, part),
            Block::Zones(zones) => totals::height(self, zones),
            Block::ExceptionsTitle => exceptions::title_height(self),
            Block::Reason(reason) => exceptions::reason_height(self, *reason),
            Block::Exception(index) => exceptions::height(self, *index),
        }
    }
}

struct Pages {
    body: i32,
    pages: Vec<Planned>,
}

impl Pages {
    fn last(&mut self) -> &mut Planned {
        if self.pages.is_empty() {
            self.pages.push(Planned::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn turn(&mut self) {
        self.pages.push(Planned::default());
    }

    /// Turns the page if that height is not free; tells whether it did.
    fn make_room(&mut self, height: i32) -> bool {
        let body = self.body;
        let last = self.last();
        let turns = last.used + height > body && !last.blocks.is_empty();
        if turns {
            self.turn();
        }
        turns
    }

    fn push(&mut self, block: Block, height: i32) {
        let last = self.last();
        last.used += height;
        last.blocks.push((block, height));
    }
}
