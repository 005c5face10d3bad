//! The service that fills in an operator's templates.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use super::context::TaskContext;
use super::operator::DynOperator;
use crate::failure::Failure;

/// Fills in the templates of operators, once for each attempt, just before it runs.
#[async_trait]
pub trait Templates: Debug + Send + Sync {
    /// `operator` with every text in its [`Operator::template_fields`](crate::Operator::template_fields) rendered for `cx`'s
    /// attempt; `None` where there is nothing to render. A template that cannot be rendered is a failure that names the field,
    /// the line and what is wrong. It must not block its thread, and ends within a bound, whatever the template.
    async fn render(
        &self,
        operator: &Arc<dyn DynOperator>,
        cx: &TaskContext,
    ) -> Result<Option<Arc<dyn DynOperator>>, Failure>;
}

/// Renders nothing.
#[derive(Debug)]
pub(super) struct PlainText;

#[async_trait]
impl Templates for PlainText {
    async fn render(&self, _: &Arc<dyn DynOperator>, _: &TaskContext) -> Result<Option<Arc<dyn DynOperator>>, Failure> {
        Ok(None)
    }
}
