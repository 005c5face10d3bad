//! The description of the API that is kept in the tree: the page's types are made of it.

use std::path::Path;

use serde_json::Value;

use super::fixture::Web;

/// Set to write the file anew.
const RENEW: &str = "COUTURE_RENEW";

#[tokio::test(flavor = "multi_thread")]
async fn the_kept_description_is_what_is_served() {
    let web = Web::new().await;
    let mut served = web.send("GET", "/openapi.json", &[web.bearer("superadmin").await], None).await.json();
    // The version changes with each release, and nothing is made of it.
    served["info"]["version"] = "0".into();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/openapi.json");
    if std::env::var_os(RENEW).is_some() {
        let text = serde_json::to_string_pretty(&served).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let kept: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let differing = differing(&kept, &served);
    assert!(
        differing.is_empty(),
        "{} is not what the server says of itself; write it anew by\n    {RENEW}=1 cargo test -p couture-server --test web document\n\
         and look at the difference. It differs in: {}",
        path.display(),
        differing.join(", ")
    );
}

/// The paths and schemas that are not alike.
fn differing(kept: &Value, served: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for place in ["/paths", "/components/schemas"] {
        let of = |document: &Value| document.pointer(place).and_then(Value::as_object).cloned().unwrap_or_default();
        let (kept, served) = (of(kept), of(served));
        let all = kept.keys().chain(served.keys().filter(|name| !kept.contains_key(*name)));
        names.extend(all.filter(|name| kept.get(*name) != served.get(*name)).cloned());
    }
    if names.is_empty() && kept != served {
        names.push("what is said of the whole".to_owned());
    }
    names
}
