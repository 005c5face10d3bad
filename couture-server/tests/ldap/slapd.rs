//! A real slapd: one for the test program, gone with it, however it ends.

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// A running slapd.
pub(crate) struct Slapd {
    pub(crate) url: String,
    pub(crate) tls_url: String,
    pub(crate) ca: PathBuf,
    pub(crate) ca_folder: PathBuf,
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    ports: [u16; 2],
    folder: PathBuf,
    /// Its input ends with this process, and it watches for that.
    _keeper: Child,
}

const CONFIGURATION: &str = "
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCertificateFile FOLDER/server.pem
TLSCertificateKeyFile FOLDER/server.key
TLSCACertificateFile FOLDER/ca/ca.pem
TLSVerifyClient allow
database mdb
suffix \"dc=example,dc=com\"
rootdn \"cn=admin,dc=example,dc=com\"
rootpw secret
directory FOLDER/db
overlay memberof
";

const ENTRIES: &str = "
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=users,dc=example,dc=com
objectClass: organizationalUnit
ou: users

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=test,ou=users,dc=example,dc=com
objectClass: inetOrgPerson
cn: test
sn: Search
uid: test
userPassword: test

dn: uid=asha,ou=users,dc=example,dc=com
objectClass: inetOrgPerson
uid: asha
cn: Asha Rao
givenName: Asha
sn: Rao
mail: asha@example.com
userPassword: pw1
memberOf: cn=flows,ou=groups,dc=example,dc=com

dn: uid=ben,ou=users,dc=example,dc=com
objectClass: inetOrgPerson
uid: ben
cn: Ben
sn: B
userPassword: pw2

dn: cn=flows,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: flows
member: uid=asha,ou=users,dc=example,dc=com
";

impl Slapd {
    /// The one of this test program.
    pub(crate) async fn running() -> &'static Self {
        static SLAPD: OnceLock<Slapd> = OnceLock::new();
        let slapd = SLAPD.get_or_init(Self::start);
        // It tells nobody that it is ready: it is asked until it answers, with a deadline.
        let mut asked = tokio::time::interval(Duration::from_millis(10));
        let answer = async {
            while !slapd.ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()) {
                asked.tick().await;
            }
        };
        let answered = tokio::time::timeout(Duration::from_secs(60), answer).await;
        assert!(answered.is_ok(), "slapd does not answer; see slapd.log in {}", slapd.folder.display());
        slapd
    }

    fn start() -> Self {
        let (slapd, slapadd, openssl) = (find("slapd", "slapd"), find("slapadd", "slapd"), find("openssl", "openssl"));
        let folder = tempfile::Builder::new().prefix("couture-slapd-").tempdir().unwrap().keep();
        fs::create_dir(folder.join("db")).unwrap();
        fs::create_dir(folder.join("ca")).unwrap();
        certificates(&openssl, &folder);
        fs::write(folder.join("ca/README"), "Folders of certificates hold other files, too.").unwrap();
        let configuration = CONFIGURATION.replace("FOLDER", &folder.display().to_string());
        fs::write(folder.join("slapd.conf"), configuration).unwrap();
        fs::write(folder.join("entries.ldif"), ENTRIES.trim_start()).unwrap();
        run(Command::new(slapadd).args(["-f", "slapd.conf", "-l", "entries.ldif"]).current_dir(&folder));
        let ports = [free_port(), free_port()];
        let mut urls = String::new();
        let _ = write!(urls, "ldap://127.0.0.1:{0} ldaps://127.0.0.1:{1} ldaps://127.0.0.2:{1}", ports[0], ports[1]);
        // The shell lives until its input ends, which is when this process does; then it removes everything. Should it be killed
        // itself, the system kills the server.
        let keeper = "trap '' INT TERM HUP; cd \"$folder\"; setpriv --pdeathsig KILL \"$1\" -f slapd.conf -h \"$2\" -d 0 \
                      >slapd.log 2>&1 & server=$!; read end; kill -KILL $server; wait $server; cd /; rm -rf \"$folder\"";
        let keeper = Command::new("sh")
            .args(["-c", keeper, "keeper"])
            .arg(slapd)
            .arg(urls)
            .env("folder", &folder)
            .stdin(Stdio::piped())
            // The shell tells of the kill.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            url: format!("ldap://127.0.0.1:{}", ports[0]),
            tls_url: format!("ldaps://127.0.0.1:{}", ports[1]),
            ca: folder.join("ca/ca.pem"),
            ca_folder: folder.join("ca"),
            cert: folder.join("server.pem"),
            key: folder.join("server.key"),
            ports,
            folder,
            _keeper: keeper,
        }
    }
}

/// An authority of its own, and a certificate of it for this machine.
fn certificates(openssl: &Path, folder: &Path) {
    let call = |args: &str| run(Command::new(openssl).args(args.split(' ')).current_dir(folder));
    fs::write(folder.join("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    let ec = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    call(&format!("req -x509 {ec} -days 2 -subj /CN=TestCA -keyout ca.key -out ca/ca.pem"));
    call(&format!("req {ec} -subj /CN=localhost -keyout server.key -out server.csr"));
    call(
        "x509 -req -in server.csr -CA ca/ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.pem",
    );
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn find(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from));
    folders
        .iter()
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("{name} is missing: apt-get install {package}, or run scripts/test, which does"))
}
