//! A few worlds, and that the worlds would notice if a promise were broken. Thousands are played by `cargo xtask sim`.

#![allow(clippy::expect_used, reason = "a test that cannot set up its world has failed")]

use std::process::Command;

use callboard_sim::net::line::Tricks;
use callboard_sim::{Breach, Plan, Promise, Sabotage, Telling, run};

/// Worlds that are played on every occasion.
const WORLDS: u64 = 10;
/// Worlds within which every sabotage has to be noticed.
const NOTICED_WITHIN: u64 = 25;
/// The seed whose story is compared between processes.
const COMPARED: [u64; 2] = [1, 4];

fn breaches(seed: u64, sabotage: Sabotage) -> Vec<Breach> {
    run(&Plan::of(seed), sabotage, Telling::Silent).expect("a world").breaches
}

/// LT-13, CO-12, CO-14: whatever goes wrong between a few people, and then heals.
#[test]
fn worlds_full_of_trouble_keep_every_promise() {
    for seed in 0..WORLDS {
        assert_eq!(breaches(seed, Sabotage::default()), [], "cargo xtask sim --seed {seed} --trace");
    }
}

#[test]
fn a_seed_is_the_same_world_in_every_process() {
    for seed in COMPARED {
        let tell = || {
            let mut program = Command::new(env!("CARGO_BIN_EXE_callboard-sim"));
            let told =
                program.args(["--fingerprint", "--seed", &seed.to_string()]).output().expect("it runs");
            String::from_utf8(told.stdout).expect("text")
        };
        let told = tell();
        assert_eq!(told.trim().len(), 64, "a fingerprint: {told}");
        assert_eq!([tell(), tell()], [told.clone(), told]);
    }
}

/// The worlds are sabotaged, one after the other, until one notices: by the promise that was to notice, first of all.
fn is_noticed(promise: Promise, sabotage: Sabotage) {
    let noticed = (0..NOTICED_WITHIN).find_map(|seed| breaches(seed, sabotage).first().cloned());
    assert_eq!(noticed.as_ref().map(|breach| breach.promise), Some(promise), "{noticed:?}");
}

/// CO-14.
#[test]
fn the_world_notices_when_a_disk_says_it_has_what_it_has_not() {
    is_noticed(Promise::Kept, Sabotage { disks_forget: true, ..Sabotage::default() });
}

/// CO-12.
#[test]
fn the_world_notices_when_writes_lose_their_keys() {
    let lines = Tricks { drops_keys: true, ..Tricks::default() };
    is_noticed(Promise::Once, Sabotage { lines, ..Sabotage::default() });
}

/// LT-13.
#[test]
fn the_world_notices_when_a_clash_is_taken_for_none() {
    let lines = Tricks { hides_clashes: true, ..Tricks::default() };
    is_noticed(Promise::Seen, Sabotage { lines, ..Sabotage::default() });
}

/// LT-11: every change is said in two rooms, so both have to forget it.
#[test]
fn the_world_notices_when_rooms_forget_a_ticket() {
    let lines = Tricks { forgets_ticket: true, ..Tricks::default() };
    is_noticed(Promise::Settled, Sabotage { lines, ..Sabotage::default() });
}
