//! The same as the server, without HTTP.

fn main() -> std::process::ExitCode {
    couture_server::Server::builder().headless().run()
}
