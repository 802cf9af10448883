//! Forms with pictures: each picture is stored as soon as it is read, so that only one is in memory,
//! and one that is stored need not be sent again if the rest of the form is refused.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::http::StatusCode;
use pipit_core::Upload;
use pipit_http::{Part, UploadForm, rates};
use pipit_model::limits::MEDIA_PER_TWEET_MAX;
use pipit_model::media::Media;
use pipit_model::{Error, MediaId};

use crate::Web;
use crate::error::{self, Failure};
use crate::forms::{Complaint, ComposeForm, KeptPicture};
use crate::visitor::{Viewer, Visitor};
use crate::words::Words;

/// What is wrong, as a page tells it; or what cannot be told on that page.
pub(crate) type Told = Result<(StatusCode, Complaint), Failure>;

/// A refusal with its status, for a page that keeps what was typed.
pub(crate) fn told(error: Error, w: &'static Words) -> Told {
    match Complaint::from_error(error, w) {
        Ok(complaint) => Ok((StatusCode::UNPROCESSABLE_ENTITY, complaint)),
        Err(Failure::Problem(problem)) => {
            Ok((problem.status, Complaint::general(error::detail(&problem, w))))
        }
        Err(failure) => Err(failure),
    }
}

/// The pictures of a new tweet.
#[derive(Default)]
pub(crate) struct Pictures {
    /// Those that are stored, in their order.
    pub kept: Vec<KeptPicture>,
    /// What was wrong with the first that was not.
    pub refused: Option<Told>,
}

/// The picture that the next description is of.
enum Described {
    Nothing,
    /// One that was stored with an earlier form.
    Kept(Media),
    /// One that was just read.
    New(Vec<u8>),
}

/// Reads the form to write a tweet in to its end. Of someone signed out only the texts are kept.
pub(crate) async fn read_compose(
    web: &Web,
    visitor: &Visitor,
    mut parts: UploadForm,
) -> Result<(ComposeForm, Pictures), Failure> {
    let mut reader = ComposeReader {
        web,
        w: visitor.preferences.w,
        viewer: visitor.viewer.clone(),
        form: ComposeForm::default(),
        pictures: Pictures::default(),
        described: Described::Nothing,
    };
    while let Some(part) = parts.next().await? {
        match part {
            Part::File { field, bytes } if field == "picture" => reader.file(bytes).await,
            Part::Text { field, value } => reader.text(&field, value).await,
            Part::File { .. } => {}
        }
    }
    reader.finish(String::new()).await;
    Ok((reader.form, reader.pictures))
}

struct ComposeReader<'a> {
    web: &'a Web,
    w: &'static Words,
    viewer: Option<Arc<Viewer>>,
    form: ComposeForm,
    pictures: Pictures,
    described: Described,
}

impl ComposeReader<'_> {
    async fn text(&mut self, field: &str, value: String) {
        match field {
            "content" => self.form.content = value,
            "reply_to" => self.form.reply_to = value,
            "quote" => self.form.quote = value,
            "visibility" => self.form.visibility = value,
            "key" => self.form.key = value,
            "back" => self.form.back = value,
            "reply_audience" => self.form.reply_audience = value,
            "sensitive" => self.form.sensitive = value,
            "description" => self.finish(value).await,
            "media" => {
                self.finish(String::new()).await;
                let (Some(viewer), Ok(id)) = (&self.viewer, value.parse()) else { return };
                // One that is no longer there was dropped by waiting too long: the person sees it.
                if let Ok(media) = self.web.pipit.media(viewer.caller, MediaId(id)).await {
                    self.described = Described::Kept(media);
                }
            }
            _ => {}
        }
    }

    async fn file(&mut self, bytes: pipit_model::Result<Vec<u8>>) {
        self.finish(String::new()).await;
        match bytes {
            // A place that was left empty.
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => self.described = Described::New(bytes),
            Err(error) => self.refuse(error),
        }
    }

    /// Stores the picture before, now that its description is known.
    async fn finish(&mut self, description: String) {
        let described = std::mem::replace(&mut self.described, Described::Nothing);
        let Some(viewer) = self.viewer.clone() else { return };
        if self.pictures.kept.len() == MEDIA_PER_TWEET_MAX {
            if !matches!(described, Described::Nothing) {
                self.refuse(Error::invalid("media_ids", "must be at most 4"));
            }
            return;
        }
        let pipit = &self.web.pipit;
        let stored = match described {
            Described::Nothing => return,
            Described::Kept(media)
                if description.is_empty() || media.description == description =>
            {
                Ok(media)
            }
            Described::Kept(media) => {
                let changed = pipit.describe_media(viewer.caller, media.id, &description).await;
                if let Err(error) = changed {
                    self.refuse(error);
                    Ok(media)
                } else {
                    changed
                }
            }
            Described::New(bytes) => {
                let key = self.key(&bytes, &description);
                let upload = Upload { bytes, description };
                match rates::count_picture(viewer.caller) {
                    Ok(()) => pipit.upload_media(viewer.caller, upload, key.as_deref()).await,
                    Err(error) => Err(error),
                }
            }
        };
        match stored {
            Ok(media) => self.pictures.kept.push(KeptPicture::new(&media)),
            Err(error) => self.refuse(error),
        }
    }

    /// A double click stores a picture once; another picture in the same form is another one.
    fn key(&self, bytes: &[u8], description: &str) -> Option<String> {
        let form = self.form.request_key(&[])?;
        let mut hasher = DefaultHasher::new();
        (bytes, description).hash(&mut hasher);
        Some(format!("{form}-{:016x}", hasher.finish()))
    }

    fn refuse(&mut self, error: Error) {
        self.pictures.refused.get_or_insert_with(|| told(error, self.w));
    }
}

/// The file of a form that has one, which is read to its end whatever is wrong with it.
pub(crate) async fn read_file(
    mut parts: UploadForm,
) -> Result<pipit_model::Result<Vec<u8>>, Failure> {
    let mut file = Err(Error::invalid("file", "is missing: choose a picture"));
    while let Some(part) = parts.next().await? {
        if let Part::File { field, bytes } = part
            && field == "file"
            && !bytes.as_ref().is_ok_and(Vec::is_empty)
        {
            file = bytes;
        }
    }
    Ok(file)
}
