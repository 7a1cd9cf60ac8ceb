//! Who takes part in a workload.

use crate::measure::Sample;

/// What a contender is asked to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) workers: usize,
    /// How many items, about: what has a shape does as many as its shape allows, and says so.
    pub(crate) n: usize,
}

/// Who is compared with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Ours,
    Peer,
    /// Shown besides, and never the best peer: another language, or no pool at all.
    Reference,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Ours => "ours",
            Role::Peer => "peer",
            Role::Reference => "reference",
        }
    }
}

pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Whether each sample needs a process of its own.
    pub(crate) is_apart: bool,
    /// Panics if the results are wrong.
    pub(crate) run: fn(Case) -> Sample,
}

impl Contender {
    pub(crate) fn ours(run: fn(Case) -> Sample) -> Contender {
        Contender { role: Role::Ours, ..Contender::peer("earnest", run) }
    }

    pub(crate) fn peer(name: impl Into<String>, run: fn(Case) -> Sample) -> Contender {
        Contender { name: name.into(), role: Role::Peer, is_apart: false, run }
    }

    pub(crate) fn reference(name: &str, run: fn(Case) -> Sample) -> Contender {
        Contender { role: Role::Reference, ..Contender::peer(name, run) }
    }

    /// In a process of its own.
    pub(crate) fn apart(self) -> Contender {
        Contender { is_apart: true, ..self }
    }
}

/// Ours and the peers, all by the same function: `contenders!(run: Earnest, Rayon)`.
macro_rules! contenders {
    ($run:ident: Earnest $(, $peer:ty)* $(,)?) => {
        vec![
            $crate::contender::Contender::ours($run::<$crate::pools::Earnest>),
            $($crate::contender::Contender::peer(<$peer as $crate::pools::Pool>::name(), $run::<$peer>),)*
        ]
    };
}
pub(crate) use contenders;

/// Every pool whose tasks have results, or get a one-shot channel to have some.
macro_rules! submitting {
    ($run:ident) => {{
        use $crate::pools::*;
        let mut all = $crate::contender::contenders!($run:
            Earnest, Oneshot<ExecutorsChannel>, Oneshot<ExecutorsStealing>, Oneshot<Threadpool>, Oneshot<Rayon>, RustyPool,
            AsyncExecutor, TokioSpawn, TokioBlocking, Futures,
        );
        all.push($crate::contender::Contender::peer(Blocking::name(), $run::<Blocking>).apart());
        all
    }};
}
pub(crate) use submitting;

/// Every pool, for closures that nobody wants a result of.
macro_rules! executing {
    ($run:ident) => {{
        use $crate::pools::*;
        let mut all = $crate::contender::contenders!($run:
            Earnest, ExecutorsChannel, ExecutorsStealing, Threadpool, Rayon, RustyPool, AsyncExecutor, TokioSpawn,
            TokioBlocking, Futures,
        );
        all.push($crate::contender::Contender::peer(Blocking::name(), $run::<Blocking>).apart());
        all
    }};
}
pub(crate) use executing;
