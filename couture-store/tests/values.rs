//! Variables and connections on SQLite pass the suite, and are kept under keys.

use async_trait::async_trait;
use couture_core::conformance::values::{ValuesFixture, values_suite};
use couture_core::values::{Connections, OnExisting, Pools, Variables};
use couture_core::{ConnId, Connection, Store, Variable, VariableKey};
use couture_store::{FernetKeys, SqlStore, SqlValues, connect};
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
    keys: FernetKeys,
    open: Option<(SqlStore, SqlValues)>,
}

impl Fixture {
    async fn new(keys: &str) -> Self {
        let keys = FernetKeys::parse(keys).unwrap();
        let mut fixture = Self { folder: TempDir::new().unwrap(), keys, open: None };
        fixture.reopen().await;
        fixture
    }

    fn open(&self) -> &(SqlStore, SqlValues) {
        self.open.as_ref().unwrap()
    }

    /// The same rows under other keys.
    fn under(&self, keys: &str) -> SqlValues {
        self.open().0.values(FernetKeys::parse(keys).unwrap())
    }
}

#[async_trait]
impl ValuesFixture for Fixture {
    fn variables(&self) -> &dyn Variables {
        &self.open().1
    }
    fn connections(&self) -> &dyn Connections {
        &self.open().1
    }
    fn pools(&self) -> &dyn Pools {
        &self.open().0
    }
    fn store(&self) -> &dyn Store {
        &self.open().0
    }
    async fn reopen(&mut self) {
        // Dropped, not closed: as a process that ends.
        self.open = None;
        let store = connect(&format!("sqlite://{}/data/couture.db", self.folder.path().display())).await.unwrap();
        let values = store.values(self.keys.clone());
        self.open = Some((store, values));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_passes_the_suite() {
    let key = FernetKeys::generate();
    values_suite(|| Fixture::new(&key)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_passes_the_suite_in_clear_text() {
    values_suite(|| Fixture::new("")).await;
}

const SECRETS: [&str; 3] = ["hunter2-variable", "hunter2-password", "hunter2-extra"];

async fn fill(values: &SqlValues) {
    let variable = Variable::new(VariableKey::new("v").unwrap(), SECRETS[0]);
    Variables::set(values, &[variable], OnExisting::Overwrite).await.unwrap();
    let connection = Connection::new(ConnId::new("c").unwrap(), "x");
    let text = |text: &str| Some(text.to_owned());
    let connection = Connection { password: text(SECRETS[1]), extra: text(SECRETS[2]), ..connection };
    Connections::set(values, &[connection], OnExisting::Overwrite).await.unwrap();
}

/// What the values are, or why not.
async fn read(values: &SqlValues) -> Result<[String; 3], String> {
    let variable = Variables::get(values, &VariableKey::new("v").unwrap()).await;
    let connections = Connections::get(values, &ConnId::new("c").unwrap()).await;
    match (variable, connections) {
        (Ok(Some(variable)), Ok(mut connections)) => {
            let connection = connections.remove(0);
            Ok([variable.value, connection.password.unwrap(), connection.extra.unwrap()])
        }
        (variable, connections) => Err(format!("{}; {}", variable.unwrap_err(), connections.unwrap_err())),
    }
}

/// Whether any file of the database holds a secret in clear text.
fn is_readable(fixture: &Fixture) -> bool {
    let files = std::fs::read_dir(fixture.folder.path().join("data")).unwrap();
    let contents: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    let holds =
        |secret: &str| contents.iter().any(|bytes| bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
    SECRETS.into_iter().any(holds)
}

#[tokio::test]
async fn nothing_secret_is_on_the_disk() {
    let fixture = Fixture::new(&FernetKeys::generate()).await;
    fill(&fixture.open().1).await;
    assert_eq!(read(&fixture.open().1).await.unwrap(), SECRETS);
    assert!(!is_readable(&fixture));
    let clear = Fixture::new("").await;
    fill(&clear.open().1).await;
    assert_eq!(read(&clear.open().1).await.unwrap(), SECRETS);
    assert!(is_readable(&clear));
}

#[tokio::test]
async fn a_wrong_key_names_the_entry_and_nothing_else() {
    let key = FernetKeys::generate();
    let fixture = Fixture::new(&key).await;
    fill(&fixture.open().1).await;
    for keys in ["", &FernetKeys::generate()] {
        let wrong = fixture.under(keys);
        let error = read(&wrong).await.unwrap_err();
        assert!(error.contains("variable \"v\" cannot be decrypted"), "{error}");
        assert!(error.contains("connection \"c\" cannot be decrypted"), "{error}");
        assert!(!error.contains("hunter2") && !error.contains("gAAAA"), "{error}");
        // It is still listed, and can be set again or deleted.
        let listed = Variables::list(&wrong, None, 0, 10).await.unwrap();
        assert!(listed.len() == 1 && listed[0].1.is_err());
        let listed = Connections::list(&wrong, None, 0, 10).await.unwrap();
        assert!(listed.len() == 1 && listed[0].1.is_err());
        let left = wrong.rotate().await.unwrap().left;
        assert_eq!(left.len(), 2, "{left:?}");
        assert_eq!(read(&fixture.open().1).await.unwrap(), SECRETS);
    }
    let other = fixture.under(&FernetKeys::generate());
    fill(&other).await;
    assert_eq!(read(&other).await.unwrap(), SECRETS);
    assert!(Variables::delete(&fixture.under(""), &VariableKey::new("v").unwrap()).await.unwrap());
}

#[tokio::test]
async fn keys_rotate() {
    let (old, new) = (FernetKeys::generate(), FernetKeys::generate());
    let fixture = Fixture::new(&old).await;
    fill(&fixture.open().1).await;
    let many: Vec<_> = (0..40).map(|n| Variable::new(VariableKey::new(format!("n{n}")).unwrap(), "x")).collect();
    Variables::set(&fixture.open().1, &many, OnExisting::Fail).await.unwrap();
    let connection = Connection::new(ConnId::new("c").unwrap(), "x");
    Connections::add(&fixture.under(""), &connection).await.unwrap();
    let both = fixture.under(&format!("{new},{old}"));
    assert_eq!(read(&both).await.unwrap(), SECRETS);
    assert!(read(&fixture.under(&new)).await.is_err());
    assert!(fixture.open().1.has_the_key().await.unwrap() && both.has_the_key().await.unwrap());
    assert!(!fixture.under(&new).has_the_key().await.unwrap());
    let done = both.rotate().await.unwrap();
    assert!(fixture.under(&new).has_the_key().await.unwrap() && !fixture.open().1.has_the_key().await.unwrap());
    assert_eq!((done.variables, done.connections, done.left.len()), (41, 2, 0));
    assert_eq!(read(&fixture.under(&new)).await.unwrap(), SECRETS);
    assert!(read(&fixture.under(&old)).await.is_err());
    let rows = Connections::get(&fixture.under(&new), &connection.conn_id).await.unwrap();
    assert_eq!(rows[1], connection);
}

#[tokio::test]
async fn clear_text_is_encrypted_by_a_rotation() {
    let fixture = Fixture::new("").await;
    fill(&fixture.open().1).await;
    let keyed = fixture.under(&FernetKeys::generate());
    assert_eq!(read(&keyed).await.unwrap(), SECRETS);
    keyed.rotate().await.unwrap();
    assert_eq!(read(&keyed).await.unwrap(), SECRETS);
    assert!(read(&fixture.open().1).await.is_err());
}
