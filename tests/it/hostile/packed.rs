//! Streams that were packed: cut, damaged, or made to grow.

use std::io::Write;

use crate::hostile::{Bad, NEWS, bad, broken, cut, noise, prose};
use crate::pack::{bz2, gz, xz, zst};

pub(crate) fn packed() -> Vec<Bad> {
    let text = prose();
    let checked = {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(&text).unwrap();
        encoder.finish().unwrap()
    };
    let end = |bytes: &[u8], back: usize| bytes.len() - back;
    let (g, x, b, z) = (gz(&text), xz(&text), bz2(&text), zst(&text));
    let zeros = vec![b'0'; 20 << 20];
    let mut huge_dictionary = xz(NEWS.as_bytes());
    huge_dictionary[16] = 40; // 4 GiB
    let mut crc = flate2::Crc::new();
    crc.update(&huge_dictionary[12..20]);
    huge_dictionary[20..24].copy_from_slice(&crc.sum().to_le_bytes());
    // A frame that asks for a window of 2 GiB: no flags, then the window byte.
    let huge_window = [&[0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8][..], &[1, 0, 0, 0]].concat();
    let deep = gz(&gz(&gz(NEWS.as_bytes())));
    let early = "too early";
    let damaged = "cannot be read to its end";
    vec![
        bad("gz-cut.txt.gz", cut(g.clone()), 0, &[("", early)]),
        bad(
            "gz-crc.txt.gz",
            broken(g.clone(), end(&g, 6)),
            0,
            &[("", damaged)],
        ),
        bad(
            "gz-length.txt.gz",
            broken(g.clone(), end(&g, 2)),
            0,
            &[("", damaged)],
        ),
        bad("gz-noise.txt.gz", noise(500, 1), 0, &[("", damaged)]),
        bad(
            "gz-tail.txt.gz",
            [g, b"and then this".to_vec()].concat(),
            0,
            &[("", damaged)],
        ),
        bad(
            "gz-bomb.txt.gz",
            gz(&zeros),
            0,
            &[("", "longer than 2097152 bytes")],
        ),
        bad(
            "gz-bomb.jsonl.gz",
            gz(&zeros),
            0,
            &[(":1", "longer than"), (":1", "grows past 16777216")],
        ),
        bad(
            "gz-deep.txt.gz.gz.gz",
            deep.clone(),
            0,
            &[("", "more than once")],
        ),
        bad(
            "gz-twice.txt.gz",
            gz(&gz(NEWS.as_bytes())),
            0,
            &[("", "gzip under another name")],
        ),
        bad(
            "gz-nameless.gz",
            gz(NEWS.as_bytes()),
            0,
            &[("", "name it like news.txt.gz")],
        ),
        bad("xz-cut.txt.xz", cut(x.clone()), 0, &[("", early)]),
        bad("xz-data.txt.xz", broken(x, 900), 0, &[("", damaged)]),
        bad("xz-noise.txt.xz", noise(500, 2), 0, &[("", damaged)]),
        bad("xz-dictionary.txt.xz", huge_dictionary, 0, &[("", damaged)]),
        bad("bz2-cut.txt.bz2", cut(b.clone()), 0, &[("", early)]),
        bad("bz2-crc.txt.bz2", broken(b, 12), 0, &[("", damaged)]),
        bad("bz2-noise.txt.bz2", noise(500, 3), 0, &[("", damaged)]),
        bad(
            "bz2-bomb.txt.bz2",
            bz2(&zeros),
            0,
            &[("", "longer than 2097152 bytes")],
        ),
        bad("zst-cut.txt.zst", cut(z), 0, &[("", early)]),
        bad(
            "zst-sum.txt.zst",
            broken(checked.clone(), end(&checked, 2)),
            0,
            &[("", damaged)],
        ),
        bad("zst-noise.txt.zst", noise(500, 4), 0, &[("", damaged)]),
        bad("zst-window.txt.zst", huge_window, 0, &[("", damaged)]),
    ]
}
