//! `cargo xtask typos`: words that are written wrongly, by typos and typos.toml.

use crate::cargo::{metadata, root};
use crate::tool::{self, MISSING};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const NAME: &str = "typos";

/// Another release may know other words.
const VERSION: &str = "1.52.0";

pub(crate) fn run() -> Result<ExitCode> {
    let Some(program) = program()? else {
        eprintln!("{NAME} is missing, and pip does not bring it: cargo install --locked typos-cli@{VERSION}");
        return Ok(ExitCode::from(MISSING));
    };
    let correct = Command::new(program).current_dir(root()).status()?.success();
    println!(
        "typos: {}",
        if correct { "none" } else { "FAILED; what is right as it is goes into typos.toml" }
    );
    Ok(if correct { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The one that is there, or that which its authors publish for Python: to build it would take a minute or two.
fn program() -> Result<Option<PathBuf>> {
    let folder = metadata()?.target_directory.join("tools").join(format!("{NAME}-{VERSION}"));
    let find = || tool::find_in(&folder.join("bin"), NAME).or_else(|| tool::find(NAME));
    Ok(find().or_else(|| install(&folder).then(find).flatten()))
}

fn install(folder: &Path) -> bool {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]).arg(folder);
    pip.arg(format!("{NAME}=={VERSION}"));
    // Remarks of its own, as variables: an older pip does not mind what it does not know.
    pip.envs([("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_ROOT_USER_ACTION", "ignore")]);
    pip.status().is_ok_and(|status| status.success())
}
