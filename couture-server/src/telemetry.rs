//! The server's own log, and traces for OpenTelemetry.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::error::StartError;
use crate::settings::Settings;

/// The target of spans: one for each request that is answered, and one for each attempt of a task.
pub(crate) const SPANS: &str = couture_core::SPANS;

/// What sends traces; what it holds still is sent when it is dropped.
#[derive(Debug)]
pub(crate) struct Telemetry(Option<SdkTracerProvider>);

impl Telemetry {
    /// Begins to log on standard error, and to send traces where the settings say so. A program that embeds the server may have its own
    /// log; nothing is changed then.
    pub(crate) fn begin(settings: &Settings) -> Result<Self, StartError> {
        let level: LevelFilter = settings.logs.level.parse().unwrap_or(LevelFilter::INFO);
        // A line that standard error does not take, as on a full disk, is dropped: telling of it there would panic.
        let text = fmt::layer().with_writer(std::io::stderr).with_ansi(false).log_internal_errors(false);
        let text = match settings.logs.format.as_str() {
            "json" => text.json().flatten_event(true).boxed(),
            _ => text.with_target(false).boxed(),
        };
        // Spans are for traces alone.
        let lines = Targets::new().with_default(level).with_target(SPANS, LevelFilter::OFF);
        let provider = provider(settings)?;
        let traces = provider.as_ref().map(|provider| {
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("couture"));
            layer.with_filter(Targets::new().with_target(SPANS, Level::TRACE))
        });
        let _ = registry().with(text.with_filter(lines)).with(traces).try_init();
        Ok(Self(provider))
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.0.as_ref().map(SdkTracerProvider::shutdown) {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

fn provider(settings: &Settings) -> Result<Option<SdkTracerProvider>, StartError> {
    let endpoint = settings.telemetry.otlp_endpoint.trim_end_matches('/');
    if endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .build()
        .map_err(|error| StartError::Unfit(format!("telemetry.otlp_endpoint: {error}")))?;
    let resource = Resource::builder().with_service_name(settings.telemetry.service_name.clone()).build();
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
}
