//! Tar files.

use crate::hostile::{Bad, NEWS, bad, broken, noise};
use crate::pack::{gz, tar};

/// A tar of one entry with this header, and a sound one after it.
fn tarred(name: &[u8], kind: tar::EntryType, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes.extend(tar(&[("b.txt", NEWS.as_bytes())]));
    bytes
}

pub(crate) fn tars() -> Vec<Bad> {
    use tar::EntryType as E;
    let news = NEWS.as_bytes();
    let two = tar(&[("a.txt", news), ("b.txt", news)]);
    let zeros = vec![b'0'; 12 << 20];
    let many: Vec<String> = (0..310).map(|n| format!(".{n}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let empty = |name: &[u8], kind| tarred(name, kind, 0, b"");
    let fact = |fact: &str| {
        let length = fact.len() + 4;
        tarred(
            b"facts",
            E::XHeader,
            length as u64,
            format!("{length} {fact}\n").as_bytes(),
        )
    };
    let mut size = tarred(b"a.txt", E::Regular, 1, b"x");
    size[124..136].copy_from_slice(b"zzzzzzzzzzz\0");
    let sum: u32 = size[..512]
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    size[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    // Its facts say that it has more bytes than its header says, among them a
    // whole header: whoever believes one of the two reads what the other hides.
    let smuggled = tar(&[("hidden.txt", news)]);
    let list = format!("13 size={:04}\n", 2048);
    let mut smuggling = tarred(b"facts", E::XHeader, list.len() as u64, list.as_bytes());
    smuggling.truncate(1024);
    smuggling.extend(&tarred(b"a.txt", E::Regular, 0, b"")[..512]);
    smuggling.extend(smuggled);
    let name_long = tarred(
        b"././@LongLink",
        E::GNULongName,
        2 << 20,
        &vec![b'a'; 2 << 20],
    );
    let early = "too early";
    // A header that speaks of an entry which never comes.
    let mut facts_only = fact("path=a.txt");
    facts_only.truncate(1024);
    facts_only.resize(2048, 0);
    vec![
        bad("tar-facts-only.tar", facts_only, 0, &[("", "only folders")]),
        bad(
            "tar-cut.tar",
            two[..560].to_vec(),
            0,
            &[("!a.txt", early), ("", early)],
        ),
        bad("tar-header.tar", two[..1200].to_vec(), 1, &[("", early)]),
        bad(
            "tar-sum.tar",
            broken(two.clone(), 5),
            0,
            &[("", "cannot be read to its end")],
        ),
        bad(
            "tar-noise.tar",
            noise(2048, 6),
            0,
            &[("", "cannot be read to its end")],
        ),
        bad(
            "tar-up.tar",
            tarred(b"../../up.txt", E::Regular, news.len() as u64, news),
            1,
            &[("!../../up.txt", "leads out")],
        ),
        bad(
            "tar-absolute.tar",
            tarred(b"/tmp/up.txt", E::Regular, news.len() as u64, news),
            1,
            &[("!/tmp/up.txt", "absolute")],
        ),
        bad(
            "tar-link.tar",
            empty(b"a.txt", E::Symlink),
            1,
            &[("!a.txt", "symbolic link")],
        ),
        bad(
            "tar-hard.tar",
            empty(b"a.txt", E::Link),
            1,
            &[("!a.txt", "hard link")],
        ),
        bad(
            "tar-device.tar",
            empty(b"a.txt", E::Char),
            1,
            &[("!a.txt", "device")],
        ),
        bad(
            "tar-block.tar",
            empty(b"a.txt", E::Block),
            1,
            &[("!a.txt", "device")],
        ),
        bad(
            "tar-pipe.tar",
            empty(b"a.txt", E::Fifo),
            1,
            &[("!a.txt", "pipe")],
        ),
        bad(
            "tar-sparse.tar",
            empty(b"a.txt", E::new(b'S')),
            1,
            &[("!a.txt", "holes")],
        ),
        bad(
            "tar-odd.tar",
            empty(b"a.txt", E::new(b'Z')),
            1,
            &[("!a.txt", "neither")],
        ),
        bad(
            "tar-nul.tar",
            fact("path=a\0b.txt"),
            0,
            &[("!a\u{FFFD}b.txt", "control")],
        ),
        bad(
            "tar-fact-up.tar",
            fact("path=../b.tx"),
            0,
            &[("!../b.tx", "leads out")],
        ),
        bad("tar-smuggle.tar", smuggling, 0, &[("!a.txt", "two sizes")]),
        bad(
            "tar-name.tar.gz",
            gz(&name_long),
            0,
            &[("", "longer than 1048576")],
        ),
        bad(
            "tar-twice.tar",
            tar(&[
                ("a.txt", news),
                ("a.txt", format!("{NEWS}又一则。").as_bytes()),
            ]),
            2,
            &[],
        ),
        bad(
            "tar-many.tar",
            tar(&many),
            0,
            &[("", "more than 300 entries")],
        ),
        bad(
            "tar-size.tar",
            size,
            0,
            &[("", "cannot be read to its end")],
        ),
        bad(
            "tar-vast.tar",
            tarred(b"a.txt", E::Regular, 1 << 50, news),
            0,
            &[("!a.txt", ""), ("", "")],
        ),
        bad(
            "tar-bomb.tar.gz",
            gz(&tar(&[("a.txt", &zeros), ("b.txt", news)])),
            0,
            &[("!a.txt", "longer than"), ("", "holds more than 8388608")],
        ),
        bad(
            "tar-thrice.tar",
            tar(&[("o.tar", &tar(&[("i.tar", &two), ("b.txt", news)]))]),
            1,
            &[("!o.tar!i.tar", "in an archive in an archive")],
        ),
    ]
}
