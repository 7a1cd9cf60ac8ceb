//! Tasks that wait, in every way there is, for tasks of their own pool and of others: each wait ends.

earnest_testing::guard!();

#[cfg(unix)]
mod deep;
#[cfg(unix)]
mod forked;
mod hidden;
mod long;
mod nested;
mod not_ready;
#[cfg(target_os = "linux")]
mod no_thread;
mod shapes;
mod storm;
mod tokens;
