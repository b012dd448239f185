//! Random damage to every file of an index.

use std::fs;
use std::path::Path;

use crate::program::{Dice, Place, files};

/// The corpus of the project, in several commits, with a user dictionary and
/// weights of its own, some articles taken out again.
fn built() -> Place {
    let place = Place::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let corpus = corpus.to_str().unwrap().to_owned();
    fs::write(place.path("words"), "一网通办 100\n主题党日 100\n").unwrap();
    fs::write(place.path("gone.txt"), "一篇很快要撤下的简报。").unwrap();
    place.ok(
        &[
            "index",
            &format!("{corpus}/text"),
            "gone.txt",
            "--dict",
            "words",
        ],
        0,
    );
    place.ok(&["index", &format!("{corpus}/jsonl")], 0);
    place.ok(&["index", &corpus], 0);
    fs::remove_file(place.path("gone.txt")).unwrap();
    place.ok(&["index", &corpus, "--prune"], 0);
    fs::write(place.path("headlines.jsonl"), headlines()).unwrap();
    place.ok(&["index", "headlines.jsonl"], 0);
    place.ok(&["tune"], 0);
    place
}

/// Stories enough to learn weights from: headlines that do not stand in the text.
fn headlines() -> String {
    let towns = [
        "清溪", "石桥", "柳湾", "东岭", "白沙", "古渡", "南坪", "双河",
    ];
    let deeds = [
        (
            "整治人居环境",
            "清理沟渠和房前屋后的杂物，村道两旁种上了绿化苗木",
        ),
        (
            "修缮敬老院",
            "更换了门窗和热水器，老人们的房间里装上了呼叫铃",
        ),
        (
            "推进水厂扩建",
            "新的取水泵站已经开工，明年高地上的住户也能用上自来水",
        ),
        ("举办农民运动会", "拔河和挑担赛跑最热闹，邻近乡镇也派队参加"),
        (
            "开展消防演练",
            "义务消防员学习使用水带和灭火器，检查了老街的电线",
        ),
    ];
    let mut lines = String::new();
    for n in 0..320 {
        let (title, body) = deeds[n % deeds.len()];
        let town = towns[n / deeds.len() % towns.len()];
        let story = serde_json::json!({
            "id": format!("h{n}"),
            "title": format!("{town}镇{title}工作进入第{n}天"),
            "body": format!("记者在{town}看到，{body}。负责人说，这件事群众盼了{n}个星期，要{title}，还得一步步来。"),
        });
        lines += &format!("{story}\n");
    }
    lines
}

pub(crate) fn corrupt(times: u64, seed: u64) {
    let place = built();
    let want = place.answers();
    assert_eq!(want.status.code(), Some(0));
    place.ok(&["check", "--full"], 0);
    let mut paths = files(&place.index());
    // What the lock says of its last owner is for nobody.
    paths.retain(|path| !path.ends_with("lock"));
    let mut dice = Dice::new(seed);
    let (mut refused, mut same) = (0, 0);
    let mut kinds = [0; 4];
    let mut done = 0;
    while done < times {
        let path = &paths[(done % paths.len() as u64) as usize];
        let sound = fs::read(path).unwrap();
        let mut bytes = sound.clone();
        let kind = dice.below(4) as usize;
        let at = dice.below(bytes.len() as u64) as usize;
        match kind {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at),
            2 => {
                let end = bytes.len().min(at + 4096);
                bytes[at..end].fill(0);
            }
            _ => bytes.clear(),
        }
        if kind == 3 {
            fs::remove_file(path).unwrap();
        } else if bytes == sound {
            // Nothing was changed: zeros over zeros.
            done += u64::from(sound.is_empty());
            continue;
        } else {
            fs::write(path, &bytes).unwrap();
        }
        let what = format!("{} kind {kind} at {at}", path.display());
        let got = place.answers();
        match got.status.code() {
            Some(0) => {
                assert!(got.stdout == want.stdout, "wrong answers: {what}");
                same += 1;
            }
            Some(2) => {
                assert!(
                    want.stdout.starts_with(&got.stdout),
                    "wrong answers: {what}"
                );
                let said = String::from_utf8_lossy(&got.stderr);
                assert_eq!(said.lines().count(), 1, "{what}: {said}");
                refused += 1;
            }
            code => panic!("{what}: {code:?}"),
        }
        let check = place.run(&["check", "--full"]);
        let said = String::from_utf8_lossy(&check.stdout);
        assert_eq!(check.status.code(), Some(1), "not found: {what}: {said}");
        fs::write(path, &sound).unwrap();
        kinds[kind] += 1;
        done += 1;
        if done % 100 == 0 {
            println!("{done}: {kinds:?}, {refused} refused, {same} the same");
        }
    }
    place.ok(&["check", "--full"], 0);
    let [flips, cuts, zeros, lost] = kinds;
    println!(
        "{done} damaged files of {} (a bit {flips}, cut {cuts}, 4 KB of zeros {zeros}, removed {lost}): \
         {refused} refused, {same} with the same answers (the queries did not touch it); \
         0 wrong, 0 panics, 0 hangs, all found by `check --full`",
        paths.len()
    );
}
