//! Zip files: a directory at the end, so the file must be one that can be sought in.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;

use zip::result::ZipError;

use crate::article::Origin;
use crate::source::Limits;
use crate::source::archive::{entry_name, passed_over, read_entry, too_many};
use crate::source::feed::{Emit, Flow, refuse};
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
    let mut archive = match zip::ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => return refuse(emit, origin, None, zip_why(&error)),
    };
    if archive.has_duplicate_names() {
        let reason = "several of its entries bear one name, and only the last of each can be read; pack it again";
        refuse(emit, origin, None, reason.to_owned())?;
    }
    for index in 0..archive.len() {
        if index as u64 == limits.entries {
            return refuse(emit, origin, None, too_many(limits));
        }
        let Ok(data) = archive.by_index_data(index) else {
            continue;
        };
        let origin = Origin {
            entry: Some(entry_name(data.name_raw())),
            ..origin.clone()
        };
        if data.is_dir() || data.is_symlink() || passed_over(&origin) {
            continue;
        }
        if data.encrypted() {
            refuse(
                emit,
                &origin,
                None,
                "encrypted: it cannot be read without its password; unpack it first".to_owned(),
            )?;
            continue;
        }
        match archive.by_index(index) {
            Ok(entry) => read_entry(Metered::new(entry, &budget), &budget, &origin, limits, emit)?,
            Err(error) => refuse(emit, &origin, None, zip_why(&error))?,
        }
        if let Some(reason) = budget.exceeded() {
            return refuse(
                emit,
                &Origin {
                    entry: None,
                    ..origin
                },
                None,
                reason.to_owned(),
            );
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
        error => format!("not a whole zip file ({error}); fetch it again"),
    }
}
