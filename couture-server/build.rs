//! Builds what the server carries inside itself.

#[path = "build/ui.rs"]
mod ui;

fn main() {
    ui::embed();
}
