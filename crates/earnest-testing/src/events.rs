//! What was reported through `tracing`.

use crate::spans::{self, SpanRecord};
use core::fmt::{Debug, Write};
use std::sync::{Mutex, OnceLock, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};
use tracing_core::span::Current;

/// The events of this process, on whatever thread, from the first call of [`Events::record`] on.
#[derive(Debug, Default)]
pub struct Events {
    lines: Mutex<Vec<Reported>>,
    /// None where they are not recorded.
    pub(crate) spans: OnceLock<Mutex<Vec<SpanRecord>>>,
}

#[derive(Debug)]
struct Reported {
    target: &'static str,
    line: String,
}

pub(crate) static EVENTS: OnceLock<Events> = OnceLock::new();

impl Events {
    /// Begins to record, unless something in this process has done so before. Tests of one program share the record:
    /// each looks for a text of its own.
    ///
    /// # Panics
    ///
    /// If the program has a subscriber of another kind.
    pub fn record() -> &'static Events {
        EVENTS.get_or_init(|| {
            tracing::subscriber::set_global_default(Recorder).expect("no other subscriber");
            Events::default()
        })
    }

    /// The same, and begins to record spans, which are kept until the process ends.
    ///
    /// # Panics
    ///
    /// If the program has a subscriber of another kind.
    pub fn record_spans() -> &'static Events {
        let events = Events::record();
        events.spans.get_or_init(Mutex::default);
        events
    }

    /// The recorded events that contain `text`: level, message and fields, oldest first.
    pub fn containing(&self, text: &str) -> Vec<String> {
        self.filtered(|reported| reported.line.contains(text))
    }

    /// The same, of those with this target.
    pub fn of_target(&self, target: &str, text: &str) -> Vec<String> {
        self.filtered(|reported| reported.target == target && reported.line.contains(text))
    }

    fn filtered(&self, is_wanted: impl Fn(&Reported) -> bool) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|reported| is_wanted(reported)).map(|reported| reported.line.clone()).collect()
    }

    /// The recorded spans with this target, oldest first, as far as they have come.
    pub fn spans(&self, target: &str) -> Vec<SpanRecord> {
        let Some(spans) = self.spans.get() else { return Vec::new() };
        let spans = spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.iter().filter(|span| span.target() == target).cloned().collect()
    }
}

/// Passes everything on to [`EVENTS`].
struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        if !spans::are_recorded() {
            return span::Id::from_u64(spans::UNRECORDED);
        }
        let mut line = Line(attributes.metadata().name().to_owned());
        attributes.record(&mut line);
        spans::new_span(attributes, line.0)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        spans::record(id, &line.0);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut line = Line(metadata.level().to_string());
        event.record(&mut line);
        if let Some(events) = EVENTS.get() {
            let reported = Reported { target: metadata.target(), line: line.0 };
            events.lines.lock().unwrap_or_else(PoisonError::into_inner).push(reported);
        }
    }

    fn enter(&self, id: &span::Id) {
        spans::enter(id);
    }

    fn exit(&self, id: &span::Id) {
        spans::exit(id);
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        spans::clone_span(id)
    }

    fn try_close(&self, id: span::Id) -> bool {
        spans::try_close(&id)
    }

    fn current_span(&self) -> Current {
        spans::current_span()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _infallible = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
