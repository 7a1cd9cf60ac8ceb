//! Ordered maps into a vector: of items that cost next to nothing, and of some that are worth a task each.

use super::Workload;
use crate::contender::{Case, Contender};
use crate::measure::{Sample, Timer};
use crate::pools::{
    AsyncExecutor, Blocking, Chili, Earnest, ExecutorsChannel, ExecutorsStealing, Forte, Futures, Oneshot,
    Pool, Rayon, RustyPool, Submit, Threadpool, TokioBlocking, TokioSpawn, python, warm_up,
    warm_up_executing,
};
use earnest::{MapExt, MapOptions};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Pools without a map get as many chunks for each worker as ours makes by itself.
const CHUNKS_PER_WORKER: u64 = 8;

/// Of the pools that are given chunks those with the fastest tasks: with so few tasks they hardly differ.
pub(super) fn cheap() -> Workload {
    let chunked = |name: String, run| Contender::peer(format!("{name}, chunked"), run);
    let mut contenders = vec![
        Contender::ours(earnest::<Cheap>),
        Contender::peer(Rayon::name(), rayon::<Cheap>),
        Contender::peer(Chili::name(), chili::<Cheap>),
        Contender::peer(Forte::name(), forte::<Cheap>).apart(),
        chunked(ExecutorsChannel::name(), chunks::<Oneshot<ExecutorsChannel>, Cheap>),
        chunked(ExecutorsStealing::name(), chunks::<Oneshot<ExecutorsStealing>, Cheap>),
        chunked(Threadpool::name(), chunks::<Oneshot<Threadpool>, Cheap>),
        chunked(RustyPool::name(), chunks::<RustyPool, Cheap>),
        Contender::reference("sequential", sequential::<Cheap>),
    ];
    contenders.extend(python::contender(python::map_cheap));
    Workload::new("map_cheap", 1_000_000, "an ordered map of cheap items into a vector", contenders)
}

/// Pools without a map get a task for each item.
pub(super) fn ten_microseconds() -> Workload {
    let contenders = vec![
        Contender::ours(earnest::<TenMicroseconds>),
        Contender::peer(Rayon::name(), rayon::<TenMicroseconds>),
        Contender::peer(Chili::name(), chili::<TenMicroseconds>),
        Contender::peer(Forte::name(), forte::<TenMicroseconds>).apart(),
        each::<Oneshot<ExecutorsChannel>>(),
        each::<Oneshot<ExecutorsStealing>>(),
        each::<Oneshot<Threadpool>>(),
        each::<Oneshot<Rayon>>(),
        each::<RustyPool>(),
        each::<AsyncExecutor>(),
        each::<TokioSpawn>(),
        each::<TokioBlocking>(),
        each::<Futures>(),
        each::<Blocking>().apart(),
        Contender::reference("sequential", sequential::<TenMicroseconds>),
    ];
    let about = "an ordered map into a vector, of items that take about 10 us of one core each";
    Workload::new("map_10us", 10_000, about, contenders)
}

fn each<P: Submit>() -> Contender {
    Contender::peer(P::name(), items::<P, TenMicroseconds>)
}

/// What is done for an item.
trait Item: 'static {
    fn of(n: u64) -> u64;

    /// How ours is told to go about it.
    const OPTIONS: MapOptions;

    /// Below this the recursion of those that only join does a plain loop.
    const GRAIN: usize;
}

/// A few nanoseconds.
struct Cheap;

impl Item for Cheap {
    fn of(n: u64) -> u64 {
        let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    }

    const OPTIONS: MapOptions = MapOptions::new().auto_chunk_size();

    const GRAIN: usize = 4096;
}

/// More or less, as the machine is; the same for every contender.
struct TenMicroseconds;

impl Item for TenMicroseconds {
    fn of(n: u64) -> u64 {
        (0..2500).fold(n, |n, _| Cheap::of(n))
    }

    const OPTIONS: MapOptions = MapOptions::new();

    const GRAIN: usize = 1;
}

fn timed<I: Item>(case: Case, map: impl FnOnce(u64) -> Vec<u64>) -> Sample {
    let timer = Timer::start();
    let values = map(case.n as u64);
    let sample = timer.stop(case.n);
    assert_eq!(values.len(), case.n);
    // To check all of those that take long would take as long again as the sample.
    let step = if I::GRAIN == 1 { 97 } else { 1 };
    assert!(values.iter().zip(0..).step_by(step).all(|(value, n)| *value == I::of(n)));
    sample
}

fn earnest<I: Item>(case: Case) -> Sample {
    let pool = Earnest::start(case.workers);
    warm_up(&pool);
    let sample =
        timed::<I>(case, |n| pool.0.map_with(I::OPTIONS, 0..n, I::of).into_vec().expect("it does not fail"));
    pool.end();
    sample
}

fn rayon<I: Item>(case: Case) -> Sample {
    let pool = Rayon::start(case.workers);
    warm_up_executing(&pool);
    let sample = timed::<I>(case, |n| pool.0.install(|| (0..n).into_par_iter().map(I::of).collect()));
    pool.end();
    sample
}

/// Writes the values from `first` on.
fn fill<I: Item>(values: &mut [u64], first: u64) {
    values.iter_mut().zip(first..).for_each(|(value, n)| *value = I::of(n));
}

/// The caller is one of the workers, here and with forte.
fn chili<I: Item>(case: Case) -> Sample {
    fn halve<I: Item>(scope: &mut chili::Scope<'_>, values: &mut [u64], first: u64) {
        if values.len() <= I::GRAIN {
            return fill::<I>(values, first);
        }
        let middle = values.len() / 2;
        let (left, right) = values.split_at_mut(middle);
        let second = first + middle as u64;
        scope.join(|scope| halve::<I>(scope, left, first), |scope| halve::<I>(scope, right, second));
    }
    let pool = Chili::start(case.workers);
    let mut scope = pool.0.scope();
    halve::<I>(&mut scope, &mut vec![0; 64 * I::GRAIN], 0);
    let sample = timed::<I>(case, |n| {
        let mut values = vec![0; n as usize];
        halve::<I>(&mut scope, &mut values, 0);
        values
    });
    drop(scope);
    pool.end();
    sample
}

fn forte<I: Item>(case: Case) -> Sample {
    fn halve<I: Item>(worker: &forte::Worker, values: &mut [u64], first: u64) {
        if values.len() <= I::GRAIN {
            return fill::<I>(values, first);
        }
        let middle = values.len() / 2;
        let (left, right) = values.split_at_mut(middle);
        let second = first + middle as u64;
        worker.join(|worker| halve::<I>(worker, left, first), |worker| halve::<I>(worker, right, second));
    }
    let pool = Forte::start(case.workers);
    pool.0.with_worker(|worker| {
        halve::<I>(worker, &mut vec![0; 64 * I::GRAIN], 0);
        timed::<I>(case, |n| {
            let mut values = vec![0; n as usize];
            halve::<I>(worker, &mut values, 0);
            values
        })
    })
}

fn chunks<P: Submit, I: Item>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let sample = timed::<I>(case, |n| {
        let size = n.div_ceil(CHUNKS_PER_WORKER * case.workers as u64);
        let chunk = |first: u64| {
            let last = n.min(first + size);
            pool.submit(move || (first..last).map(I::of).collect::<Vec<_>>())
        };
        let handles: Vec<_> = (0..n).step_by(size as usize).map(chunk).collect();
        let mut values = Vec::with_capacity(n as usize);
        pool.take_each(handles, |chunk| values.extend(chunk));
        values
    });
    pool.end();
    sample
}

fn items<P: Submit, I: Item>(case: Case) -> Sample {
    let pool = P::start(case.workers);
    warm_up(&pool);
    let sample = timed::<I>(case, |n| {
        let handles: Vec<_> = (0..n).map(|n| pool.submit(move || I::of(n))).collect();
        let mut values = Vec::with_capacity(n as usize);
        pool.take_each(handles, |value| values.push(value));
        values
    });
    pool.end();
    sample
}

fn sequential<I: Item>(case: Case) -> Sample {
    timed::<I>(case, |n| (0..n).map(I::of).collect())
}
