//! What looks the same in many places of a list is drawn once: the frame of a page, the furniture of a row, a condition, a
//! flag, a tote. A long list would otherwise repeat the same lines ten thousand times.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::Layout;
use super::orders::Flag;
use crate::page::{Page, Sheet};

/// What a stamp shows; equal stamps are one drawing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Top and bottom of a page, but for its number; with the names of the columns or without.
    Frame { in_columns: bool },
    /// Lines, tick box, quantity and blank of a row on a sheet.
    Row { is_first: bool, quantity: u32 },
    /// A condition in a frame of that width.
    Chip(String, i32),
    /// A flag.
    Flag(Flag),
    /// A tote in a box of that side.
    Tote(char, i32),
}

/// The stamps of a list, made when they are first needed.
#[derive(Debug, Default)]
pub(super) struct Stamps(RefCell<HashMap<Key, Rc<Page>>>);

impl Layout<'_> {
    /// The stamp of that key; `draw` makes it on a sheet of those measures.
    pub(super) fn stamp(
        &self,
        key: Key,
        (width, height): (i32, i32),
        draw: impl FnOnce(&mut Sheet<'_>),
    ) -> Rc<Page> {
        if let Some(known) = self.stamps.0.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut sheet = Sheet::new(self.fonts, width, height);
        draw(&mut sheet);
        let stamp = Rc::new(sheet.finished());
        self.stamps.0.borrow_mut().insert(key, Rc::clone(&stamp));
        stamp
    }
}
