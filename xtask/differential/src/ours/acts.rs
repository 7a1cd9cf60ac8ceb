//! What submissions and callbacks do on our side.

use super::{Call, Ended, ON_PURPOSE, World, ended, state_of};
use crate::log::{Outcome, State};
use crate::script::{Act, Callback, Id, Task};
use earnest::{Error, Shutdown};
use std::sync::Arc;

impl World {
    pub(super) fn submit(self: &Arc<World>, task: Task) {
        let world = Arc::downgrade(self);
        let future = self.pool.submit(move || {
            let world = world.upgrade().expect("the world lasts until the pool has ended");
            world.work(task)
        });
        self.futures().insert(task.id, future.shared());
    }

    pub(super) fn add_callback(self: &Arc<World>, id: Id, callback: Callback) {
        let world = Arc::downgrade(self);
        self.future(id).add_done_callback(move |outcome| {
            if let Some(world) = world.upgrade() {
                world.called(id, callback, outcome);
            }
        });
    }

    fn called(self: &Arc<World>, id: Id, callback: Callback, outcome: Result<&Id, &Error>) {
        let call = Call {
            id,
            tag: callback.tag,
            saw: ended(outcome),
            state: self.state(id),
            by_driver: self.stage.is_driver(),
            did: Outcome::Nothing,
        };
        self.stage.call(call, || self.act(id, callback.act));
        assert!(callback.act != Act::Fail, "{ON_PURPOSE} callback");
    }

    fn act(self: &Arc<World>, id: Id, act: Act) -> Outcome {
        match act {
            Act::Nothing | Act::Fail => {}
            Act::Add { then } => self.add_callback(id, Callback { tag: then, act: Act::Nothing }),
            Act::Cancel { id } => return Outcome::Bool(self.future(id).cancel()),
            Act::Submit { task } => {
                self.submit(task);
                return self.accepted(task.id);
            }
            Act::Shutdown { wait } => {
                let how = Shutdown { wait, ..Shutdown::default() };
                if self.pool.shutdown_with(how).is_err() {
                    return Outcome::Raised(Ended::Unexpected);
                }
            }
        }
        Outcome::Nothing
    }

    /// Whether an input of a map was dropped as soon as it was submitted.
    pub(super) fn is_refused(&self, item: Id) -> bool {
        let inner = self.stage.lock();
        inner.items_gone.contains(&item) && !inner.started.contains(&item)
    }

    fn state(&self, id: Id) -> State {
        state_of(&self.future(id))
    }
}
