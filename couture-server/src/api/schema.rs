//! Words of the core, for the API's description.

use utoipa::ToSchema;

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident as $shown:ident { $($word:ident),* $(,)? })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(ToSchema)]
            #[schema(as = $shown, rename_all = "snake_case")]
            #[expect(dead_code, reason = "it describes a type of the core")]
            pub(super) enum $name { $($word),* }
        )*
    };
}

words! {
    /// The state of a DAG run.
    RunStateName as DagRunState { Queued, Running, Success, Failed }
    /// What made a DAG run.
    RunTypeName as DagRunType { Manual, Scheduled, Backfill, AssetTriggered }
    /// By what means a DAG run was asked for.
    TriggeredByName as DagRunTriggeredByType { Cli, Operator, RestApi, Ui, Test, Timetable, Asset, Backfill }
    /// The state of a task instance.
    TaskStateName as TaskInstanceState {
        Queued, Running, UpForRetry, Success, Failed, UpstreamFailed, Skipped, Deferred, Cleared, Expanded, Removed,
    }
    /// What people may declare something to be.
    MarkedStateName as MarkedState { Success, Failed, Skipped }
    /// Where a backfill is.
    BackfillStateName as BackfillState { Running, Paused, Finished, Cancelled }
    /// What a backfill does about a logical date that has a run already.
    ReprocessName as ReprocessBehavior { None, Failed, Completed }
}

/// The time that a run's data covers.
#[derive(ToSchema)]
#[schema(as = DataInterval)]
#[expect(dead_code, reason = "it describes a type of the core")]
pub(super) struct IntervalBody {
    /// Where it begins.
    #[schema(value_type = String, format = DateTime)]
    start: (),
    /// Where it ends; not part of it.
    #[schema(value_type = String, format = DateTime)]
    end: (),
}
