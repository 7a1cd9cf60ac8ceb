//! The spans that were made through `tracing`.

use crate::events::EVENTS;
use core::cell::RefCell;
use std::sync::PoisonError;
use std::thread::{self, ThreadId};
use tracing::{Level, Metadata, span};
use tracing_core::span::Current;

/// A span, as far as it has come.
#[derive(Clone, Debug)]
pub struct SpanRecord {
    id: u64,
    metadata: &'static Metadata<'static>,
    parent: Option<u64>,
    fields: String,
    entered_on: Vec<ThreadId>,
    n_inside: usize,
    n_handles: usize,
}

thread_local! {
    /// Those that this thread is in, innermost last.
    static INSIDE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The number of those that are not recorded.
pub(crate) const UNRECORDED: u64 = 1;

impl SpanRecord {
    /// Its number, as [`tracing::span::Id`] has it.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The number of the span that it was made in.
    pub fn parent(&self) -> Option<u64> {
        self.parent
    }

    pub(crate) fn target(&self) -> &'static str {
        self.metadata.target()
    }

    /// How important it is.
    pub fn level(&self) -> Level {
        *self.metadata.level()
    }

    /// Name and fields, as they were recorded.
    pub fn text(&self) -> &str {
        &self.fields
    }

    /// On which threads it was entered, in order.
    pub fn entered_on(&self) -> &[ThreadId] {
        &self.entered_on
    }

    /// Whether some thread is inside.
    pub fn is_entered(&self) -> bool {
        self.n_inside > 0
    }

    /// Whether nobody has it any more.
    pub fn is_closed(&self) -> bool {
        self.n_handles == 0
    }
}

/// Whether spans are recorded.
pub(crate) fn are_recorded() -> bool {
    EVENTS.get().is_some_and(|events| events.spans.get().is_some())
}

/// Calls `f` with the spans, if they are recorded.
fn with_spans<R>(f: impl FnOnce(&mut Vec<SpanRecord>) -> R) -> Option<R> {
    let spans = EVENTS.get()?.spans.get()?;
    Some(f(&mut spans.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// The same for one of them.
fn with_span<R>(id: &span::Id, f: impl FnOnce(&mut SpanRecord) -> R) -> Option<R> {
    let index = id.into_u64().checked_sub(UNRECORDED + 1)?;
    with_spans(|spans| spans.get_mut(index as usize).map(f)).flatten()
}

pub(crate) fn new_span(attributes: &span::Attributes<'_>, fields: String) -> span::Id {
    let contextual = || INSIDE.with_borrow(|inside| inside.last().copied());
    let explicit = attributes.parent().map(span::Id::into_u64);
    let parent = if attributes.is_contextual() { contextual() } else { explicit };
    let id = with_spans(|spans| {
        let id = spans.len() as u64 + UNRECORDED + 1;
        let (metadata, entered_on) = (attributes.metadata(), Vec::new());
        spans.push(SpanRecord { id, metadata, parent, fields, entered_on, n_inside: 0, n_handles: 1 });
        id
    });
    span::Id::from_u64(id.unwrap_or(UNRECORDED))
}

pub(crate) fn record(id: &span::Id, fields: &str) {
    with_span(id, |span| span.fields.push_str(fields));
}

pub(crate) fn enter(id: &span::Id) {
    let entered = with_span(id, |span| {
        span.entered_on.push(thread::current().id());
        span.n_inside += 1;
    });
    if entered.is_some() {
        INSIDE.with_borrow_mut(|inside| inside.push(id.into_u64()));
    }
}

pub(crate) fn exit(id: &span::Id) {
    with_span(id, |span| span.n_inside -= 1);
    INSIDE.with_borrow_mut(|inside| {
        let last = inside.iter().rposition(|other| *other == id.into_u64());
        last.map(|last| inside.remove(last))
    });
}

pub(crate) fn clone_span(id: &span::Id) -> span::Id {
    with_span(id, |span| span.n_handles += 1);
    id.clone()
}

pub(crate) fn try_close(id: &span::Id) -> bool {
    let is_closed = with_span(id, |span| {
        span.n_handles -= 1;
        span.is_closed()
    });
    is_closed.unwrap_or(false)
}

pub(crate) fn current_span() -> Current {
    let id = INSIDE.with_borrow(|inside| inside.last().copied()).map(span::Id::from_u64);
    let current = id.and_then(|id| with_span(&id, |span| Current::new(id.clone(), span.metadata)));
    current.unwrap_or_else(Current::none)
}
