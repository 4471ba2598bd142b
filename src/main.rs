//! The command line of specproof: a thin `main` around [`cli`].

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
