//! Files of HDFS, read through its REST interface, WebHDFS.

use couture_core::values::{Connection, Values as _};
use couture_core::{Failure, TaskContext};
use reqwest::Url;

use super::metadata::http;

/// The connections that say how to reach the name node, where there is one: the first that there is counts.
const CONNECTIONS: [&str; 2] = ["webhdfs_default", "hdfs_default"];

/// The port of WebHDFS on a name node of Hadoop 3.
const PORT: u16 = 9870;

/// Reads `hdfs://NAMENODE/PATH`, or `hdfs:///PATH` from the name node of the connection. The port in such an address is that of Hadoop's own
/// protocol, so the connection says that of WebHDFS, or else it is 9870; the one of `webhdfs://NAMENODE:PORT/PATH` counts. The name node sends
/// its clients on to a data node. The user is the login of the connection; Kerberos is not spoken.
pub(super) async fn read(address: &str, cx: &TaskContext) -> Result<Vec<u8>, Failure> {
    let mut connection = None;
    for name in CONNECTIONS {
        if connection.is_none() {
            connection = cx.values().connections(name).await?.pop();
        }
    }
    http(webhdfs(address, connection.as_ref())?.as_str()).await
}

/// The address of the file at the REST interface.
fn webhdfs(address: &str, connection: Option<&Connection>) -> Result<Url, Failure> {
    let url = Url::parse(address).map_err(|error| Failure::fatal(format!("not a URL: {error}")))?;
    let named = url.host_str().filter(|host| !host.is_empty());
    let host = named.or_else(|| connection?.host.as_deref()).ok_or_else(|| {
        Failure::fatal("the URL names no name node, and there is no connection webhdfs_default that does")
    })?;
    let own_port = url.port().filter(|_| url.scheme() == "webhdfs");
    let port = own_port.or_else(|| connection?.port).unwrap_or(PORT);
    let is_secure = connection.is_some_and(|connection| connection.schema.as_deref() == Some("https"));
    let scheme = if is_secure { "https" } else { "http" };
    let path = url.path();
    let mut rest = Url::parse(&format!("{scheme}://{host}:{port}/webhdfs/v1{path}"))
        .map_err(|error| Failure::fatal(format!("not the address of a name node: {error}")))?;
    rest.query_pairs_mut().append_pair("op", "OPEN");
    if let Some(login) = connection.and_then(|connection| connection.login.as_deref()) {
        rest.query_pairs_mut().append_pair("user.name", login);
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use couture_core::{ConnId, Connection};

    use super::webhdfs;

    #[test]
    fn the_name_node_is_asked_over_http() {
        let connection = |host: &str, port| Connection {
            host: Some(host.to_owned()),
            port,
            login: Some("me".to_owned()),
            ..Connection::new(ConnId::new("webhdfs_default").unwrap(), "hdfs")
        };
        let check = |address: &str, connection: Option<&Connection>, expected: &str| {
            assert_eq!(webhdfs(address, connection).unwrap().as_str(), expected, "{address}");
        };
        check("hdfs://nn/a/b.csv", None, "http://nn:9870/webhdfs/v1/a/b.csv?op=OPEN");
        check("hdfs://nn:8020/a%20b.csv", None, "http://nn:9870/webhdfs/v1/a%20b.csv?op=OPEN");
        check("webhdfs://nn:50070/a.csv", None, "http://nn:50070/webhdfs/v1/a.csv?op=OPEN");
        let other = connection("other", Some(14_000));
        check("hdfs:///a.csv", Some(&other), "http://other:14000/webhdfs/v1/a.csv?op=OPEN&user.name=me");
        check(
            "hdfs://nn/a.csv",
            Some(&connection("other", None)),
            "http://nn:9870/webhdfs/v1/a.csv?op=OPEN&user.name=me",
        );
        let error = format!("{:?}", webhdfs("hdfs:///a.csv", None).unwrap_err());
        assert!(error.contains("names no name node"), "{error}");
    }
}
