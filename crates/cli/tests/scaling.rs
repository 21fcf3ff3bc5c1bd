//! Sixteen shards through engines that exist come to what one hunt comes to: `scaling/*.sh`, where the engines are installed.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::path::Path;
use std::process::Command;

fn through(script: &str, programs: &[&str]) {
    let missing = |program: &&&str| {
        !Command::new("sh").arg("-c").arg(format!("command -v {program}")).output().unwrap().status.success()
    };
    if let Some(program) = programs.iter().find(missing) {
        eprintln!("passed over: {program} is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_cargo-seedbed")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(bin.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scaling").join(script));
    command.arg(folder.path()).args(["a_new_price", "a_shop_opens", "rough::aborts"]);
    common::clean(&mut command, folder.path());
    let output = command.env("PATH", path).env("RUNS", "160").output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).join("\n");
    println!("{text}");
    assert!(output.status.success(), "{}", output.status);
    for words in ["16 shards asked", "equal: 480 runs in 16 shards", "shard 5/16 is missing", "--shard 5/16"] {
        assert!(text.contains(words), "no {words:?}");
    }
}

#[test]
fn gnu_parallel() {
    through("parallel.sh", &["parallel"]);
}

#[test]
fn a_slurm_array() {
    through("slurm.sh", &["munged", "slurmctld", "slurmd", "sbatch"]);
}
