//! Setups and teardowns, as they are written.

use super::builder::Out;
use super::edges::Nodes;
use super::options::TaskRole;

impl<'d, T> Out<'d, T> {
    /// It makes what the tasks after it need, up to its teardown: those wait for it, and share its fate if it comes to nothing.
    pub fn as_setup(self) -> Self {
        self.options(|options| options.role = TaskRole::Setup)
    }

    /// It removes what `setups` made, however the work between them ended. They become setups, and it waits for them. How it ends does
    /// not decide how the run ends; see [`on_failure_fail_dagrun`](Self::on_failure_fail_dagrun).
    pub fn as_teardown<'n>(self, setups: impl Nodes<'n>) -> Self {
        setups.each(self.dag, &mut |setup| {
            let setup = Self { index: setup, ..self };
            setup.as_setup().set_downstream(&self);
        });
        self.options(|options| options.role = TaskRole::Teardown)
    }

    /// It is a teardown whose failure fails the run.
    pub fn on_failure_fail_dagrun(self) -> Self {
        self.options(|options| options.role = TaskRole::DecisiveTeardown)
    }
}
