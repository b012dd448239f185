//! Names of people and the roles they stand under.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// Family names of one hanzi, the frequent ones first: what tells `记者 王小明`
/// from `记者 调查`. An open list, gathered by hand: a name it lacks is left in
/// the text and not made a credit.
const FAMILY: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於居揭尉冶束檀信展阴昝智幸奉植衡富尧闭由常";

/// Family names of two hanzi.
const FAMILY_OF_TWO: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "令狐", "夏侯", "东方", "慕容", "司徒", "端木",
    "公孙",
];

/// What offices end in, and names of people do not: 文化部, 金融办.
const OFFICE: [char; 18] = [
    '部', '局', '委', '会', '院', '办', '厅', '署', '社', '处', '科', '室', '队', '所', '站', '网',
    '报', '党',
];

/// Could this be a person's name, in folded characters: 2 to 4 hanzi that begin
/// with a family name, or a longer one with `·`?
pub(crate) fn is_name(folded: &str) -> bool {
    if folded.contains('·') {
        let parts = || folded.split('·');
        return parts().count() <= 4
            && parts().all(|part| {
                !part.is_empty() && part.chars().count() <= 6 && part.chars().all(is_hanzi)
            });
    }
    let Some(first) = folded.chars().next() else {
        return false;
    };
    let length = folded.chars().take(5).count();
    // 关 is a family name, 关于 begins a title.
    if !(2..=4).contains(&length) || folded.ends_with(OFFICE) || folded.starts_with("关于") {
        return false;
    }
    let of_two = || FAMILY_OF_TWO.iter().any(|name| folded.starts_with(name));
    let family = length < 4 && FAMILIES.contains(&first) || of_two();
    family && folded.chars().all(is_hanzi)
}

/// The characters of [`FAMILY`].
static FAMILIES: LazyLock<FxHashSet<char>> = LazyLock::new(|| FAMILY.chars().collect());

/// Is this a hanzi?
pub(crate) fn is_hanzi(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' | '〇')
}

/// What people and desks are named for, in folded characters; the longer of
/// two that begin alike first. Roles of things (`来源`) stand here too: their
/// names need not be names of people.
const ROLES: &[&str] = &[
    "记者",
    "通讯员",
    "编辑",
    "责编",
    "审核",
    "审校",
    "校对",
    "校核",
    "摄影报道",
    "摄影",
    "摄像",
    "摄",
    "供图",
    "供稿",
    "撰稿",
    "撰文",
    "作者",
    "主编",
    "初审",
    "复审",
    "终审",
    "二审",
    "三审",
    "一审",
    "监制",
    "制作",
    "制图",
    "播音",
    "剪辑",
    "策划",
    "统筹",
    "美编",
    "编导",
    "签发",
    "值班编委",
    "报道",
    "配音",
    "海报",
    "设计",
    "编审",
    "出品人",
    "出品",
    "总监制",
    "总策划",
    "整理",
    "采写",
    "编译",
    "翻译",
    "文/图",
    "图/文",
    "文/摄",
    "图文",
    "文字",
    "图片",
    "视频",
    "文",
    "图",
    "来源",
    "责任人",
    "执笔",
    "主播",
    "导演",
    "解说",
    "字幕",
    "实习生",
    "评论员",
];

/// Roles whose names are offices as often as people.
const OF_OFFICES: &[&str] = &[
    "来源",
    "供图",
    "供稿",
    "监制",
    "制作",
    "出品",
    "设计",
    "海报",
    "策划",
    "总策划",
    "统筹",
    "报道",
    "图片",
    "视频",
    "文字",
    "图文",
    "编译",
    "制图",
];

/// What the names of organs end in.
const ORGANS: [char; 9] = ['院', '部', '委', '局', '会', '府', '厅', '署', '办'];

/// Does a name end as those of organs do?
pub(crate) fn ends_as_organ(folded: &str) -> bool {
    folded.ends_with(ORGANS)
}

/// Roles that are words as well: a name does not touch them (图斯克, 文明).
const WORDS: &[&str] = &[
    "文", "图", "图文", "文字", "图片", "视频", "来源", "设计", "制作", "报道", "策划", "整理",
    "解说", "统筹", "海报", "字幕", "翻译", "导演", "出品",
];

/// May an office stand under this role?
pub(crate) fn is_for_offices(role: &str) -> bool {
    OF_OFFICES.iter().any(|office| role.ends_with(office))
}

/// May a name follow this role without a blank or a colon?
pub(crate) fn is_glued(role: &str) -> bool {
    !WORDS.contains(&role)
}

/// What may stand before a role: where a journalist works, what is edited.
const BEFORE: &[&str] = &[
    "本报",
    "本台",
    "本网",
    "本刊",
    "全媒体",
    "融媒体",
    "融媒",
    "见习",
    "实习",
    "特约",
    "首席",
    "视频",
    "文字",
    "图片",
    "责任",
    "值班",
    "执行",
    "新媒体",
    "驻站",
    "新华社",
    "人民网",
    "央视网",
    "央视",
    "总台",
    "中新网",
    "中新社",
    "新华网",
    "网络",
    "网页",
    "本期",
    "栏目",
    "助理",
    "高级",
    "美术",
    "技术",
    "页面",
    "报台",
    "内容",
    "信息",
    "稿件",
    "文章",
    "新闻",
    "部分",
    "终审",
    "版面",
    "微信",
];

/// The characters that a role, or what may stand before one, begins with.
static FIRST: LazyLock<FxHashSet<char>> = LazyLock::new(|| {
    let words = ROLES.iter().chain(BEFORE);
    words.filter_map(|word| word.chars().next()).collect()
});

/// The role a text begins with, in folded characters: its length in bytes and
/// the role, without what stands before it unless that belongs to it (责任编辑).
pub(crate) fn role_at(folded: &str) -> Option<usize> {
    let mut at = 0;
    // At most two words stand before a role: 本报全媒体记者.
    for _ in 0..3 {
        let rest = &folded[at..];
        // Nearly every text ends here.
        if !rest.starts_with(|c| FIRST.contains(&c)) {
            return None;
        }
        if let Some(role) = ROLES
            .iter()
            .filter(|role| rest.starts_with(**role))
            .max_by_key(|role| role.len())
        {
            let longer = BEFORE.iter().any(|word| {
                rest.starts_with(word)
                    && ROLES
                        .iter()
                        .any(|role| rest[word.len()..].starts_with(role))
            });
            if !longer {
                return Some(at + role.len());
            }
        }
        at += BEFORE
            .iter()
            .filter(|word| rest.starts_with(**word))
            .map(|word| word.len())
            .max()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, want) in [
            ("王小明", true),
            ("方明", true),
            ("欧阳修文", true),
            ("艾力·买买提", true),
            ("高质量发", false),
            ("调查", false),
            ("王", false),
            ("文化部", false),
            ("关小明", true),
            ("关于丙", false),
            ("王a明", false),
            ("", false),
        ] {
            assert_eq!(is_name(text), want, "{text}");
        }
    }

    #[test]
    fn roles() {
        for (text, want) in [
            ("记者 王小明", "记者"),
            ("本报全媒体记者王", "本报全媒体记者"),
            ("责任编辑:李", "责任编辑"),
            ("视频编辑:李", "视频编辑"),
            ("视频:李", "视频"),
            ("文/图 王", "文/图"),
            ("本报讯", ""),
            ("党员", ""),
        ] {
            assert_eq!(role_at(text).map_or("", |end| &text[..end]), want, "{text}");
        }
    }
}
