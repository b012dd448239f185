//! Containers and encodings, made byte by byte: what other programs write.

use std::io::Write;

/// gzip.
pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// bzip2.
pub(crate) fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Zstandard.
pub(crate) fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// xz, with its data stored as it is: the crate that reads it here does not write.
pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    for (n, chunk) in bytes.chunks(1 << 16).enumerate() {
        data.push(if n == 0 { 1 } else { 2 });
        data.extend(((chunk.len() - 1) as u16).to_be_bytes());
        data.extend(chunk);
    }
    data.push(0);
    xz_around(data, bytes)
}

/// An xz file with every checksum right around LZMA2 data, whatever that is;
/// `plain` is what it unpacks to, if it does.
pub(crate) fn xz_around(data: Vec<u8>, plain: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let varint = |mut n: usize| {
        let mut out = Vec::new();
        while n >= 0x80 {
            out.push(n as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        out
    };
    let padded = |mut part: Vec<u8>| {
        part.resize(part.len().next_multiple_of(4), 0);
        part
    };
    let flags = [0, 1]; // CRC32
    let mut file = b"\xFD7zXZ\0".to_vec();
    file.extend(flags);
    file.extend(crc(&flags));
    // One block, one filter: LZMA2 with a dictionary of 64 KiB.
    let header = [2, 0, 0x21, 1, 8, 0, 0, 0];
    file.extend(header);
    file.extend(crc(&header));
    let unpadded = header.len() + 4 + data.len() + 4;
    file.extend(padded(data));
    file.extend(crc(plain));
    let index = padded([vec![0, 1], varint(unpadded), varint(plain.len())].concat());
    file.extend(&index);
    file.extend(crc(&index));
    let mut footer = ((index.len() + 4) as u32 / 4 - 1).to_le_bytes().to_vec();
    footer.extend(flags);
    file.extend(crc(&footer));
    file.extend(footer);
    file.extend(b"YZ");
    file
}

/// A Word document of a few paragraphs.
pub(crate) fn docx(paragraphs: &[&str]) -> Vec<u8> {
    let body: String = paragraphs
        .iter()
        .map(|text| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))
        .collect();
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    docx_of(document.as_bytes(), None)
}

/// A Word document of any parts: the text, and what is said of it.
pub(crate) fn docx_of(document: &[u8], core: Option<&[u8]>) -> Vec<u8> {
    let part = |name, content| Entry {
        name,
        content,
        flags: 0,
    };
    let mut parts = vec![part(b"word/document.xml" as &[u8], document)];
    parts.extend(core.map(|core| part(b"docProps/core.xml", core)));
    zip(&parts)
}

/// A WARC of one answer of a site, after the request for it.
pub(crate) fn warc(url: &str, content_type: &str, page: &[u8]) -> Vec<u8> {
    let record = |kind: &str, block: &[u8]| {
        let head = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2021-06-09T01:02:03Z\r\n\
             Content-Type: application/http; msgtype={kind}\r\nContent-Length: {}\r\n\r\n",
            block.len()
        );
        [head.as_bytes(), block, b"\r\n\r\n"].concat()
    };
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n");
    [
        record(
            "request",
            b"GET / HTTP/1.1\r\nHost: www.example.gov.cn\r\n\r\n",
        ),
        record("response", &[answer.as_bytes(), page].concat()),
    ]
    .concat()
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

/// Writes the right checksum into every block that calls itself a header of a tar:
/// what is damaged in it is read, and not refused for its checksum.
pub(crate) fn tar_sums(bytes: &mut [u8]) {
    for block in bytes.chunks_exact_mut(512) {
        if !block[257..].starts_with(b"ustar") {
            continue;
        }
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
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
