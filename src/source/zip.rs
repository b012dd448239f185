//! Zip files: a directory at the end, so the bytes must be ones that can be sought in.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;

use zip::result::ZipError;

use crate::article::Origin;
use crate::source::Limits;
use crate::source::archive::{Inside, NO_ENTRY, entry_name, passed_over, read_entry, too_many};
use crate::source::feed::{Emit, Flow, refuse, refuse_kind};
use crate::source::unpack::{Budget, Metered, why};

/// The records of a zip file of `on_disk` bytes, entry by entry in the order of its directory.
pub(crate) fn read(
    file: File,
    on_disk: u64,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let budget = Budget::archive(on_disk, limits);
    let inside = Inside::first(&budget);
    entries(BufReader::new(file), &inside, origin, limits, emit)
}

/// The records of a zip file, wherever its bytes are.
pub(crate) fn entries(
    bytes: impl Read + Seek,
    inside: &Inside<'_>,
    origin: &Origin,
    limits: &Limits,
    emit: &mut Emit<'_>,
) -> Flow {
    let budget = inside.budget;
    let mut archive = match zip::ZipArchive::new(bytes) {
        Ok(archive) => archive,
        Err(error) => return refuse(emit, origin, None, zip_why(&error)),
    };
    if archive.is_empty() {
        return refuse(emit, origin, None, NO_ENTRY.to_owned());
    }
    if archive.has_duplicate_names() {
        let reason = "several of its entries bear one name, and only the last of each can be read; pack it again";
        refuse_kind(emit, origin, reason.to_owned())?;
    }
    for index in 0..archive.len() {
        if index as u64 == limits.entries {
            return refuse(emit, origin, None, too_many(limits));
        }
        let data = match archive.by_index_data(index) {
            Ok(data) => data,
            Err(error) => {
                refuse(emit, origin, None, zip_why(&error))?;
                continue;
            }
        };
        let name = data.name_raw().to_vec();
        let outer = origin;
        let origin = inside.origin(outer, &entry_name(&name));
        let (folder, link, encrypted) = (data.is_dir(), data.is_symlink(), data.encrypted());
        if folder || passed_over(&origin) {
            continue;
        }
        if link {
            let reason = "a symbolic link, which is never followed out of an archive; what it points to is read where it stands";
            refuse_kind(emit, &origin, reason.to_owned())?;
            continue;
        }
        if encrypted {
            let reason = "encrypted: it cannot be read without its password; unpack it first";
            refuse(emit, &origin, None, reason.to_owned())?;
            continue;
        }
        match archive.by_index(index) {
            Ok(entry) => {
                let entry = Metered::new(entry, budget);
                read_entry(entry, inside, &name, &origin, limits, emit)?;
            }
            Err(error) => refuse(emit, &origin, None, zip_why(&error))?,
        }
        if let Some(reason) = budget.exceeded() {
            return refuse(emit, outer, None, reason.to_owned());
        }
    }
    ControlFlow::Continue(())
}

fn zip_why(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => why(error),
        ZipError::UnsupportedArchive(what) => format!(
            "packed in a way that is not read ({what}); pack it again with the usual settings"
        ),
        // Its words name the parts of the format.
        ZipError::InvalidArchive(_) => "not a whole zip file: the list of what is in it is missing or damaged, as when a download was cut off; fetch it again".to_owned(),
        error => format!("not a whole zip file ({error}); fetch it again"),
    }
}
