//! What every executor promises: one suite, run on each. One module per kind of claim, and one for what each executor
//! promises besides.

#![cfg(not(earnest_loom))]

earnest_testing::guard!();

mod subject;
mod any;
mod queueing;
mod closing;
mod inline;
mod manual;
#[cfg(feature = "rayon")]
mod on_rayon;
#[cfg(feature = "tokio")]
mod on_tokio;
mod mixed;
mod parallelism;

use subject::{ArcDyn, DrivenByThread, Handle, Inline, Manual, Pool, RefDyn};

/// Makes a module of tests: each claim of each group that is named, on an executor of its own.
macro_rules! executor_tests {
    ($name:ident, $new:expr, $($group:ident),+) => {
        mod $name {
            use super::*;

            $($group!($new);)+
        }
    };
}

macro_rules! claims {
    ($new:expr, $module:ident: $($claim:ident,)+) => {
        $(#[test]
        fn $claim() {
            crate::$module::$claim(&$new);
        })+
    };
}

/// For every executor.
macro_rules! any {
    ($new:expr) => {
        claims! { $new, any:
            submit_gives_the_value,
            a_panic_is_the_futures_own_and_the_executor_lives_on,
            a_panic_tells_where_the_task_was_submitted,
            try_submit_gives_the_future,
            execute_runs_the_closure,
            a_panic_in_what_is_executed_kills_nobody,
            a_detached_task_runs,
            callbacks_have_run_once_and_in_order_when_the_result_is_seen,
            a_task_may_submit_others,
            a_callback_may_submit,
            a_thousand_tasks_run_once_each_and_all_resolve,
            several_threads_may_submit_at_once,
            futures_derived_on_the_executor_resolve,
            map_gives_results_in_input_order,
            its_futures_can_be_waited_for_together,
        }
    };
}

/// For executors that run nothing while they are held up.
macro_rules! queueing {
    ($new:expr) => {
        claims! { $new, queueing:
            a_queued_task_is_pending_and_runs_later,
            a_queued_task_can_be_cancelled_and_never_runs,
            cancelling_tells_everybody_while_the_executor_is_held_up,
            callbacks_of_a_queued_task_run_in_order,
            cancelling_some_leaves_the_others_alone,
            what_a_cancelled_iteration_had_queued_never_runs,
        }
    };
}

/// For executors that can be told to accept nothing more.
macro_rules! closing {
    ($new:expr) => {
        claims! { $new, closing:
            what_was_accepted_before_still_ends,
            submit_after_the_end_gives_a_future_that_is_rejected,
            try_submit_after_the_end_gives_the_closure_back,
            execute_after_the_end_gives_the_closure_back,
            what_follows_on_a_closed_executor_is_rejected,
            map_on_a_closed_executor_rejects_each_item,
            closing_twice_is_closing,
        }
    };
}

executor_tests!(inline_executor, Inline, any);
executor_tests!(manual_executor, Manual::in_order(), any, queueing, closing);
executor_tests!(manual_executor_in_seeded_order, Manual::seeded(4), any, queueing, closing);
executor_tests!(manual_executor_driven_by_a_thread, DrivenByThread::new(), any, queueing, closing);
executor_tests!(thread_pool_executor, Pool::new(), any, queueing, closing);
executor_tests!(pool_handle, Handle::new(), any, queueing, closing);
executor_tests!(ref_to_dyn_executor, RefDyn::new(), any, queueing, closing);
executor_tests!(arc_of_dyn_executor, ArcDyn::new(), any, queueing, closing);
#[cfg(feature = "rayon")]
executor_tests!(rayon_executor, on_rayon::OwnPool::new(), any, queueing);
#[cfg(feature = "rayon")]
executor_tests!(rayon_executor_on_the_global_pool, on_rayon::GlobalPool::new(), any);
#[cfg(feature = "tokio")]
executor_tests!(tokio_executor, on_tokio::Runtime::new(), any, queueing);
