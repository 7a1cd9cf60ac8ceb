//! Race windows: where the build of `cargo xtask sleeps` sleeps for a moment, now and then.
//!
//! `window!("name")` stands between two steps between which another thread may come. In every other build it is nothing.

/// Nothing, in this build.
#[cfg(not(all(feature = "std", earnest_sleeps)))]
#[macro_export]
macro_rules! window {
    ($name:literal) => {};
}

/// Sleeps for a moment, yields, or goes on, as is drawn.
#[cfg(all(feature = "std", earnest_sleeps))]
#[macro_export]
macro_rules! window {
    ($name:literal) => {{
        static WINDOW: $crate::Window = $crate::Window::new($name);
        WINDOW.pass();
    }};
}

#[cfg(all(feature = "std", earnest_sleeps))]
pub use asleep::Window;

#[cfg(all(feature = "std", earnest_sleeps))]
mod asleep {
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    /// The longest sleep.
    const LONGEST: Duration = Duration::from_millis(2);
    /// Of so many passes one sleeps or yields: in the windows that are drawn for it by the seed, and in the others.
    const OFTEN: u64 = 12;
    const SELDOM: u64 = 400;
    /// One window of so many is drawn.
    const DRAWN: u64 = 4;

    /// One place in the sources.
    #[derive(Debug)]
    pub struct Window {
        name: &'static str,
        n_passed: AtomicU64,
        has_slept: AtomicBool,
    }

    /// What a process draws by; `None` where it does not sleep.
    struct Settings {
        seed: u64,
        begun: Instant,
        /// How long its threads have slept, in microseconds.
        slept: AtomicU64,
    }

    fn settings() -> Option<&'static Settings> {
        static SETTINGS: OnceLock<Option<Settings>> = OnceLock::new();
        let read = || {
            let seed = std::env::var("EARNEST_SLEEPS_SEED").ok()?;
            let seed = seed.parse().expect("EARNEST_SLEEPS_SEED is a number");
            Some(Settings { seed, begun: Instant::now(), slept: AtomicU64::new(0) })
        };
        SETTINGS.get_or_init(read).as_ref()
    }

    impl Window {
        /// The window of that name.
        #[must_use]
        pub const fn new(name: &'static str) -> Window {
            Window { name, n_passed: AtomicU64::new(0), has_slept: AtomicBool::new(false) }
        }

        /// Sleeps, yields, or does nothing.
        pub fn pass(&self) {
            let Some(settings) = settings() else { return };
            // ORDERING: Relaxed, here and below: what is counted orders nothing that is tested.
            let nth = self.n_passed.fetch_add(1, Relaxed);
            if nth == 0 {
                self.log("reached");
            }
            let window = self.name.bytes().fold(settings.seed, |mixed, byte| mix(mixed ^ u64::from(byte)));
            let one_in = if window % DRAWN == 0 { OFTEN } else { SELDOM };
            let drawn = mix(window ^ mix(nth));
            if drawn % one_in != 0 {
                return;
            }
            // All threads together sleep no longer than half the time: so what one thread does takes twice as long at most.
            // ORDERING: Relaxed, here and below, as above.
            if 2 * settings.slept.load(Relaxed) > settings.begun.elapsed().as_micros() as u64 {
                return std::thread::yield_now();
            }
            // Short ones more often than long ones.
            let part = (drawn >> 40) as f64 / (1_u64 << 24) as f64;
            let moment = LONGEST.mul_f64(part * part * part);
            settings.slept.fetch_add(moment.as_micros() as u64, Relaxed);
            if !self.has_slept.swap(true, Relaxed) {
                self.log("slept");
            }
            std::thread::sleep(moment);
        }

        /// Says that there has been something in this window.
        #[cold]
        fn log(&self, what: &str) {
            let Some(path) = std::env::var_os("EARNEST_SLEEPS_LOG") else { return };
            let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
            // In one write, as other threads and processes append as well.
            let line = format!("{} {what}\n", self.name);
            let _for_the_count_only = file.and_then(|mut file| file.write_all(line.as_bytes()));
        }
    }

    /// A step of SplitMix64.
    fn mix(state: u64) -> u64 {
        let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
