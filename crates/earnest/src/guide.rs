#![doc = include_str!("guide/links.md")]
#![doc = include_str!("../docs/guide/introduction.md")]

// This file has the chapters of the guide as modules, so that they are read beside the reference and their code is run as
// tests. In Markdown the first definition of a link counts: `guide/links.md` stands before each chapter, and has its links
// lead to these modules rather than to files. So a failing test is told by the name of that file, and by a line that is too
// high by as many as it has.

/// One chapter: a module with nothing in it.
macro_rules! chapter {
    ($name:ident, $file:literal) => {
        #[doc = include_str!("guide/links.md")]
        #[doc = include_str!(concat!("../docs/guide/", $file))]
        pub mod $name {}
    };
}

// In reading order, as in `docs/SUMMARY.md`.
chapter!(tutorial, "tutorial.md");
chapter!(from_python, "from-python.md");
chapter!(from_rayon, "from-rayon.md");
chapter!(from_tokio, "from-tokio.md");
chapter!(from_pools, "from-pools.md");
chapter!(cookbook, "cookbook.md");

chapter!(waiting, "waiting.md");
chapter!(cancellation, "cancellation.md");
chapter!(backpressure, "backpressure.md");
// `async` is a word of the language.
chapter!(async_code, "async.md");
chapter!(workers, "workers.md");
chapter!(later, "later.md");
chapter!(shutdown, "shutdown.md");
chapter!(testing_your_code, "testing-your-code.md");
chapter!(seeing_inside, "seeing-inside.md");
chapter!(libraries, "libraries.md");

chapter!(peers, "peers.md");
chapter!(compile_errors, "compile-errors.md");
chapter!(faq, "faq.md");
