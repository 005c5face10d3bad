//! Everything in one process.

fn main() -> std::process::ExitCode {
    couture_server::Server::builder().run()
}
