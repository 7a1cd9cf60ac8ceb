//! What was reported through `tracing`.

use core::fmt::{Debug, Write};
use std::sync::{Mutex, OnceLock, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// The events of this process, on whatever thread, from the first call of [`Events::record`] on.
#[derive(Debug, Default)]
pub struct Events {
    lines: Mutex<Vec<String>>,
}

static EVENTS: OnceLock<Events> = OnceLock::new();

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

    /// The recorded events that contain `text`: level, message and fields, oldest first.
    pub fn containing(&self, text: &str) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| line.contains(text)).cloned().collect()
    }
}

/// Passes everything on to [`EVENTS`].
struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        if let Some(events) = EVENTS.get() {
            events.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
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
