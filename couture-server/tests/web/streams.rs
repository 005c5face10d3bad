//! Streams are bounded by who reads them.

use super::fixture::Web;

#[tokio::test(flavor = "multi_thread")]
async fn one_user_leaves_streams_to_others() {
    let web = Web::with(&[("SERVER__MAX_STREAMS_PER_USER", "2")]).await;
    web.add("ann", &["Viewer"]).await;
    web.add("bob", &["Viewer"]).await;
    let (ann, bob) = ([web.bearer("ann").await], [web.bearer("bob").await]);
    let open = async |who| web.begin("GET", "/api/v2/events", who, None).await;
    let first = open(&ann).await;
    let second = open(&ann).await;
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    let refused = web.send("GET", "/api/v2/events", &ann, None).await;
    assert_eq!(refused.status, 429);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("2 streams of events and logs are open already for you; close some"), "{detail}");
    assert_eq!(open(&bob).await.status(), 200);
    assert_eq!(web.send("GET", "/api/v2/dags", &ann, None).await.status, 200, "short requests go on");
    drop(first);
    assert_eq!(open(&ann).await.status(), 200);
    drop(second);
}
