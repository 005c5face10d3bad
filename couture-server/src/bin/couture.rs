//! The command line.

fn main() -> std::process::ExitCode {
    couture_server::cli::main()
}
