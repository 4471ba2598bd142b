//! How many trials run at a time where most of a trial is waiting.

use std::num::NonZero;
use std::thread::available_parallelism;

use libtest_mimic::Arguments;

/// The arguments of the command line, with two trials for each processor where it says nothing of them.
pub(super) fn arguments() -> Arguments {
    let mut arguments = Arguments::from_args();
    let processors = available_parallelism().map_or(1, NonZero::get);
    arguments.test_threads.get_or_insert(2 * processors);
    arguments
}
