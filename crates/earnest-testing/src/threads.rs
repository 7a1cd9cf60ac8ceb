//! What the threads of this process are doing, as far as the system says.

use core::fmt::Write;

/// One line for each thread: its name, whether it runs or sleeps, and in which system call.
#[cfg(target_os = "linux")]
pub(crate) fn states() -> String {
    let mut lines = String::new();
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return "(unknown)".to_owned() };
    for task in tasks.flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let (name, status, call, kernel) = (read("comm"), read("status"), read("syscall"), read("wchan"));
        let state = status.lines().find_map(|line| line.strip_prefix("State:")).unwrap_or("?");
        let _infallible = writeln!(
            lines,
            "  thread {} {:?}: {}, system call {}, in {}",
            task.file_name().to_string_lossy(),
            name.trim(),
            state.trim(),
            call.split(' ').next().unwrap_or_default().trim(),
            if kernel.is_empty() { "?" } else { kernel.trim() },
        );
    }
    lines
}

/// Other systems do not say.
#[cfg(not(target_os = "linux"))]
pub(crate) fn states() -> String {
    "  (this system does not say)".to_owned()
}
