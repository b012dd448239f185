//! Packed bytes are unpacked as a stream, and metered: a bomb goes off in here.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;

use crate::source::Limits;
use crate::source::kinds::Packing;

/// Bytes read from disk at a time.
const DISK_BUFFER: usize = 256 << 10;

/// Bytes unpacked at a time: a line of JSONL mostly fits, and is then copied once.
const UNPACKED_BUFFER: usize = 1 << 20;

/// The largest window a Zstandard frame may ask for, as a power of two: 128 MB,
/// what the format's own tool allows by default.
const ZSTD_WINDOW: u32 = 27;

/// Memory an xz block may ask for, in KiB: what level 9 of the format's own tool needs.
const XZ_MEMORY: u32 = 80 << 10;

/// How many more bytes may come out of a packed file.
pub(crate) struct Budget {
    left: Cell<u64>,
    refusal: String,
}

impl Budget {
    /// For a file of `on_disk` bytes from which everything is read as a stream:
    /// the ratio alone, so that a large plain archive of news is no bomb.
    pub(crate) fn stream(on_disk: u64, limits: &Limits) -> Self {
        let allowed = on_disk.saturating_mul(limits.ratio).max(limits.ratio_free);
        let refusal = format!(
            "grows past {allowed} bytes, more than {} times its packed size, as a decompression bomb does; reading stopped; unpack it yourself if you trust it",
            limits.ratio
        );
        Budget {
            left: Cell::new(allowed),
            refusal,
        }
    }

    /// For an archive of `on_disk` bytes: the ratio, and the cap on archives.
    pub(crate) fn archive(on_disk: u64, limits: &Limits) -> Self {
        let ratio = Budget::stream(on_disk, limits);
        if ratio.left.get() <= limits.archive_bytes {
            return ratio;
        }
        let refusal = format!(
            "holds more than {} bytes unpacked, the limit for one archive; reading stopped; split it into smaller ones",
            limits.archive_bytes
        );
        Budget {
            left: Cell::new(limits.archive_bytes),
            refusal,
        }
    }

    /// For bytes that are not packed.
    pub(crate) fn endless() -> Self {
        Budget {
            left: Cell::new(u64::MAX),
            refusal: String::new(),
        }
    }

    /// Has more been read than is allowed? Then the reason.
    pub(crate) fn exceeded(&self) -> Option<&str> {
        (self.left.get() == 0).then_some(&self.refusal)
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.left.get().saturating_sub(bytes as u64);
        self.left.set(left);
        if left == 0 && bytes > 0 {
            Err(io::Error::other(self.refusal.clone()))
        } else {
            Ok(())
        }
    }
}

/// A reader whose bytes are counted against a budget.
pub(crate) struct Metered<'a, R> {
    inner: R,
    budget: &'a Budget,
}

impl<'a, R> Metered<'a, R> {
    pub(crate) fn new(inner: R, budget: &'a Budget) -> Self {
        Metered { inner, budget }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.budget.spend(count)?;
        Ok(count)
    }
}

/// The bytes inside a packing, in large pieces, counted against `budget`. What the name says is
/// not always so: a browser may unpack a file and leave its name.
pub(crate) fn unpack<'a>(
    reader: impl Read + 'a,
    packing: Packing,
    budget: &'a Budget,
) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut packed = BufReader::with_capacity(DISK_BUFFER, reader);
    let packing = match packing {
        Packing::Plain => packing,
        named => told_by(packed.fill_buf()?).unwrap_or(named),
    };
    Ok(match packing {
        Packing::Plain => Box::new(packed),
        Packing::Bzip2 => large(MultiBzDecoder::new(packed), budget),
        Packing::Gzip => large(MultiGzDecoder::new(packed), budget),
        Packing::Xz => large(
            lzma_rust2::XzReader::new_mem_limit(packed, true, XZ_MEMORY),
            budget,
        ),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(ZSTD_WINDOW)?;
            large(decoder, budget)
        }
    })
}

/// How each packing begins: RFC 1952, RFC 8878, and the formats of xz and bzip2.
const BEGINNINGS: [(&[u8], Packing); 4] = [
    (b"\x1F\x8B", Packing::Gzip),
    (b"\x28\xB5\x2F\xFD", Packing::Zstd),
    (b"\xFD7zXZ\0", Packing::Xz),
    (b"BZh", Packing::Bzip2),
];
/// Bytes that are looked at for a text: those of a tar header.
const LOOKED_AT: usize = 512;
/// Where the header of a tar file says that it is one, by POSIX.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// The packing of bytes by how they begin; of what begins neither like one nor like a text,
/// nothing can be said.
fn told_by(bytes: &[u8]) -> Option<Packing> {
    let begins = |(beginning, _): &&(&[u8], Packing)| bytes.starts_with(beginning);
    if let Some((_, packing)) = BEGINNINGS.iter().find(begins) {
        return Some(*packing);
    }
    let bytes = &bytes[..bytes.len().min(LOOKED_AT)];
    let (at, mark) = TAR;
    let is_tar = bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    (is_tar || !bytes.is_empty() && bytes.iter().all(is_text)).then_some(Packing::Plain)
}

fn large<'a>(reader: impl Read + 'a, budget: &'a Budget) -> Box<dyn BufRead + 'a> {
    Box::new(BufReader::with_capacity(
        UNPACKED_BUFFER,
        Metered::new(reader, budget),
    ))
}

/// Why reading failed and what to do, in one line.
pub(crate) fn why(error: &io::Error) -> String {
    // The tar reader has a kind of its own for it.
    let cut = error.kind() == io::ErrorKind::UnexpectedEof
        || ["unexpected EOF", "failed to read entire block"]
            .iter()
            .any(|said| error.to_string().starts_with(said));
    match error.kind() {
        _ if cut => "ends too early: the file was cut off; what came before it was read; fetch the file again".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be opened: permission denied; check its permissions".to_owned(),
        io::ErrorKind::NotFound => "is not there any more; run again".to_owned(),
        // The zip reader's word for a method it learns of only when it begins to unpack.
        _ if error.to_string().contains("not supported") => format!("packed in a way that is not read ({error}); pack it again with the usual settings"),
        // Only a budget makes this kind without a system error behind it, or a damaged stream does.
        io::ErrorKind::Other if error.raw_os_error().is_none() && error.to_string().contains("reading stopped") => error.to_string(),
        _ => format!("cannot be read to its end ({}): the file is damaged; fetch it again", said(error)),
    }
}

/// What an error says, without the bytes that it quotes.
fn said(error: &io::Error) -> String {
    let said = error.to_string();
    let words = |c: char| c.is_ascii_graphic() || c == ' ';
    let end = said.find(|c| !words(c)).unwrap_or(said.len());
    match said.get(..end).and_then(|said| said.rsplit_once(": ")) {
        Some((what, _)) if end < said.len() => what.to_owned(),
        _ => said,
    }
}
