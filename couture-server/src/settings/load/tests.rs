use super::*;
use crate::settings::{help, sample};

fn with_file(text: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    std::fs::write(&file, text).unwrap();
    let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let given = Given { file: Some(file), environment: own(environment), flags: own(flags) };
    load(&given).map_err(|error| error.to_string().replace(&*folder.path().to_string_lossy(), "DIR"))
}

#[test]
fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let check = |file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)], port: u16| {
        assert_eq!(with_file(file, environment, flags).unwrap().server.port, port);
    };
    let file = "[server]\nport = 1\n";
    check("", &[], &[], 8080);
    check(file, &[], &[], 1);
    check(file, &[("COUTURE__SERVER__PORT", "2"), ("COUTURE_SERVER", "x")], &[], 2);
    check(file, &[("COUTURE__SERVER__PORT", "2")], &[("port", "3")], 3);
}

#[test]
fn values_of_every_kind_are_read() {
    let text = "[server]\nallowed_hosts = [\"a\", \"b\"]\nbehind_proxy = true\n[data]\ndir = \"x y\"\n";
    let settings = with_file(text, &[("COUTURE__DAGS__LOAD_EXAMPLES", "false")], &[]).unwrap();
    assert_eq!(settings.server.allowed_hosts, ["a", "b"]);
    assert!(settings.server.behind_proxy && !settings.dags.load_examples);
    assert_eq!(settings.data.dir, PathBuf::from("x y"));
    let settings = with_file("", &[("COUTURE__SERVER__ALLOWED_HOSTS", "a, b")], &[]).unwrap();
    assert_eq!(settings.server.allowed_hosts, ["a", "b"]);
}

#[test]
fn errors_name_the_file_the_key_and_the_line() {
    let check = |file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)], parts: &[&str]| {
        let error = with_file(file, environment, flags).unwrap_err();
        for part in parts {
            assert!(error.contains(part), "{error:?} lacks {part:?}");
        }
    };
    check("\n[server]\nprot = 1\n", &[], &[], &["DIR/my.toml, line 3", "server.prot", "port"]);
    check("[servr]\n", &[], &[], &["line 1", "servr", "[server]"]);
    check("port = 1\n", &[], &[], &["line 1", "\"port\"", "[server]"]);
    check("server = 1\n", &[], &[], &["line 1", "[server]"]);
    check("[server]\n\nport = \"x\"\n", &[], &[], &["line 3", "server.port", "0 to 65535"]);
    check("[server]\nport = 70000\n", &[], &[], &["line 2", "server.port"]);
    check("[server]\nport = \n", &[], &[], &["line 2, column"]);
    check("[server\n", &[], &[], &["line 1"]);
    check("[logs]\nlevel = \"loud\"\n", &[], &[], &["line 2", "logs.level", "debug"]);
    check("[scheduler]\nparallelism = 0\n", &[], &[], &["line 2", "scheduler.parallelism", "from 1 to"]);
    check("", &[("COUTURE__SERVER__PROT", "1")], &[], &["COUTURE__SERVER__PROT", "COUTURE__SERVER__PORT"]);
    check("", &[("COUTURE__SERVER__PORT", "x")], &[], &["environment variable COUTURE__SERVER__PORT", "server.port"]);
    check("", &[], &[("port", "x")], &["flag --port", "server.port"]);
}

#[test]
fn an_error_never_shows_the_value() {
    let error = with_file("[database]\nurl = [1, \"s3cret\"]\n", &[], &[]).unwrap_err();
    assert!(!error.contains("s3cret"), "{error}");
    let error = with_file("", &[("COUTURE__SERVER__PORT", "s3cret")], &[]).unwrap_err();
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn the_file_in_the_data_folder_is_found_and_cannot_move_it() {
    let folder = tempfile::tempdir().unwrap();
    let given = Given { flags: vec![("data".into(), folder.path().to_string_lossy().into())], ..Given::default() };
    assert_eq!(load(&given).unwrap().server.port, 8080);
    std::fs::write(folder.path().join(FILE_NAME), "[server]\nport = 5\n").unwrap();
    assert_eq!(load(&given).unwrap().server.port, 5);
    std::fs::write(folder.path().join(FILE_NAME), "[data]\ndir = \"elsewhere\"\n").unwrap();
    assert!(load(&given).unwrap_err().to_string().contains("data.dir cannot be set"));
    assert!(load(&Given { file: Some("missing.toml".into()), ..Given::default() }).is_err());
}

#[test]
fn the_sample_file_names_every_key_with_its_default() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../couture.sample.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, sample(), "write it anew with `server --print-sample > couture.sample.toml`");
    assert_eq!(with_file(&text, &[], &[]).unwrap(), Settings::default());
    let help = help();
    for key in keys() {
        assert!(text.contains(&format!("\n{} = {}\n", key.name, (key.default)())), "{}", key.name);
        assert_eq!((key.default)(), Settings::default().toml_of(key.section, key.name));
        for part in [&key.environment(), &format!("--{}", key.flag), &key.description()] {
            assert!(help.contains(part), "--help lacks {part}");
        }
        assert!(!key.doc.is_empty() && keys().filter(|other| other.flag == key.flag).count() == 1);
    }
}
