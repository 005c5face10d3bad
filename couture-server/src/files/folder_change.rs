//! Changes of the DAG folder that happen as a whole, whatever happens meanwhile.
//!
//! All that is to be written is first put beside, in a folder of the data folder, with a plan that says where it goes. Once the plan is there,
//! the change happens: now, or when the next server starts. Until then, nothing has.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use couture_store::{Author, Content, TreePath};
use serde::{Deserialize, Serialize};

use super::folder_name::check_place;
use crate::durable_file::replace;

/// What is to become of the DAG folder.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The folder, so that no other one is changed where the settings name another one meanwhile.
    root: PathBuf,
    /// Whose change it is.
    pub(super) author: Author,
    files: Vec<Planned>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    path: TreePath,
    /// Whether it has a content from then on: that of the file beside the plan that is called by its place in the list.
    is_put: bool,
}

/// The folder of a planned change.
const PENDING: &str = "pending";
const PLAN: &str = "plan.json";

/// A planned change.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) plan: Plan,
    folder: PathBuf,
}

impl Pending {
    /// Plans a change of the folder `root`, durably. There must be no other plan. Blocks its thread.
    pub(super) fn prepare(
        work: &Path,
        root: &Path,
        changes: &[(TreePath, Option<Content>)],
        author: Author,
    ) -> io::Result<Self> {
        let folder = work.join(PENDING);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut files = Vec::with_capacity(changes.len());
        for (at, (path, content)) in changes.iter().enumerate() {
            let beside = folder.join(at.to_string());
            match content {
                Some(Content::Bytes(bytes)) => fs::write(&beside, bytes)?,
                Some(Content::File(from)) => fs::copy(from, &beside).map(drop)?,
                None => {}
            }
            if content.is_some() {
                File::open(&beside)?.sync_all()?;
            }
            files.push(Planned { path: path.clone(), is_put: content.is_some() });
        }
        File::open(&folder)?.sync_all()?;
        let plan = Plan { root: root.to_owned(), author, files };
        replace(&folder.join(PLAN), &serde_json::to_vec(&plan)?)?;
        Ok(Self { plan, folder })
    }

    /// The change that was planned and not completed, if there is one. Blocks its thread.
    pub(super) fn find(work: &Path, root: &Path) -> io::Result<Option<Self>> {
        let folder = work.join(PENDING);
        let json = match fs::read(folder.join(PLAN)) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let plan: Plan = serde_json::from_slice(&json)?;
        if plan.root != root {
            let other = Self { plan, folder };
            tracing::warn!(
                "a change of the DAG folder {} was never completed; it is another one now",
                other.plan.root.display()
            );
            other.forget()?;
            return Ok(None);
        }
        Ok(Some(Self { plan, folder }))
    }

    /// The names of the files.
    pub(super) fn paths(&self) -> Vec<TreePath> {
        self.plan.files.iter().map(|file| file.path.clone()).collect()
    }

    /// What the files become: contents are those beside the plan.
    pub(super) fn changes(&self) -> Vec<(TreePath, Option<Content>)> {
        let content = |(at, file): (usize, &Planned)| {
            (file.path.clone(), file.is_put.then(|| Content::File(self.folder.join(at.to_string()))))
        };
        self.plan.files.iter().enumerate().map(content).collect()
    }

    /// Makes the change. Where an error is answered, the folder is as before, if the system lets it. Blocks its thread.
    pub(super) fn apply(&self) -> io::Result<()> {
        let root = &self.plan.root;
        for file in &self.plan.files {
            check_place(root, &file.path).map_err(io::Error::other)?;
        }
        let places: Vec<Place> =
            self.plan.files.iter().enumerate().map(|(at, file)| Place::new(root, at, &file.path)).collect();
        let result = self.write_beside(&places).and_then(|()| self.exchange(&places));
        for place in &places {
            place.tidy();
        }
        result
    }

    /// All that may fill the disk is done before anything changes.
    fn write_beside(&self, places: &[Place]) -> io::Result<()> {
        for (at, (file, place)) in self.plan.files.iter().zip(places).enumerate() {
            if !file.is_put {
                continue;
            }
            fs::create_dir_all(&place.folder)?;
            fs::copy(self.folder.join(at.to_string()), &place.fresh)?;
            File::open(&place.fresh)?.sync_all()?;
        }
        Ok(())
    }

    fn exchange(&self, places: &[Place]) -> io::Result<()> {
        for (at, (file, place)) in self.plan.files.iter().zip(places).enumerate() {
            if let Err(error) = place.exchange(file.is_put) {
                places[..at].iter().for_each(Place::put_back);
                return Err(error);
            }
        }
        for place in places {
            match File::open(&place.folder) {
                Ok(folder) => folder.sync_all()?,
                // A file that was to be removed may have been in a folder that is gone.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The change is made, or shall never be. Blocks its thread.
    pub(super) fn forget(self) -> io::Result<()> {
        fs::remove_file(self.folder.join(PLAN))?;
        fs::remove_dir_all(&self.folder)
    }
}

/// Removes what an earlier server left in `work`, but for a change that is to be completed. Blocks its thread.
pub fn clear_temporary(work: &Path) -> io::Result<()> {
    for entry in fs::read_dir(work)? {
        let entry = entry?;
        if entry.file_name() == PENDING {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

/// Where a file is, and what is kept beside it for a moment. The names are hidden, so that nobody takes them for DAG files.
struct Place {
    folder: PathBuf,
    target: PathBuf,
    fresh: PathBuf,
    before: PathBuf,
}

impl Place {
    fn new(root: &Path, at: usize, path: &TreePath) -> Self {
        let target = root.join(path.as_str());
        let folder = target.parent().unwrap_or(root).to_owned();
        let beside = |what: &str| folder.join(format!(".couture-{at}.{what}"));
        Self { fresh: beside("fresh"), before: beside("before"), target, folder }
    }

    /// Where an error is answered, the file is as before, if the system lets it.
    fn exchange(&self, is_put: bool) -> io::Result<()> {
        match fs::remove_file(&self.before) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let was_there = match fs::rename(&self.target, &self.before) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            moved => moved.is_ok(),
        };
        let put = if is_put { fs::rename(&self.fresh, &self.target) } else { Ok(()) };
        if put.is_err() && was_there {
            let _ = fs::rename(&self.before, &self.target);
        }
        put
    }

    /// Undoes an exchange that was made.
    fn put_back(&self) {
        let _ = fs::remove_file(&self.target);
        let _ = fs::rename(&self.before, &self.target);
    }

    fn tidy(&self) {
        let _ = fs::remove_file(&self.fresh);
        let _ = fs::remove_file(&self.before);
    }
}

#[cfg(test)]
mod tests {
    use couture_core::Timestamp;

    use super::*;

    fn change(path: &str, content: Option<&str>) -> (TreePath, Option<Content>) {
        (TreePath::new(path).unwrap(), content.map(|text| Content::Bytes(text.into())))
    }

    fn author() -> Author {
        Author::new("ann", Timestamp::from_micros(0))
    }

    fn tree(root: &Path) -> Vec<(String, String)> {
        let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = walk.filter(|entry| entry.file_type().is_file()).map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().display().to_string();
            (path, fs::read_to_string(entry.path()).unwrap())
        });
        files.collect()
    }

    fn case() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (root, work) = (folder.path().join("dags"), folder.path().join("work"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&work).unwrap();
        fs::write(root.join("a.py"), "1").unwrap();
        fs::write(root.join("b.py"), "2").unwrap();
        (folder, root, work)
    }

    #[test]
    fn a_change_happens_once_it_is_planned() {
        let (_folder, root, work) = case();
        let changes =
            [change("a.py", Some("new")), change("b.py", None), change("sub/c.py", Some("3")), change("no.py", None)];
        assert!(Pending::find(&work, &root).unwrap().is_none());
        drop(Pending::prepare(&work, &root, &changes, author()).unwrap());
        // Here the first server was killed. The second one completes it, is killed before it can tell, and the third one does so again.
        for _ in 0..2 {
            let pending = Pending::find(&work, &root).unwrap().unwrap();
            assert_eq!(pending.paths().len(), 4);
            pending.apply().unwrap();
            assert_eq!(tree(&root), [("a.py".into(), "new".into()), ("sub/c.py".into(), "3".into())]);
        }
        Pending::find(&work, &root).unwrap().unwrap().forget().unwrap();
        assert!(Pending::find(&work, &root).unwrap().is_none());
        drop(Pending::prepare(&work, &root, &changes, author()).unwrap());
        assert!(Pending::find(&work, Path::new("/elsewhere")).unwrap().is_none(), "another folder is left alone");
    }

    #[test]
    fn what_cannot_be_done_as_a_whole_is_not_done() {
        let (_folder, root, work) = case();
        let before = tree(&root);
        fs::create_dir(root.join("z.py")).unwrap();
        let pending =
            Pending::prepare(&work, &root, &[change("a.py", Some("new")), change("z.py", Some("3"))], author())
                .unwrap();
        assert!(pending.apply().is_err());
        assert_eq!(tree(&root), before);
        // A rename that fails after others have been made.
        let pending =
            Pending::prepare(&work, &root, &[change("a.py", Some("new")), change("b.py", None)], author()).unwrap();
        fs::create_dir_all(root.join(".couture-1.before/full")).unwrap();
        assert!(pending.apply().is_err());
        // It was in the way, and may be gone with the rest.
        let _ = fs::remove_dir_all(root.join(".couture-1.before"));
        assert_eq!(tree(&root), before);
    }
}
