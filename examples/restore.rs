//! How much of the damage is undone: every story of a JSONL file (`title`,
//! `body`) is damaged as five kinds of site would, repaired, and counted.
//!
//! `cargo run --release --example restore -- PATH [EVERY]` takes each EVERYth story.
#![allow(clippy::print_stdout)]

#[path = "../tests/it/damage.rs"]
mod damage;

use std::io::BufRead as _;
use std::time::Instant;

use anyhow::Context as _;
use damage::{SITES, Script, damage};
use jianbao::fold::fold;
use jianbao::repair::repair;

/// Differences after which two texts are no longer compared character by character.
const FAR: usize = 300;

/// Which characters of `a` stand in `b`, by a shortest edit script (Myers 1986,
/// "An O(ND) difference algorithm"); none of those between head and tail when
/// the two are too far apart.
fn matched(a: &[char], b: &[char]) -> Vec<bool> {
    let mut hit = vec![false; a.len()];
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..]
        .iter()
        .rev()
        .zip(b[head..].iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    hit[..head].fill(true);
    hit[a.len() - tail..].fill(true);
    let (a, b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let (n, m) = (a.len() as isize, b.len() as isize);
    let middle = FAR as isize + 1;
    let at = |v: &[isize], k: isize| v[(middle + k) as usize];
    let down = |v: &[isize], d: isize, k: isize| k == -d || (k != d && at(v, k - 1) < at(v, k + 1));
    let mut v = vec![0_isize; 2 * FAR + 3];
    let mut trace = Vec::new();
    for d in 0..=FAR as isize {
        trace.push(v.clone());
        for k in (-d..=d).step_by(2) {
            let mut x = if down(&v, d, k) {
                at(&v, k + 1)
            } else {
                at(&v, k - 1) + 1
            };
            while x < n && x - k < m && a[x as usize] == b[(x - k) as usize] {
                x += 1;
            }
            v[(middle + k) as usize] = x;
            if x < n || x - k < m {
                continue;
            }
            let (mut x, mut y) = (n, m);
            for (d, v) in trace.iter().enumerate().rev() {
                let (d, k) = (d as isize, x - y);
                let from = if down(v, d, k) { k + 1 } else { k - 1 };
                let (px, py) = if d == 0 {
                    (0, 0)
                } else {
                    (at(v, from), at(v, from) - from)
                };
                while x > px && y > py {
                    x -= 1;
                    y -= 1;
                    hit[head + x as usize] = true;
                }
                (x, y) = (px, py);
            }
            return hit;
        }
    }
    hit
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let path = args.next().context("which file?")?;
    let every = args.next().map_or(Ok(1), |n| n.parse())?;
    let script = Script::new();
    let mut stories = Vec::new();
    for line in std::io::BufReader::new(std::fs::File::open(&path)?)
        .lines()
        .step_by(every)
    {
        let story: serde_json::Value = serde_json::from_str(&line?)?;
        let part = |key: &str| story[key].as_str().unwrap_or_default();
        // What blanks the rules would take from the sound story is no matter here.
        let text = format!("{}\n{}", part("title"), part("body"));
        stories.push(repair(&text).text.into_owned());
    }
    for &(name, site) in SITES {
        let (mut exact, mut but_marked, mut whole, mut kept, mut right) = (0, 0, 0, 0, 0);
        let (mut bytes, mut seconds) = (0, 0.0);
        for story in &stories {
            let damaged = damage(story, site, &script);
            let start = Instant::now();
            let done = repair(&damaged.text);
            seconds += start.elapsed().as_secs_f64();
            bytes += damaged.text.len();
            let want: Vec<char> = damaged.original.iter().map(|&c| fold(c)).collect();
            let got: Vec<char> = done.text.chars().map(fold).collect();
            exact += usize::from(want == got);
            but_marked += usize::from(
                want.len() == got.len()
                    && want
                        .iter()
                        .zip(&got)
                        .all(|(a, b)| a == b || *b == '\u{FFFD}'),
            );
            whole += usize::from(damaged.kept.iter().all(|&kept| kept));
            let hits = matched(&want, &got);
            kept += damaged.kept.iter().filter(|&&kept| kept).count();
            right += hits
                .iter()
                .zip(&damaged.kept)
                .filter(|&(&hit, &kept)| hit && kept)
                .count();
        }
        let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        println!(
            "{name}: {} articles ({whole} with all bytes left); exact {:.2} %, but for marked loss {:.2} %; characters whose bytes are left {kept}, right {:.4} %; {:.1} MB/s",
            stories.len(),
            share(exact, stories.len()),
            share(but_marked, stories.len()),
            share(right, kept),
            bytes as f64 / 1e6 / seconds,
        );
    }
    Ok(())
}
