//! Code bricks: titled snippets that people insert into DAG files.

use couture_store::{Author, Content, TreePath};
use serde::{Deserialize, Serialize};

use super::built_in_bricks::BUILT_IN_BRICKS;
use super::error::{FilesError, NowThere};
use super::file_tree::FileTree;
use super::proposal::{Base, Proposal, version_of, version_of_hash};

/// A code brick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brick {
    /// Made of the title that it had first: it stays.
    pub id: String,
    /// What it is.
    pub kept: NewBrick,
    /// Changes with each change.
    pub version: String,
    /// Whether it comes with Couture, and cannot be changed.
    pub is_built_in: bool,
}

/// What people write of a brick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBrick {
    /// What lists show.
    pub title: String,
    /// What it does, and what must be filled in.
    pub description: String,
    /// The language of the snippet, such as `python`.
    pub language: String,
    /// The snippet.
    pub content: String,
}

/// Why a brick is not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrickError {
    /// There is none.
    #[error("there is no code brick {0:?}")]
    Missing(String),
    /// It comes with Couture.
    #[error("the code brick {0:?} comes with Couture and stays as it is; add one of your own with its code instead")]
    BuiltIn(String),
    /// Another one has the title.
    #[error("there is a code brick with the title {0:?}; choose another title, or change that one")]
    Taken(String),
    /// What was sent does not fit.
    #[error("{0}")]
    Unfit(String),
    /// Somebody else changed it.
    #[error("the code brick was changed by somebody else meanwhile; look at it again")]
    Changed(NowThere),
    /// The tree.
    #[error(transparent)]
    Files(FilesError),
}

impl From<FilesError> for BrickError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Conflict { now, .. } => Self::Changed(now),
            other => Self::Files(other),
        }
    }
}

/// The bricks that come with Couture, and those that people add.
#[derive(Clone, Debug)]
pub struct Bricks {
    tree: FileTree,
}

impl NewBrick {
    /// The longest title, in characters.
    pub const MAX_TITLE_CHARS: usize = 200;
    /// The longest snippet, in bytes.
    pub const MAX_CONTENT_BYTES: usize = 256 << 10;
    const MAX_DESCRIPTION_CHARS: usize = 4_000;
    const MAX_LANGUAGE_CHARS: usize = 40;

    fn check(&self) -> Result<(), BrickError> {
        let chars = |text: &str| text.chars().count();
        let unfit = |what: &str| Err(BrickError::Unfit(what.to_owned()));
        if self.title.trim().is_empty()
            || chars(&self.title) > Self::MAX_TITLE_CHARS
            || self.title.chars().any(char::is_control)
        {
            return unfit("a title has 1 to 200 characters on one line");
        }
        if self.content.trim().is_empty() || self.content.len() > Self::MAX_CONTENT_BYTES {
            return unfit("the content of a code brick has 1 byte to 256 KiB, and is not blank");
        }
        if chars(&self.description) > Self::MAX_DESCRIPTION_CHARS || chars(&self.language) > Self::MAX_LANGUAGE_CHARS {
            return unfit("a description has at most 4000 characters, and the name of a language at most 40");
        }
        Ok(())
    }
}

/// The most bricks that people add.
const MAX_BRICKS: usize = 10_000;

impl Bricks {
    pub(super) fn new(tree: FileTree) -> Self {
        Self { tree }
    }

    /// Those with this text in their title or description, or all: by title.
    pub async fn list(&self, wanted: Option<&str>) -> Result<Vec<Brick>, BrickError> {
        let mut bricks: Vec<Brick> = BUILT_IN_BRICKS.iter().map(|brick| brick.brick()).collect();
        for (path, file) in self.tree.manifest().await?.files {
            let json = self.tree.piece(&file, 0, file.bytes).await?;
            bricks.extend(read(&path, &json, version_of_hash(&file.sha256)));
        }
        if let Some(wanted) = wanted.map(str::to_lowercase) {
            let has = |text: &str| text.to_lowercase().contains(&wanted);
            bricks.retain(|brick| has(&brick.kept.title) || has(&brick.kept.description));
        }
        bricks.sort_by(|one, other| one.kept.title.cmp(&other.kept.title));
        Ok(bricks)
    }

    /// One of them.
    pub async fn get(&self, id: &str) -> Result<Brick, BrickError> {
        if let Some(brick) = BUILT_IN_BRICKS.iter().find(|brick| brick.id == id) {
            return Ok(brick.brick());
        }
        let missing = || BrickError::Missing(id.to_owned());
        let path = path(id).ok_or_else(missing)?;
        let (file, _) = match self.tree.find(&path).await {
            Err(FilesError::Missing(_)) => return Err(missing()),
            other => other?,
        };
        let json = self.tree.piece(&file, 0, file.bytes).await?;
        read(&path, &json, version_of_hash(&file.sha256)).ok_or_else(missing)
    }

    /// Adds one.
    pub async fn add(&self, new: NewBrick, author: &Author) -> Result<Brick, BrickError> {
        new.check()?;
        let all = self.list(None).await?;
        if all.len() >= MAX_BRICKS {
            return Err(BrickError::Unfit(format!("there are {MAX_BRICKS} code bricks; delete some first")));
        }
        self.check_title(&new.title, None, &all)?;
        let mut id = slug(&new.title);
        for number in 2.. {
            if !all.iter().any(|brick| brick.id == id) {
                break;
            }
            id = format!("{}-{number}", slug(&new.title));
        }
        self.put(&id, new, Base::None, author).await
    }

    /// Changes one, where it still is what the sender knows.
    pub async fn change(
        &self,
        id: &str,
        new: NewBrick,
        known: Option<String>,
        author: &Author,
    ) -> Result<Brick, BrickError> {
        let brick = self.changeable(id).await?;
        new.check()?;
        self.check_title(&new.title, Some(id), &self.list(None).await?)?;
        self.put(id, new, Base::Version(known.unwrap_or(brick.version)), author).await
    }

    /// Removes one.
    pub async fn remove(&self, id: &str, author: &Author) -> Result<(), BrickError> {
        let brick = self.changeable(id).await?;
        let path = path(id).ok_or_else(|| BrickError::Missing(id.to_owned()))?;
        let gone = Proposal { path, content: None, base: Base::Version(brick.version) };
        self.tree.change(vec![gone], author).await?;
        Ok(())
    }

    async fn changeable(&self, id: &str) -> Result<Brick, BrickError> {
        let brick = self.get(id).await?;
        if brick.is_built_in { Err(BrickError::BuiltIn(brick.kept.title)) } else { Ok(brick) }
    }

    fn check_title(&self, title: &str, own: Option<&str>, all: &[Brick]) -> Result<(), BrickError> {
        let is_same = |brick: &&Brick| brick.kept.title.eq_ignore_ascii_case(title) && Some(&*brick.id) != own;
        all.iter().find(is_same).map_or(Ok(()), |_| Err(BrickError::Taken(title.to_owned())))
    }

    async fn put(&self, id: &str, kept: NewBrick, base: Base, author: &Author) -> Result<Brick, BrickError> {
        let json = serde_json::to_vec(&kept).map_err(|error| BrickError::Unfit(error.to_string()))?;
        let path = path(id).ok_or_else(|| BrickError::Missing(id.to_owned()))?;
        let version = version_of(&json);
        self.tree.change(vec![Proposal { path, content: Some(Content::Bytes(json)), base }], author).await?;
        Ok(Brick { id: id.to_owned(), kept, version, is_built_in: false })
    }
}

fn path(id: &str) -> Option<TreePath> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    TreePath::new(&format!("{id}.json")).ok().filter(|_| is_id)
}

fn read(path: &TreePath, json: &[u8], version: String) -> Option<Brick> {
    let id = path.as_str().strip_suffix(".json")?.to_owned();
    Some(Brick { id, kept: serde_json::from_slice(json).ok()?, version, is_built_in: false })
}

/// A title as a name: lower-case letters and digits, with dashes between words.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-").chars().take(60).collect();
    if slug.is_empty() { "brick".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use couture_core::Timestamp;
    use couture_store::TreeStore;

    use super::*;

    fn new(title: &str, content: &str) -> NewBrick {
        NewBrick { title: title.into(), description: "d".into(), language: "python".into(), content: content.into() }
    }

    #[tokio::test]
    async fn people_add_bricks_beside_those_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let trees = TreeStore::new(couture_store::local_objects(folder.path()).unwrap());
        let bricks = Bricks::new(FileTree::new(trees, "bricks"));
        let author = Author::new("ann", Timestamp::from_micros(0));
        let built_in = bricks.list(None).await.unwrap();
        assert_eq!(built_in.len(), BUILT_IN_BRICKS.len());
        let mine = bricks.add(new("Count words!", "x = 1"), &author).await.unwrap();
        let other = bricks.add(new("count words?", "x = 2"), &author).await.unwrap();
        assert_eq!((&*mine.id, &*other.id), ("count-words", "count-words-2"));
        assert!(matches!(bricks.add(new("COUNT WORDS!", "x"), &author).await, Err(BrickError::Taken(_))));
        assert!(matches!(bricks.add(new(&built_in[0].kept.title, "x"), &author).await, Err(BrickError::Taken(_))));
        for bad in [new("", "x"), new("a\nb", "x"), new("a", " "), new("a", &"x".repeat(300_000))] {
            assert!(matches!(bricks.add(bad, &author).await, Err(BrickError::Unfit(_))));
        }
        let changed =
            bricks.change(&mine.id, new("Count", "x = 3"), Some(mine.version.clone()), &author).await.unwrap();
        assert_eq!((&*changed.id, &*changed.kept.title), ("count-words", "Count"));
        let late = bricks.change(&mine.id, new("Count", "x = 4"), Some(mine.version), &author).await;
        assert!(matches!(late, Err(BrickError::Changed(_))));
        assert_eq!(bricks.list(Some("COUNT")).await.unwrap().len(), 2);
        assert_eq!(bricks.get("count-words").await.unwrap(), changed);
        bricks.remove("count-words", &author).await.unwrap();
        for missing in ["count-words", "../x", "", "a/b"] {
            assert!(matches!(bricks.get(missing).await, Err(BrickError::Missing(_))), "{missing}");
        }
        assert!(matches!(bricks.remove(BUILT_IN_BRICKS[0].id, &author).await, Err(BrickError::BuiltIn(_))));
    }
}
