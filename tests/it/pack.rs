//! Containers and encodings, made byte by byte: what other programs write.

use std::io::Write;

/// gzip.
pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Zstandard.
pub(crate) fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// A tar of entries.
pub(crate) fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// An entry of a zip as it lies in the file.
pub(crate) struct Entry<'a> {
    /// The name's bytes, in any encoding.
    pub(crate) name: &'a [u8],
    pub(crate) content: &'a [u8],
    /// Bit 0: encrypted. Bit 11: the name is UTF-8.
    pub(crate) flags: u16,
}

/// A zip of stored entries. The writer of the zip crate writes UTF-8 names and
/// cannot pretend that an entry is encrypted; old programs could.
pub(crate) fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let at = file.len() as u32;
        let mut crc = flate2::Crc::new();
        crc.update(entry.content);
        let mut facts = Vec::new();
        facts.extend(20u16.to_le_bytes()); // version needed
        facts.extend(entry.flags.to_le_bytes());
        facts.extend(0u16.to_le_bytes()); // stored
        facts.extend(0u16.to_le_bytes()); // time
        facts.extend(0x5021u16.to_le_bytes()); // day
        facts.extend(crc.sum().to_le_bytes());
        facts.extend((entry.content.len() as u32).to_le_bytes());
        facts.extend((entry.content.len() as u32).to_le_bytes());
        facts.extend((entry.name.len() as u16).to_le_bytes());
        facts.extend(0u16.to_le_bytes()); // extra field
        file.extend(b"PK\x03\x04");
        file.extend(&facts);
        file.extend(entry.name);
        file.extend(entry.content);
        directory.extend(b"PK\x01\x02");
        directory.extend(20u16.to_le_bytes()); // version made by
        directory.extend(&facts);
        directory.extend([0; 10]); // comment, disk, attributes
        directory.extend(at.to_le_bytes());
        directory.extend(entry.name);
    }
    let start = file.len() as u32;
    let count = entries.len() as u16;
    file.extend(&directory);
    file.extend(b"PK\x05\x06");
    file.extend([0; 4]); // disks
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]); // comment
    file
}

/// Text in an encoding of the web.
pub(crate) fn encoded(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    let (bytes, _, failed) = encoding.encode(text);
    assert!(
        !failed,
        "{} has no code for some of {text}",
        encoding.name()
    );
    bytes.into_owned()
}

/// UTF-16, little endian first.
pub(crate) fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}
