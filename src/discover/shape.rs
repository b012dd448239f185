//! What a candidate looks like: classes of words of the language, no list of what
//! some archive holds.

/// Function words, and verbs of reporting and of doing in general: nothing that
/// begins, ends or is joined with one is a term.
const GRAMMAR: &str = "的 了 着 地 得 是 在 和 与 及 或 等 把 被 将 让 使 为 以 于 从 对 向 由 而 则 但 也 都 就 \
    还 又 再 很 更 最 不 没 没有 有 要 会 能 可 可以 能够 应 应该 必须 已 已经 正 正在 曾 曾经 我 你 他 她 它 我们 \
    你们 他们 她们 它们 自己 这 那 这个 那个 这些 那些 其 其中 此 该 本 各 每 某 之 所 者 吗 呢 吧 啊 们 个 到 去 来 \
    上 下 里 中 内 外 前 后 时 过 起 做 说 看 给 用 按 按照 根据 通过 随着 关于 对于 由于 因为 所以 如果 虽然 但是 \
    而且 并 并且 以及 不仅 不断 进一步 同时 当 才 只 只有 仅 约 近 至 达 超过 左右 以上 以下 以来 之后 之前 之间 \
    期间 目前 今天 昨天 明天 今年 去年 明年 当天 当日 今日 昨日 日前 近日 此次 这次 一些 所有 全部 许多 多 少 \
    比 较 非常 十分 特别 尤其 分别 共 共同 一起 一同 先后 继续 称 表示 指出 强调 认为 说明 要求 \
    提出 介绍 透露 报道 宣布 希望 坚持 加强 推进 推动 促进 加快 开展 进行 实现 提高 完善 建立 深化 做好 落实 参加 \
    出席 主持 会见 举行 召开 发表 访问 抵达 成为 作为 包括 就是 还是 都是 也是 不是 以后 时候 什么 怎么 如何 多么 据 另 愿 愿同 了解";

/// Titles of people: with a name they make no word.
const TITLES: &str = "主席 副主席 总书记 书记 副书记 总理 副总理 总统 副总统 首相 副首相 国王 王储 女王 部长 副部长 \
    外长 防长 财长 省长 市长 县长 区长 镇长 村长 局长 厅长 处长 科长 司长 州长 议长 副议长 委员长 副委员长 委员 常委 \
    主任 副主任 秘书长 大使 领事 代表 发言人 司令 司令员 政委 将军 上将 中将 少将 大校 院长 校长 所长 社长 会长 行长 \
    董事长 总裁 经理 总经理 院士 教授 专家 博士 医生 记者 编辑 同志 先生 女士 夫人 老师 队长 组长 站长 台长 检察长 \
    特首 行政长官 特使 议员 选手 教练 主教练";

/// What is counted by: a number and one of these is no word.
const MEASURES: &str = "年月日时分秒号点个名位人次元万亿岁届级条项件家户所座台辆艘架只头匹株棵颗粒本份篇幅张块片层\
    米里亩吨克斤升度倍成股批代类种样段期章节周天国省市县区乡镇村队组支多余来几第枚%";

const NUMBERS: &str = "〇零一二三四五六七八九十百千万亿两几半数第多余";

/// Closed classes as sets.
pub(super) struct Shapes {
    grammar: rustc_hash::FxHashSet<&'static str>,
    titles: Vec<&'static str>,
}

impl Shapes {
    pub(super) fn new() -> Shapes {
        Shapes {
            grammar: GRAMMAR.split_whitespace().collect(),
            titles: TITLES.split_whitespace().collect(),
        }
    }

    /// Whether a piece ends every candidate.
    pub(super) fn is_grammar(&self, piece: &str) -> bool {
        self.grammar.contains(piece)
    }

    /// Whether a piece says what a number before it counts.
    pub(super) fn is_measure(&self, piece: &str) -> bool {
        let mut chars = piece.chars();
        chars.next().is_some_and(|c| MEASURES.contains(c)) && chars.next().is_none()
    }

    /// Whether a candidate of these pieces is a number with what it counts, a day,
    /// a person with a title, or the like.
    pub(super) fn is_junk(&self, pieces: &[&str]) -> bool {
        // 国务院总理 is a word of the dictionary, and a title too.
        let titled = |piece: &&str| self.titles.iter().any(|title| piece.ends_with(title));
        if pieces.iter().any(titled) {
            return true;
        }
        let whole: String = pieces.concat();
        let mut rest = whole.trim_start_matches(is_number);
        // 两个代表团, 三年期: a number, its measure, and what is counted. One that
        // counts nothing (两学一做) is none.
        if rest.len() < whole.len() {
            rest = rest.trim_start_matches(|c| MEASURES.contains(c) || is_number(c));
            if rest.is_empty() || whole.chars().count() == 2 {
                return true;
            }
        }
        // 第三, 二十五
        whole.ends_with(is_number)
    }
}

fn is_number(c: char) -> bool {
    NUMBERS.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_days_and_people_are_no_words() {
        let shapes = Shapes::new();
        for pieces in [
            ["两", "个"],
            ["二十", "五"],
            ["三", "大"],
            ["三百多", "人次"],
            ["王小明", "书记"],
            ["英国首相", "张三"],
        ] {
            assert!(shapes.is_junk(&pieces), "{pieces:?}");
        }
        for pieces in [
            &["两", "学", "一", "做"][..],
            &["党", "日"],
            &["十八", "大"],
        ] {
            assert!(!shapes.is_junk(pieces), "{pieces:?}");
        }
        assert!(shapes.is_grammar("的") && !shapes.is_grammar("党"));
    }
}
