//! What was asked for when a task was submitted, and what its context and others go by.

use crate::state::Outcome;
use crate::task_options::{Priority, TaskOptions};
use crate::token::{CancellationToken, Registration};
use alloc::borrow::Cow;
use earnest_sync::{Instant, Mutex, OnceLock, has_passed};

/// See the module's text. It lies in the side box of tasks that were submitted with options.
pub(crate) struct Terms {
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) priority: Priority,
    pub(crate) deadline: Option<Instant>,
    pub(crate) token: CancellationToken,
    /// The token that it was to be cancelled with.
    given: Option<CancellationToken>,
    /// Cancels the task while it is queued, when somebody cancels its token. Gone when the task is over.
    registration: Mutex<Option<Registration>>,
    began: OnceLock<Instant>,
}

impl Terms {
    pub(crate) fn new(options: TaskOptions) -> Terms {
        let TaskOptions { name, priority, deadline, token: given } = options;
        let token = given.as_ref().map_or_else(CancellationToken::new, CancellationToken::child_token);
        let (registration, began) = (Mutex::new(None), OnceLock::new());
        Terms { name, priority, deadline, token, given, registration, began }
    }

    /// Has `cancel` called when the token is cancelled, until the task is over.
    pub(crate) fn on_cancel(&self, cancel: impl FnOnce() + Send + 'static) {
        let registration = self.token.on_cancel(cancel);
        *self.registration.lock() = Some(registration);
    }

    /// From now on the task is not cancelled with its token: it is over, or will find its token cancelled when it begins.
    pub(crate) fn outlives_its_token(&self) {
        let registration = self.registration.lock().take();
        drop(registration);
    }

    pub(crate) fn is_too_late(&self) -> bool {
        self.deadline.is_some() && has_passed(self.deadline)
    }

    /// Whether the task is not to begin: its token was cancelled while it was queued, and who did that has not come to it
    /// yet.
    pub(crate) fn is_not_to_begin(&self) -> bool {
        self.given.as_ref().is_some_and(CancellationToken::is_cancelled)
    }

    /// As what the task is dismissed where it would begin now, if it is.
    pub(crate) fn dismissal(&self) -> Option<Outcome> {
        let late = self.is_too_late().then_some(Outcome::DeadlineExceeded);
        late.or(self.is_not_to_begin().then_some(Outcome::Cancelled))
    }

    /// The task begins now.
    pub(crate) fn begins(&self) {
        if let Some(now) = earnest_sync::now() {
            let _once = self.began.set(now);
        }
    }

    /// When the task began.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.began.get().copied()
    }
}
